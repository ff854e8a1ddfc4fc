"""Is this webhook really from the vendor? Pure functions over raw bytes, compared in constant time.

Every function answers True or False and never raises, whatever a stranger sends. Secrets may be
several: during a rotation the old and the new one both count.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from mmap import mmap
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings


def quickbooks(body: bytes, header: str | None, token: str) -> bool:
    """``intuit-signature``: base64 HMAC-SHA256 of the body under the app's verifier token."""
    if not header or not token:
        return False
    return _equals(header, hmac.digest(token.encode(), body, "sha256"))


def stripe(
    body: bytes | mmap,
    header: str | None,
    secrets: Iterable[str] | str,
    now: datetime,
    tolerance: int = 300,
) -> bool:
    """``Stripe-Signature``: one of the v1 values fits one of the secrets, within the tolerance.

    ``tolerance`` is in seconds and counts in both directions: a timestamp of the future is as
    suspicious as one of the past.
    """
    fields = [part.partition("=")[::2] for part in (header or "").split(",")]
    stamps = [value for name, value in fields if name.strip() == "t"]
    given = [value.strip() for name, value in fields if name.strip() == "v1"]
    if len(stamps) != 1 or not given:
        return False
    stamp = stamps[0].strip()
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs(now.timestamp() - int(stamp)) > tolerance:
        return False
    fits = False
    for secret in _several(secrets):
        made = hmac.new(secret.encode(), stamp.encode() + b".", hashlib.sha256)
        made.update(body)
        wanted = made.hexdigest().encode()
        for value in given:
            fits |= hmac.compare_digest(wanted, value.encode())
    return fits


def twilio(
    url: str,
    params: Iterable[tuple[str, str]],
    header: str | None,
    tokens: Iterable[str] | str,
    settings_header: str = "",
    keys: Mapping[str, str] | None = None,
) -> bool:
    """``X-Twilio-Signature`` of a form post.

    ``url`` is our public address as configured at Twilio, never the one a proxy shows us;
    ``params`` are all fields received, empty ones too. With ``settings_header`` (the value of
    ``X-Twilio-Webhooks-Signature-Settings``) the named shared key of ``keys`` signs instead of
    the auth token.
    """
    fields = "".join(name + value for name, value in sorted(set(params)))
    return _twilio_fits(url, fields, header, tokens, settings_header, keys or {})


def raw_mail_keys(company: UUID) -> list[str]:
    """The keys with which raw letters for one company are signed: made from ours, one for each."""
    made = [secret.encode() for secret in _several(settings.MAIL_IN_SECRET)]
    return [hmac.new(one, f"mail:{company}".encode(), "sha256").hexdigest() for one in made]


def twilio_json(
    url: str,
    body: bytes,
    header: str | None,
    tokens: Iterable[str] | str,
    settings_header: str = "",
    keys: Mapping[str, str] | None = None,
) -> bool:
    """``X-Twilio-Signature`` of a JSON post: the URL is signed and carries the body's SHA-256."""
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    wanted = hashlib.sha256(body).hexdigest().encode()
    if not hmac.compare_digest(wanted, query.get("bodySHA256", "").lower().encode()):
        return False
    return _twilio_fits(url, "", header, tokens, settings_header, keys or {})


def _twilio_fits(
    url: str,
    fields: str,
    header: str | None,
    tokens: Iterable[str] | str,
    settings_header: str,
    keys: Mapping[str, str],
) -> bool:
    if not header:
        return False
    algorithm, secrets = "sha1", _several(tokens)
    if settings_header:
        settings = dict(part.strip().partition("=")[::2] for part in settings_header.split(","))
        if settings.get("algorithm") != "HMAC_SHA256":
            return False
        algorithm, secrets = "sha256", _several(keys.get(settings.get("key", ""), ""))
    fits = False
    for secret in secrets:
        for address in _with_and_without_port(url):
            text = (address + fields).encode()
            fits |= _equals(header, hmac.digest(secret.encode(), text, algorithm))
    return fits


def _with_and_without_port(url: str) -> list[str]:
    # Twilio signs the default port for some kinds of callbacks and leaves it out for others.
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return [url]
    default = {"https": 443, "http": 80}.get(parts.scheme)
    if port is None and default:
        return [url, urlunsplit(parts._replace(netloc=f"{parts.netloc}:{default}"))]
    if port == default:
        return [url, urlunsplit(parts._replace(netloc=host))]
    return [url]


def _equals(header: str, digest: bytes) -> bool:
    try:
        given = base64.b64decode(header.strip().encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(given, digest)


def _several(secrets: Iterable[str] | str) -> list[str]:
    """The secrets of a list, or of a text where commas separate two during a rotation."""
    parts = secrets.split(",") if isinstance(secrets, str) else secrets
    return [part.strip() for part in parts if part and part.strip()]
