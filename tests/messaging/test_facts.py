"""Facts are gathered for many customers in the statements of one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbook.gateways.quickbooks_shapes import BookInvoice
from invoices import cadence, holds
from invoices.models import CreditMemo, Hold
from messaging import facts
from messaging.models import Message, Thread
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def company(db):
    company = factories.company(mode="review")
    factories.books(company)
    cadence.ensure_default(company, now=NOW)
    return company


def customer_with(company, *balances, days=15, consents=True):
    row = factories.customer(company, postal_code="06103", state="CT")
    number = factories.contact(row, "sms")
    factories.contact(row, "email")
    if consents:
        factories.consent(number)
    rows = [
        factories.invoice(row, balance, issued_on=TODAY - timedelta(days=days))
        for balance in balances
    ]
    cadence.plan(company, now=NOW, invoice_ids=[one.pk for one in rows])
    return row


def book(invoice, **fields) -> BookInvoice:
    values = {
        "id": invoice.quickbooks_id,
        "sync_token": "1",
        "number": invoice.number,
        "customer_id": invoice.customer.quickbooks_id,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "total": invoice.total,
        "balance": invoice.balance,
        "currency": "USD",
        "bill_email": "",
        "terms": "",
        "is_void": False,
        "email_status": "",
        "delivered_on": None,
        "private_note": "",
        "memo": "",
        "online_payment": False,
        "updated_at": NOW,
    }
    return BookInvoice(**values | fields)


def test_many_customers_cost_as_many_statements_as_one(company):
    rows = [customer_with(company, "100.00", "50.00") for _ in range(12)]

    with CaptureQueriesContext(connection) as one:
        facts.gather(company, [rows[0].pk], now=NOW)
    with CaptureQueriesContext(connection) as twelve:
        gathered = facts.gather(company, [row.pk for row in rows], now=NOW)

    assert len(gathered) == 12
    assert len(twelve) == len(one) <= 25


def test_a_fresh_read_counts_whatever_the_mirror_says(company):
    row = customer_with(company, "100.00")
    invoice = row.invoices.get()
    other = factories.customer(company)

    def asked(**fields):
        books = {invoice.quickbooks_id: book(invoice, **fields)}
        found = facts.gather(
            company, [row.pk], now=NOW, only={row.pk: [invoice.pk]}, books=books, books_read_at=NOW
        )
        return found[row.pk].invoices[0]

    assert asked().is_open
    assert asked(balance=Decimal("60.00")).asked == Decimal("60.00")
    assert not asked(balance=Decimal("0.00")).is_open
    assert not asked(is_void=True).is_open
    assert asked(customer_id=other.quickbooks_id).is_gone
    gone = facts.gather(
        company,
        [row.pk],
        now=NOW,
        only={row.pk: [invoice.pk]},
        books={invoice.quickbooks_id: None},
        books_read_at=NOW,
    )
    assert gone[row.pk].invoices[0].is_gone


def test_credit_of_every_kind_lowers_what_they_owe(company):
    row = customer_with(company, "100.00")
    factories.payment(row, "30.00")
    CreditMemo.objects.create(
        company=company, customer=row, quickbooks_id="cm1", issued_on=TODAY,
        total=Decimal("50.00"), remaining=Decimal("20.00"),
    )  # fmt: skip

    found = facts.gather(company, [row.pk], now=NOW)[row.pk]

    assert (found.net_balance, found.credit) == (Decimal("50.00"), Decimal("50.00"))


def test_calls_and_texts_count_alike_receipts_and_tests_do_not(company):
    row = customer_with(company, "100.00")
    thread = Thread.objects.create(company=company, customer=row)

    def said(days, **fields):
        Message.objects.create(
            company=company, thread=thread, customer=row, direction="out", created_at=NOW,
            handed_over_at=NOW - timedelta(days=days), **fields,
        )  # fmt: skip

    said(1, medium="call", state="handed_over")
    said(2, medium="sms", state="delivered", purpose="reminder")
    said(3, medium="email", state="handed_over", purpose="receipt")
    said(4, medium="sms", state="failed", purpose="reminder")
    said(5, medium="sms", state="delivered", purpose="reminder", test_address="+18605550999")
    said(8, medium="sms", state="delivered", purpose="reminder")

    found = facts.gather(company, [row.pk], now=NOW)[row.pk]

    assert sorted(found.touches) == [NOW - timedelta(days=2), NOW - timedelta(days=1)]


def test_only_touches_of_today_are_asked_and_other_companies_stay_out(company):
    due = customer_with(company, "100.00")
    later = customer_with(company, "100.00", days=-3)
    stranger = customer_with(factories.company(), "100.00")

    found = facts.gather(company, [due.pk, later.pk, stranger.pk], now=NOW)

    assert len(found[due.pk].invoices) == 1
    assert found[later.pk].invoices == ()
    assert stranger.pk not in found


def test_holds_go_to_the_customer_or_to_their_invoice(company):
    row = customer_with(company, "100.00", "50.00")
    first, second = row.invoices.order_by("pk")
    holds.place(first, reason=Hold.Reason.PROMISE, by=None, now=NOW)
    holds.place(row, reason=Hold.Reason.PERSON, by=None, now=NOW)

    found = facts.gather(company, [row.pk], now=NOW)[row.pk]

    assert [one.reason for one in found.holds] == ["person"]
    held = {one.id: [hold.reason for hold in one.holds] for one in found.invoices}
    assert held == {first.pk: ["promise"], second.pk: []}


def test_who_is_written_to_by_mail_only_has_no_number_whatever_they_agreed_to(company):
    row = customer_with(company, "100")
    row.mail_only = True
    row.save()

    known = facts.gather(company, [row.pk], now=NOW)[row.pk]

    assert (known.sms, known.email is None) == (None, False)
    assert known.unusable["sms"] == "they are written to by mail only"
