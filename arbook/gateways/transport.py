"""What all vendors share on the wire: one pool of connections, and what a broken line means."""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from django.conf import settings
from django.db import connection
from requests.adapters import HTTPAdapter

from arbook.gateways.errors import Unknown, Unreachable, VendorError

# Seconds a TCP and TLS handshake may take; the answer has settings.VENDOR_TIMEOUT.
CONNECT_SECONDS = 5.0
# The one 5xx that says that nothing happened and nothing will: the server has no such thing.
NOT_OFFERED = 501

_POOL = HTTPAdapter(pool_connections=8, pool_maxsize=32, max_retries=0)


def session(make=requests.Session):
    """A session of its own cookies and headers over the process's shared connections."""
    made = make()
    made.mount("https://", _POOL)
    made.mount("http://", _POOL)
    return made


def timeouts() -> tuple[float, float]:
    """Seconds to connect and seconds to answer."""
    return min(CONNECT_SECONDS, settings.VENDOR_TIMEOUT), settings.VENDOR_TIMEOUT


def is_loopback(url: str) -> bool:
    """Whether the URL stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def allow_plain_http(url: str) -> None:
    """Let oauthlib send tokens without TLS, but only within this machine."""
    if url.startswith("http://") and is_loopback(url):
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def leave_house() -> None:
    """Called before every vendor call: no transaction may be open while we wait for a stranger.

    Raises RuntimeError, which is a bug of the caller; the outermost block of a test case is fine.
    """
    if connection.in_atomic_block and not getattr(
        connection.atomic_blocks[-1], "_from_testcase", False
    ):
        raise RuntimeError("A vendor call inside a database transaction.")


def was_never_sent(error: BaseException | None) -> bool:
    """Whether the request surely did not reach the vendor: it had no connection to go out on."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(
            error,
            requests.ConnectTimeout
            | urllib3.exceptions.NewConnectionError
            | urllib3.exceptions.ConnectTimeoutError
            | urllib3.exceptions.NameResolutionError
            | urllib3.exceptions.ProxyError
            | ConnectionRefusedError,
        ):
            return True
        reason = getattr(error, "reason", None)
        first = error.args[0] if error.args else None
        inner = next((one for one in (reason, first) if isinstance(one, BaseException)), None)
        error = inner or error.__cause__ or error.__context__
        seen += 1
    return False


def was_slow(error: BaseException | None) -> bool:
    """Whether we gave up waiting for an answer; asking again would only wait again."""
    return isinstance(error, requests.ReadTimeout | TimeoutError)


def broken_line(vendor: str, error: BaseException, *, writes: bool) -> VendorError:
    """The error for a call without an answer; the libraries' own texts hold URLs and stay out."""
    if was_never_sent(error):
        return Unreachable(f"{vendor} could not be reached.")
    what = "did not answer in time" if was_slow(error) else "broke the connection off"
    if writes:
        return Unknown(f"{vendor} {what}; it may have happened.")
    return Unreachable(f"{vendor} {what}.")


def retry_after(headers, default: float = 60.0) -> float:
    """Seconds the vendor asks us to wait; a date or nonsense counts as the default."""
    value = str((headers or {}).get("Retry-After", "")).strip()
    try:
        seconds = float(value)
    except ValueError:
        return default
    return seconds if 0 < seconds <= 24 * 3600 else default
