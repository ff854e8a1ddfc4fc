"""What can go wrong with a vendor: five errors, whatever the vendor says.

Engines decide by the class alone what happens next; ``detail`` and ``reference`` (the vendor's
request id) are for the person who reads the row.
"""


class VendorError(Exception):
    """A call to a vendor did not do what was asked."""

    failure = "unknown"
    # Whether it speaks against the vendor's health; an answer that says no speaks for it.
    is_outage = False

    def __init__(
        self, message: str, *, code: str = "", reference: str = "", is_outage: bool | None = None
    ):
        super().__init__(message)
        self.code = str(code or "")
        self.reference = reference
        if is_outage is not None:
            self.is_outage = is_outage

    def __str__(self) -> str:
        text = super().__str__()
        code = f" (code {self.code})" if self.code and self.code not in text else ""
        return f"{text}{code}"


class Unreachable(VendorError):
    """Surely not done: no connection, or the vendor said so. Try later."""

    failure = "unreachable"
    is_outage = True


class Throttled(VendorError):
    """Surely not done: too many calls. Try after ``retry_after`` seconds."""

    failure = "throttled"

    def __init__(self, message: str, *, retry_after: float = 60.0, **kwargs):
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class Resting(Throttled):
    """Surely not done: we did not ask. The vendor is left alone until ``retry_after`` seconds from
    now, after failures in a row or to keep within its pace. Costs no attempt."""


class Refused(VendorError):
    """Surely not done, and never will be: the request itself is wrong."""

    failure = "refused"


class Disconnected(VendorError):
    """Credentials are missing, revoked or expired: a person must reconnect."""

    failure = "disconnected"


class Unknown(VendorError):
    """May have happened: the answer was lost. Ask the vendor before doing anything again."""

    failure = "unknown"
    is_outage = True
