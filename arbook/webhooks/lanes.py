"""Which events must be handled in the order they came.

Most are nudges: the object is read again, so the order does not matter. A person's texts are not:
STOP and then START is not START and then STOP.
"""

# The field of the content that names whose turn it is.
_FIELDS = {("twilio", "inbound"): "From", ("twilio", "call"): "From"}


def lane_of(vendor: str, kind: str, content: dict) -> str:
    """Events of the same lane of a company wait for each other; empty waits for nobody."""
    field = _FIELDS.get((vendor, kind))
    value = content.get(field) if field else None
    return f"{vendor}:{value}".replace("\x00", "")[:60] if isinstance(value, str) and value else ""
