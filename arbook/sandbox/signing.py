"""How each vendor signs what it delivers."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def quickbooks(body: bytes, token: str) -> str:
    """`intuit-signature`: base64 HMAC-SHA256 of the raw body under the app's verifier token."""
    return base64.b64encode(hmac.digest(token.encode(), body, "sha256")).decode()


def stripe(body: bytes, secrets: Iterable[str], timestamp: int) -> str:
    """`Stripe-Signature` with one v1 value for each secret (two during a rotation)."""
    signed = f"{timestamp}.".encode() + body
    values = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={value}" for value in values)])


def twilio(url: str, params: dict[str, str], secret: str, algorithm: str = "sha1") -> str:
    """`X-Twilio-Signature`: base64 HMAC of the full URL and the form fields sorted by name."""
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), algorithm)).decode()
