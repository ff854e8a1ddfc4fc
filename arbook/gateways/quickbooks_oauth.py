"""How a company's QuickBooks is connected, and how its access stays alive.

Refresh tokens rotate: a refresh that runs twice at once can lose the newer one for good. So one
connection is refreshed by one process at a time, the row is read again once the lock is ours, and
the new pair is committed before anything uses it. The lock is an advisory lock of the session, so
no transaction is open while Intuit answers; it dies with its holder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db import connection as database
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from arbook import clock, wall
from arbook.companies.models import Company
from arbook.gateways import connections, transport
from arbook.gateways.errors import Disconnected, Refused, Throttled, Unreachable, VendorError
from arbook.gateways.models import Connection

REFRESH_AHEAD = timedelta(minutes=5)

_LOCK = 0x71626F << 32
_ACCESS_SECONDS = 3600
_IDLE_SECONDS = 100 * 24 * 3600
# What the library insists to find in a discovery document, and what access by tokens never uses.
_UNUSED = ("authorization_endpoint", "revocation_endpoint", "issuer", "jwks_uri",
           "userinfo_endpoint")  # fmt: skip
_discovered: dict[str, "_Discovered"] = {}


class _Discovered:
    """A discovery document as the library asks for it."""

    status_code = 200

    def __init__(self, found: requests.Response):
        self._document = dict.fromkeys(_UNUSED, "") | found.json()

    def json(self) -> dict[str, str]:
        return self._document


class _Intuit(AuthClient):
    """Intuit's client with timeouts, our connection pool, and the discovery document kept."""

    def __init__(self, redirect_uri: str = ""):
        base = settings.QUICKBOOKS_OAUTH_URL
        self.discovery_url = f"{base}/.well-known/openid_configuration"
        super().__init__(
            settings.QUICKBOOKS_CLIENT_ID,
            settings.QUICKBOOKS_CLIENT_SECRET,
            redirect_uri,
            self.discovery_url,
        )
        # Intuit tells the hard end of a grant only to those who ask.
        self.headers["x-include-refresh-token-hard-expires-in"] = "true"

    def request(self, method, url, **kwargs):
        kwargs.setdefault("timeout", transport.timeouts())
        # Never closed: that would close the connections of everybody.
        session = transport.session()
        session.headers.update(self.headers)
        return session.request(method, url, **kwargs)

    def get(self, url, **kwargs):
        known = _discovered.get(url)
        if known is None:
            found = super().get(url, **kwargs)
            if found.status_code != 200:
                return found
            known = _discovered[url] = _Discovered(found)
        return known


def authorize_url(state: str, redirect_uri: str) -> str:
    """Where the browser goes to grant us a company's books."""
    with _intuit_errors():
        client = _Intuit(redirect_uri)
        if not client.auth_endpoint:
            raise Unreachable("Intuit names no page to sign in at.")
        return client.get_authorization_url([Scopes.ACCOUNTING], state)


def connect(
    company: Company, code: str, realm: str, redirect_uri: str, now: datetime
) -> Connection:
    """Take the grant behind a callback's ``code`` for the books of ``realm``.

    Raises Refused when the code is worthless or the books belong to another company here.
    """
    connection = _connection_for(company, realm)
    with _alone(connection):
        with _intuit_errors():
            client = _Intuit(redirect_uri)
            client.get_bearer_token(code, realm_id=realm)
        return _take(connection, client, now)


def adopt(company: Company, realm: str, refresh_token: str, now: datetime) -> Connection:
    """Take over a grant by its refresh token; it is refreshed at once, which proves it."""
    connection = _connection_for(company, realm)
    with _alone(connection):
        with _intuit_errors():
            client = _Intuit()
            client.refresh(refresh_token=refresh_token)
        return _take(connection, client, now)


def disconnect(company: Company) -> None:
    """Give the grant back to Intuit and forget the tokens, also when Intuit cannot be reached."""
    connection = Connection.objects.of(company).filter(vendor=Connection.Vendor.QUICKBOOKS).first()
    if connection is None:
        return
    with _alone(connection):
        connection.refresh_from_db()
        token = connection.secrets.get("refresh_token")
        try:
            if token:
                with _intuit_errors():
                    _Intuit().revoke(token)
        except VendorError:
            pass  # the grant is already dead, or dies unused
        connection.secrets = {}
        connection.state = Connection.State.RECONNECT
        connection.error = "It was disconnected here."
        connection.access_expires_at = connection.refresh_expires_at = None
        connection.hard_expires_at = None
        connection.save()


def access_token(connection: Connection, *, rejected: str = "") -> str:
    """A token with some minutes left, refreshed when needed; ``rejected`` is one that got a 401.

    Raises Disconnected when the grant is gone: the connection is then marked for reconnecting.
    """
    if not _is_fresh(connection, rejected):
        with _alone(connection):
            connection.refresh_from_db()
            if not connection.is_usable:
                raise Disconnected(f"QuickBooks must be reconnected: {connection.error}")
            if not _is_fresh(connection, rejected):
                _refresh(connection)
    return connection.secrets["access_token"]


