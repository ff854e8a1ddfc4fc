"""A company's first days by commands alone, as an operator goes through them."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from arbook.companies.models import Company
from arbook.sandbox import clock as movable
from customers import consent
from customers.models import Channel, ConsentEvent
from invoices.models import Invoice
from tests.setup.commands import manage
from tests.setup.vendors import REALM, SECRETS, SERVICE, SID

ZONE = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 9, 10, 0, tzinfo=ZONE)
MOBILE, TEST_PHONE, TEST_MAIL = "+12125550144", "+12125550199", "test@harbor.example"


@pytest.fixture
def book(vendors):
    """One customer with a mobile, one with mail only, each with an invoice past due for days."""
    movable.move_to(MONDAY)
    books = vendors.books
    by_text = books.add_customer(
        "Acorn Bakery",
        email="ap@acorn.example",
        mobile=MOBILE,
        BillAddr={"Line1": "1 Main St", "City": "New York", "CountrySubDivisionCode": "NY",
                  "PostalCode": "10001"},
    )  # fmt: skip
    by_mail = books.add_customer("Birch Cafe", email="ap@birch.example")
    ids = {}
    for name, customer, amount in (("acorn", by_text, "120.00"), ("birch", by_mail, "80.00")):
        issued = MONDAY.date() - timedelta(days=14)
        ids[name] = books.add_invoice(
            customer["Id"],
            amount,
            TxnDate=str(issued),
            DueDate=str(issued + timedelta(days=7)),
            DocNumber=f"{name}-1",
        )["Id"]
    return ids


def test_from_nothing_to_reminders_by_commands_alone(child_environment, vendors, book):
    def run(*arguments: str, told: str = "") -> str:
        ended = manage(child_environment, *arguments, told=told)
        assert (ended.status, "Traceback" in ended.complained) == (0, False), ended
        return ended.said

    # The first morning, in dry run.
    run(
        *("company", "harbor", "--name", "Harbor Dental", "--timezone", "America/New_York"),
        *("--mode", "dry_run", "--test-email", TEST_MAIL, "--test-phone", TEST_PHONE),
    )
    run(
        *("connect", "harbor", "quickbooks", "--realm", REALM, "--refresh-token", "-"),
        told=SECRETS["refresh_token"] + "\n",
    )
    run(
        *("connect", "harbor", "stripe", "--secret-key", SECRETS["secret_key"]),
        *("--webhook-secret", SECRETS["webhook_secret"]),
    )
    run(
        *("connect", "harbor", "twilio", "--account-sid", SID),
        *("--auth-token", SECRETS["auth_token"], "--messaging-service", SERVICE),
    )
    first = run("sync", "harbor")
    assert "Customer: 2 created" in first
    assert "Invoice: 2 created" in first
    again = run("sync", "harbor")
    assert "created" not in again.replace("0 created", "")
    company = Company.objects.get()
    assert Invoice.objects.of(company).open().count() == 2
    consent.grant(
        company,
        channel=Channel.SMS,
        address=MOBILE,
        source=ConsentEvent.Source.IMPORT,
        wording="I agree to texts.",
        by=None,
        now=MONDAY,
    )

    run("tick", "--at", MONDAY.isoformat())
    run("tick", "--at", (MONDAY + timedelta(minutes=10)).isoformat())

    texts = vendors.sandbox.phone(TEST_PHONE).received
    letters = [one for one in vendors.sandbox.mailbox if TEST_MAIL in one.to]
    assert len(texts) == 1 and "120.00" in texts[0].body and "test" in texts[0].body.lower()
    assert len(letters) == 1 and "test" in (letters[0].subject + letters[0].text).lower()
    assert not vendors.sandbox.phone(MOBILE).received
    assert all(one.to == [TEST_MAIL] for one in vendors.sandbox.mailbox)

    # Live from the next day on.
    run("company", "harbor", "--mode", "automatic")
    for day in range(1, 12):
        run("tick", "--at", (MONDAY + timedelta(days=day)).isoformat())
        run("tick", "--at", (MONDAY + timedelta(days=day, minutes=10)).isoformat())
        reached = {one for letter in vendors.sandbox.mailbox for one in letter.to}
        if vendors.sandbox.phone(MOBILE).received and "ap@birch.example" in reached:
            break

    real = vendors.sandbox.phone(MOBILE).received
    mails = [one for one in vendors.sandbox.mailbox if "ap@birch.example" in one.to]
    assert real and "120.00" in real[0].body and "/pay/" in real[0].body
    assert mails and "80.00" in mails[0].text
    assert len(vendors.sandbox.phone(TEST_PHONE).received) == 1
    told = json.loads(run("status", "--json"))
    assert told["outbound"]["states"].keys() <= {"done", "cancelled"}
    assert not any(job["error"] for job in told["jobs"])
    assert {one["slug"] for one in told["companies"]} == {"harbor"}
