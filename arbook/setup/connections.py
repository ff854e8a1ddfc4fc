"""Connecting a company to its vendors, and what happens around that."""

from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.gateways import errors, quickbooks_oauth, slack, stripe, twilio
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.models import Effect

Vendor = Connection.Vendor
WAITING_FOR = {
    Vendor.QUICKBOOKS: ["reconciliation.post_payment", "messaging.send"],
    Vendor.STRIPE: ["reconciliation.expire_checkout"],
    Vendor.TWILIO: ["messaging.send"],
    Vendor.SLACK: ["alerts.slack"],
}


class NotConnected(Exception):
    """The vendor does not accept these credentials. The message is fit for the screen."""


def quickbooks(
    company: Company, *, realm: str, refresh_token: str, by: User | None, now: datetime
) -> Connection:
    """Take over an existing grant by its refresh token; it is used at once to prove it."""
    try:
        connection = quickbooks_oauth.adopt(
            company, realm=realm, refresh_token=refresh_token, now=now
        )
    except errors.VendorError as error:
        raise NotConnected(f"QuickBooks: {error}") from error
    return _announce(connection, by=by, now=now)


def quickbooks_by_code(
    company: Company, *, code: str, realm: str, redirect_uri: str, by: User, now: datetime
) -> Connection:
    """Finish an owner's sign-in at Intuit, and have the books read."""
    try:
        connection = quickbooks_oauth.connect(
            company, code=code, realm=realm, redirect_uri=redirect_uri, now=now
        )
    except errors.VendorError as error:
        raise NotConnected(f"QuickBooks: {error}") from error
    ask_for_sync(company, by=by, now=now)
    return _announce(connection, by=by, now=now)


def ask_for_sync(company: Company, *, by: User | None, now: datetime) -> None:
    """Have a worker read the books; asking again within the same minute asks once."""
    outbox.enqueue(
        "setup.sync", key=f"sync:{company.pk}:{now:%Y%m%d%H%M}", company=company, now=now
    )


def with_stripe(
    company: Company, *, secret_key: str, webhook_secret: str, by: User | None, now: datetime
) -> Connection:
    connection = _store(
        company,
        Vendor.STRIPE,
        {"secret_key": secret_key, "webhook_secret": webhook_secret},
        now=now,
    )
    account = _prove(connection, lambda: stripe.of(company).account().id)
    if account:
        Connection.objects.filter(pk=connection.pk).update(external_id=account[:64])
    return _announce(connection, by=by, now=now)


def with_twilio(
    company: Company,
    *,
    account_sid: str,
    auth_token: str,
    messaging_service: str,
    by: User | None,
    now: datetime,
) -> Connection:
    connection = _store(
        company,
        Vendor.TWILIO,
        {"auth_token": auth_token},
        external_id=account_sid,
        options={"messaging_service": messaging_service},
        now=now,
    )
    _prove(connection, lambda: twilio.of(company).account())
    return _announce(connection, by=by, now=now)


def with_slack(
    company: Company, *, bot_token: str, channel: str, by: User | None, now: datetime
) -> Connection:
    connection = _store(
        company, Vendor.SLACK, {"bot_token": bot_token}, options={"channel": channel}, now=now
    )
    _prove(connection, lambda: slack.of(company).account())
    return _announce(connection, by=by, now=now)


def disconnect(connection: Connection, *, by: User, now: datetime) -> None:
    """Forget the credentials; everything for this vendor waits until someone reconnects."""
    if connection.vendor == Vendor.QUICKBOOKS:
        quickbooks_oauth.disconnect(connection.company)
    with transaction.atomic():
        log.record(
            "connection.removed",
            f"{connection.get_vendor_display()} was disconnected",
            about=[connection.company],
            by=by,
            at=now,
            company=connection.company,
        )
        connection.delete()


def _store(company, vendor, secrets, *, now, external_id="", options=None) -> Connection:
    connection = Connection.objects.of(company).filter(vendor=vendor).first()
    before = dict(connection.secrets) if connection else {}
    connection = connection or Connection(company=company, vendor=vendor)
    # An empty field keeps what is stored, so that one secret can be renewed alone.
    connection.secrets = before | {name: value for name, value in secrets.items() if value}
    connection.external_id = external_id or connection.external_id
    connection.options = connection.options | {
        name: value for name, value in (options or {}).items() if value
    }
    connection.state, connection.error = Connection.State.CONNECTED, ""
    connection.connected_at = now
    connection.full_clean(exclude=["secrets"])
    connection.save()
    return connection


def _prove(connection: Connection, ask):
    """Ask the vendor who we are. Only a refusal of the credentials themselves ends it."""
    try:
        return ask()
    except errors.Disconnected as error:
        Connection.objects.filter(pk=connection.pk).update(
            state=Connection.State.RECONNECT, error=str(error)[:300]
        )
        raise NotConnected(f"{connection.get_vendor_display()}: {error}") from error
    except errors.VendorError:
        # Away, or a key that may not read its own account: the first real call will tell.
        return None


def _announce(connection: Connection, *, by: User | None, now: datetime) -> Connection:
    with transaction.atomic():
        log.record(
            "connection.made",
            f"{connection.get_vendor_display()} was connected",
            about=[connection.company],
            by=by,
            at=now,
            company=connection.company,
            vendor=connection.vendor,
        )
        waiting = Effect.objects.of(connection.company).filter(
            kind__in=WAITING_FOR[connection.vendor], failure=errors.Disconnected.failure
        )
        outbox.hurry(waiting, now=now)
    connection.refresh_from_db()
    return connection