def renew(connection: Connection) -> None:
    """A new pair of tokens though the old one still works: this is what keeps a grant alive."""
    access_token(connection, rejected=connection.secrets.get("access_token") or "none")


def _is_fresh(connection: Connection, rejected: str) -> bool:
    token = connection.secrets.get("access_token")
    until = connection.access_expires_at
    return bool(token and token != rejected and until and until - clock.now() > REFRESH_AHEAD)


def _refresh(connection: Connection) -> None:
    try:
        with _intuit_errors():
            client = _Intuit()
            client.refresh(refresh_token=connection.secrets.get("refresh_token") or "none")
    except _GrantGone as error:
        raise connections.needs_reconnecting(connection, str(error)) from None
    _keep(connection, client, clock.now())
    connection.save(
        update_fields=[
            "secrets",
            "access_expires_at",
            "refresh_expires_at",
            "hard_expires_at",
            "refreshed_at",
        ]
    )


def _take(connection: Connection, client: _Intuit, now: datetime) -> Connection:
    connection.hard_expires_at = None
    _keep(connection, client, now)
    connection.state, connection.error = Connection.State.CONNECTED, ""
    connection.connected_at = now
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError:
        raise Refused("These books were connected at the same moment; try again.") from None
    return connection


def _keep(connection: Connection, client: _Intuit, now: datetime) -> None:
    if not (client.access_token and client.refresh_token):
        raise Unreachable("Intuit answered without tokens.")
    connection.secrets = {
        **connection.secrets,
        "access_token": client.access_token,
        "refresh_token": client.refresh_token,
    }

    def after(seconds) -> datetime:
        return now + timedelta(seconds=int(seconds))

    connection.access_expires_at = after(client.expires_in or _ACCESS_SECONDS)
    connection.refresh_expires_at = after(client.x_refresh_token_expires_in or _IDLE_SECONDS)
    hard = getattr(client, "x_refresh_token_hard_expires_in", None)
    if hard:  # an answer without it does not reset the date we know
        connection.hard_expires_at = after(hard)
    connection.refreshed_at = now


def _connection_for(company: Company, realm: str) -> Connection:
    vendor = Connection.Vendor.QUICKBOOKS
    with wall.outside():  # other companies' books are looked at, to keep them apart
        others = Connection.objects.exclude(company=company)
        is_taken = others.filter(vendor=vendor, external_id=realm).exists()
    if is_taken:
        raise Refused("These books are already connected to another company here.")
    connection = Connection.objects.of(company).filter(vendor=vendor).first()
    if connection is None:
        return Connection(company=company, vendor=vendor, external_id=realm)
    if connection.external_id and connection.external_id != realm:
        raise Refused("This company is mirrored from other books; the same ones must be chosen.")
    connection.external_id = realm
    return connection


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Nobody else refreshes this connection meanwhile."""
    transport.leave_house()
    if connection.pk is None:
        yield
        return
    key = _LOCK + connection.pk
    wait = int(3 * settings.VENDOR_TIMEOUT * 1000)
    with database.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{wait}ms"])
                cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        except OperationalError:
            raise Unreachable(
                "QuickBooks access is being renewed by another process.", is_outage=False
            ) from None
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


class _GrantGone(Refused):
    """Intuit says that the chain of tokens is broken."""


@contextmanager
def _intuit_errors() -> Iterator[None]:
    # The library's own texts quote whole answers: they stay out, chained exceptions included.
    transport.leave_house()
    try:
        yield
    except AuthClientError as error:
        raise _meaning(error) from None
    except requests.RequestException as error:
        raise transport.broken_line("Intuit", error, writes=False) from None
    except (KeyError, TypeError, ValueError):
        raise Unreachable("Intuit answered with something unexpected.") from None


def _meaning(error: AuthClientError) -> VendorError:
    reference = error.intuit_tid or ""
    try:
        word = str(error.response.json().get("error", ""))[:40]
    except (ValueError, AttributeError):
        word = ""
    if word == "invalid_grant":
        return _GrantGone(
            "Intuit no longer accepts our access.", code="invalid_grant", reference=reference
        )
    if error.status_code == 429:
        return Throttled(
            "Intuit asks us to slow down.",
            retry_after=transport.retry_after(error.headers),
            reference=reference,
        )
    if error.status_code >= 500:
        return Unreachable(f"Intuit answered {error.status_code}.", reference=reference)
    if error.status_code == 401 or word == "invalid_client":
        return Disconnected(
            "Intuit does not know this app: check QUICKBOOKS_CLIENT_ID and its secret.",
            code=word,
            reference=reference,
        )
    return Refused(f"Intuit answered {error.status_code}.", code=word, reference=reference)
