"""Connecting a company to its vendors, and what happens around that."""

from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.gateways import errors, lines, mail, quickbooks_oauth, slack, stripe, twilio
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from messaging.jobs import read_campaign

Vendor = Connection.Vendor
WAITING_FOR = {
    Vendor.QUICKBOOKS: ["reconciliation.post_payment", "messaging.send"],
    Vendor.STRIPE: ["reconciliation.expire_checkout"],
    Vendor.TWILIO: ["messaging.send"],
    Vendor.SLACK: ["alerts.slack"],
    "mail": ["messaging.send", "messaging.receipt", "messaging.letter", "alerts.mail"],
}


# What a connection can do without.
OPTIONAL = frozenset({"webhook_keys"})
# Vendors whose own lists tell what their webhooks may not have told.
HEARD = frozenset({Vendor.STRIPE, Vendor.TWILIO})


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


def ask_to_hear(connection: Connection, *, by: User | None, now: datetime) -> None:
    """Have a worker read what happened at a vendor; twice within a minute it is asked once."""
    company = connection.company
    outbox.enqueue(
        "setup.hear",
        key=f"hear:{connection.vendor}:{company.pk}:{now:%Y%m%d%H%M}",
        company=company,
        payload={"vendor": connection.vendor},
        now=now,
    )


def try_now(company: Company, vendor: str, *, by: User, now: datetime) -> None:
    """Let a vendor that is left alone be asked again at once, and what waits for that go."""
    label = "The mail server" if vendor == "mail" else Vendor(vendor).label
    with transaction.atomic():
        log.record(
            "connection.tried",
            f"{label} is asked again though it failed several times in a row",
            about=[company],
            by=by,
            at=now,
            company=company,
            vendor=vendor,
        )
        lines.try_now(mail.line() if vendor == "mail" else lines.key_of(company.pk, vendor))
        waiting = Effect.objects.of(company).filter(
            kind__in=WAITING_FOR[vendor], failure=errors.Resting.failure
        )
        outbox.hurry(waiting, now=now)


def with_stripe(
    company: Company, *, secret_key: str, webhook_secret: str, by: User | None, now: datetime
) -> Connection:
    """Connect Stripe by its keys. As with the two below, an empty secret keeps the stored one."""
    candidate = _candidate(
        company, Vendor.STRIPE, {"secret_key": secret_key, "webhook_secret": webhook_secret}
    )
    account = _ask(candidate, lambda: stripe.Stripe(candidate).account().id, now)
    candidate.external_id = (account or candidate.external_id)[:64]
    return _store(candidate, by=by, now=now)


def with_twilio(
    company: Company,
    *,
    account_sid: str,
    auth_token: str,
    messaging_service: str,
    webhook_keys: str = "",
    by: User | None,
    now: datetime,
) -> Connection:
    """``webhook_keys`` are the shared keys Twilio may sign with: ``name=secret``, by commas."""
    candidate = _candidate(
        company,
        Vendor.TWILIO,
        {"auth_token": auth_token, "webhook_keys": _named(webhook_keys)},
        external_id=account_sid,
        options={"messaging_service": messaging_service},
    )
    _ask(candidate, lambda: twilio.Twilio(candidate).account(), now)
    connection = _store(candidate, by=by, now=now)
    with suppress(errors.VendorError):
        # No text leaves before the registration is known; the job asks again where this fails.
        read_campaign(company, now)
    return connection


def with_slack(
    company: Company, *, bot_token: str, channel: str, by: User | None, now: datetime
) -> Connection:
    candidate = _candidate(
        company, Vendor.SLACK, {"bot_token": bot_token}, options={"channel": channel}
    )
    _ask(candidate, lambda: slack.Slack(candidate).account(), now)
    return _store(candidate, by=by, now=now)


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


def _named(keys: str) -> dict[str, str]:
    """Raises ValidationError where one has no name or no secret."""
    pairs = [one.partition("=") for one in keys.split(",") if one.strip()]
    found = {name.strip(): secret.strip() for name, _, secret in pairs}
    if not all(name and secret for name, secret in found.items()):
        raise ValidationError("Each webhook key is its name, an equals sign, and its secret.")
    return found


def _candidate(company, vendor, secrets, *, external_id="", options=None) -> Connection:
    """What the connection would be: a row of its own, so that a refusal leaves the stored one."""
    known = Connection.objects.of(company).filter(vendor=vendor).first()
    known = known or Connection(company=company, vendor=vendor)
    candidate = Connection(
        company=company,
        vendor=vendor,
        external_id=external_id or known.external_id,
        secrets=known.secrets | {name: value for name, value in secrets.items() if value},
        options=known.options | {name: value for name, value in (options or {}).items() if value},
    )
    candidate.full_clean(exclude=["secrets"], validate_unique=False, validate_constraints=False)
    return candidate


def _ask(candidate: Connection, who, now: datetime):
    """Ask the vendor who we are. Only a refusal of the credentials themselves ends it."""
    try:
        answer = who()
    except errors.Disconnected as error:
        raise NotConnected(candidate.error or str(error)) from error
    except errors.VendorError:
        # Away, or a key that may not read its own account: the first real call will tell.
        return None
    candidate.last_ok_at = now
    return answer


@transaction.atomic
def _store(candidate: Connection, *, by: User | None, now: datetime) -> Connection:
    """Keep the candidate in place of what is stored."""
    connection, _ = Connection.objects.select_for_update().get_or_create(
        company=candidate.company, vendor=candidate.vendor
    )
    for name in ("external_id", "secrets", "options", "last_ok_at"):
        setattr(connection, name, getattr(candidate, name) or getattr(connection, name))
    connection.state, connection.error = Connection.State.CONNECTED, ""
    connection.connected_at = now
    connection.full_clean(exclude=["secrets"])
    connection.save()
    return _announce(connection, by=by, now=now)


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
        lines.try_now(lines.key_of(connection.company_id, connection.vendor))
        if connection.vendor in HEARD:
            ask_to_hear(connection, by=by, now=now)
    connection.refresh_from_db()
    return connection
