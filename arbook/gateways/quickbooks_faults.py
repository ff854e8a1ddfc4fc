"""What an answer of QuickBooks means: by HTTP status first, then by fault code.

Faults come in two casings, sometimes inside a 200; bodies of 502 to 504 are often HTML.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arbook.gateways.errors import (
    Disconnected,
    Refused,
    Throttled,
    Unknown,
    Unreachable,
    VendorError,
)
from arbook.gateways.transport import NOT_OFFERED, retry_after

NOT_FOUND = "610"
_THROTTLED = "3001"
_NOT_AUTHORIZED = "3100"
_SUBSCRIPTION_ENDED = "6190"
_SYSTEM_FAILURE = "10000"


class TokenRejected(Exception):
    """A 401: the access token is expired or revoked. Never leaves the gateway."""

    failure = "expired"

    def __init__(self, reason: str, reference: str):
        super().__init__(reason)
        self.reference = reference


class LostRights(Disconnected):
    """QuickBooks closed this company to us: the connection must be marked."""


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    text: str
    kind: str


def fault_in(body: Any) -> Fault | None:
    """The first fault of a parsed body, in either casing."""
    if not isinstance(body, Mapping):
        return None
    fault = body.get("Fault") or body.get("fault")
    if not isinstance(fault, Mapping):
        return None
    errors = fault.get("Error") or fault.get("error") or [{}]
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], Mapping) else {}
    message = str(first.get("Message") or first.get("message") or "").strip()
    detail = str(first.get("Detail") or first.get("detail") or "").strip()
    text = detail if not message or message in detail else f"{message}: {detail}".rstrip(": ")
    code = str(first.get("code") or "").strip().lstrip("0")
    return Fault(code, text[:300] or "no reason given", str(fault.get("type") or ""))


def error_of(
    status: int, content: bytes, headers: Mapping[str, str], *, writes: bool
) -> VendorError | TokenRejected | None:
    """The error that an answer means, or None for a success that still has to be parsed."""
    if 200 <= status < 300:
        return None
    try:
        fault = fault_in(json.loads(content))
    except ValueError:
        fault = None
    reference = headers.get("intuit_tid", "")
    code, text = (fault.code, fault.text) if fault else ("", f"it answered {status}")
    if status == 401:
        return TokenRejected(text, reference)
    if status == 429 or code == _THROTTLED:
        return _throttled(code, headers, reference)
    if status == NOT_OFFERED:
        return Refused("QuickBooks does not offer that.", code=code, reference=reference)
    if status >= 500:
        return _unsure(text, code, reference, writes=writes)
    if status == 403:
        if fault is None:  # a gate before QuickBooks; no reason to have a person reconnect
            return Unreachable("QuickBooks answered 403 without a reason.", reference=reference)
        return LostRights(f"QuickBooks: {text}", code=code, reference=reference)
    return _business(text, code, reference, writes=writes)


def error_inside(fault: Fault, headers: Mapping[str, str], *, writes: bool) -> VendorError:
    """The error that a fault within a 200 means."""
    reference = headers.get("intuit_tid", "")
    if fault.code == _THROTTLED:
        return _throttled(fault.code, headers, reference)
    if fault.code == _NOT_AUTHORIZED:
        return LostRights(f"QuickBooks: {fault.text}", code=fault.code, reference=reference)
    return _business(fault.text, fault.code, reference, writes=writes)


def unreadable(status: int, headers: Mapping[str, str], *, writes: bool) -> VendorError:
    """The error for a success whose body is not JSON."""
    return _unsure(
        f"it answered {status} with something that is not JSON",
        "",
        headers.get("intuit_tid", ""),
        writes=writes,
    )


def _throttled(code: str, headers: Mapping[str, str], reference: str) -> Throttled:
    return Throttled(
        "QuickBooks asks us to slow down.",
        retry_after=retry_after(headers),
        code=code,
        reference=reference,
    )


def _business(text: str, code: str, reference: str, *, writes: bool) -> VendorError:
    if code == _SYSTEM_FAILURE:
        return _unsure(text, code, reference, writes=writes)
    if code == _SUBSCRIPTION_ENDED:
        return LostRights(
            f"The QuickBooks subscription has ended: {text}", code=code, reference=reference
        )
    return Refused(f"QuickBooks refused: {text}", code=code, reference=reference)


def _unsure(text: str, code: str, reference: str, *, writes: bool) -> VendorError:
    # A write that met a server error may have been stored before it failed.
    kind = Unknown if writes else Unreachable
    return kind(f"QuickBooks failed: {text}", code=code, reference=reference)
