"""No secret in clear: not in the database, not in a log, not on any page, after a day of work."""

import json
import logging
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from arbook import clock
from arbook.companies.models import Role
from arbook.gateways import connections, errors, quickbooks
from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from messaging.models import Message
from reconciliation import checkout, paylinks
from reconciliation.models import Posting
from tests import factories
from tests.desk import MORNING, Desk
from tests.house.places import places

pytestmark = pytest.mark.django_db

MOBILE = "+12125550111"


@pytest.fixture
def desk(sandbox, transactional_db, caplog):
    caplog.set_level(logging.DEBUG)
    movable.move_to(MORNING)
    sandbox.delivery.hold()
    return Desk(sandbox)


def test_no_secret_is_readable_anywhere_after_a_day_of_work(desk, caplog):
    secrets = _secrets()
    invoice = _a_day_of_work(desk)
    secrets |= _secrets()
    assert len(secrets) >= 12

    found = [f"{_short(one)} in {place}" for one in secrets for place in _tables_with(one)]
    found += [f"{_short(one)} in the log" for one in secrets if one in caplog.text]
    found += [
        f"{_short(one)} on {path}"
        for path, content in _pages(desk, invoice)
        for one in secrets
        if one in content
    ]

    assert found == []


def _secrets() -> set[str]:
    """Everything that must not be seen, as it stands now: ours, the app's, each company's."""
    ours = {
        settings.SECRET_KEY,
        *settings.CREDENTIAL_KEYS,
        settings.QUICKBOOKS_CLIENT_SECRET,
        settings.QUICKBOOKS_WEBHOOK_TOKEN,
        "RT-harbor",
    }
    return ours | {
        value
        for row in Connection.objects.all()
        for value in row.secrets.values()
        if isinstance(value, str) and value
    }


def _a_day_of_work(desk):
    """Texts, mails, a payment, errors of every vendor, a token refresh, a lost connection."""
    ids = desk.owes("Blue Door Cafe", "162.07", "80.00", days_ago=15, mobile=MOBILE)
    desk.owes("Alder Finch", "90.00", days_ago=8)
    desk.sync()
    message = desk.approved("Blue Door Cafe")
    for vendor, operation in [
        ("twilio", "messages.create"),
        ("quickbooks", "query"),
        ("stripe", "checkout.sessions.create"),
        ("slack", "*"),
    ]:
        for kind in ("500", "html502", "drop_before"):
            desk.sandbox.faults.add(vendor, operation, kind, times=1)
    for _ in range(30):
        until_quiet()
        desk.later(minutes=5)
    message.refresh_from_db()
    assert message.state == Message.State.HANDED_OVER
    desk.sandbox.faults.clear()

    invoice = desk.invoice(ids[0])
    link = paylinks.link_for(invoice.customer, [invoice], now=clock.now())
    checkout.open_page(link, now=clock.now())
    desk.payer.pay(link.attempts.get().session_id)
    desk.deliver(desk.events())
    until_quiet()
    assert Posting.objects.get().state == Posting.State.VERIFIED

    desk.later(hours=2)  # the access token is over: it is refreshed, and the pair rotates
    desk.sync()
    desk.sandbox.faults.add("quickbooks", "*", "revoked", times=4)
    with pytest.raises(errors.VendorError):
        quickbooks.of(desk.company).read_invoice(ids[0])
    desk.sandbox.faults.clear()
    connections.forget()
    return invoice


def _tables_with(secret: str) -> list[str]:
    """The tables of which some row, written out whole, holds the text."""
    found = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{name}" AS row WHERE position(%s in row::text) > 0',
                [secret],
            )
            if cursor.fetchone()[0]:
                found.append(name)
    return found


def _pages(desk, invoice):
    """Every page an owner and the support can open, and what the commands print."""
    owner = Client()
    owner.force_login(desk.member(Role.OWNER))
    values = {
        "company_slug": desk.company.slug,
        "customer_id": invoice.customer_id,
        "invoice_id": invoice.pk,
        "message_id": Message.objects.earliest("pk").pk,
        "thread_id": Message.objects.earliest("pk").thread_id,
        "payment_id": Posting.objects.get().payment_id,
        "membership_id": desk.company.memberships.get(role=Role.OWNER).pk,
        "kind": "csv",
    }
    shown = []
    for place in places():
        vendors = ("stripe", "twilio", "slack") if "vendor" in place.parameters else ("",)
        for vendor in vendors:
            try:
                path = place.path(values | {"vendor": vendor})
            except KeyError:
                continue
            answer = owner.get(path)
            if answer.status_code == 200:
                shown.append((path, b"".join(answer).decode("utf-8", "replace")))
    assert len(shown) > 20
    shown += _support_pages()
    printed = StringIO()
    call_command("status", "--json", stdout=printed)
    assert json.loads(printed.getvalue())["companies"]
    return [*shown, ("manage.py status", printed.getvalue())]


def _support_pages():
    support = Client()
    support.force_login(factories.user(is_staff=True, is_superuser=True))
    home = support.get("/support/")
    assert home.status_code == 200
    shown = [("/support/", home.content.decode())]
    for app in home.context["app_list"]:
        for model in app["models"]:
            path = model["admin_url"]
            shown.append((path, support.get(path).content.decode()))
            first = model["model"]._default_manager.order_by("pk").last()
            if first is not None:
                shown.append((path, support.get(f"{path}{first.pk}/change/").content.decode()))
    return shown


def _short(secret: str) -> str:
    return secret[:6] + "..."


def test_what_is_stored_is_not_what_was_given(desk):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM gateways_connection")
        stored = [row[0] for row in cursor.fetchall()]

    assert len(stored) == 4
    assert all(one.startswith("gAAAA") for one in stored)
