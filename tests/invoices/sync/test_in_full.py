"""The books read in full: every kind of document, by pages, again, after a month."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from arbook import clock
from arbook.audit.models import Entry
from arbook.outbox.models import Effect
from arbook.sandbox import clock as sandbox_clock
from customers.models import Customer
from invoices import sync
from invoices.models import BooksState, CreditMemo, Invoice, Payment, PaymentLine
from tests.invoices.connected import read_in_full
from tests.invoices.sync.mirrored import balances

pytestmark = pytest.mark.django_db


def test_the_first_reading_brings_every_kind_of_document(company, books):
    customer = books.add_customer("Mill & Sons", email="ap@mill.example", mobile="860 555 0101")
    first = books.add_invoice(customer["Id"], "400.00", TxnDate="2026-10-01", DocNumber="1001")
    second = books.add_invoice(customer["Id"], "90.50", TxnDate="2026-10-05", DocNumber="1002")
    books.pay(customer["Id"], "150.00", {first["Id"]: "100.00"}, TxnDate="2026-10-20")
    books.pay_by_check(second["Id"])
    books.credit(customer["Id"], "25.00")

    report = read_in_full(company)

    assert balances(company) == {"1001": Decimal("300.00")}
    today = company.local_date(clock.now())
    assert Invoice.objects.get(number="1002").closed_on == today
    assert Payment.objects.get(total=150).unapplied == Decimal("50.00")
    assert PaymentLine.objects.get(payment__total=150).amount == Decimal("100.00")
    assert CreditMemo.objects.get().remaining == Decimal("25.00")
    assert set(Customer.objects.get().contacts.values_list("address", flat=True)) == {
        "ap@mill.example",
        "+18605550101",
    }
    assert report.counts["Invoice"]["created"] == 2
    state = BooksState.objects.get(company=company)
    assert state.full_synced_at and state.changes_until and not state.error


def test_history_is_recorded_by_one_line_and_reading_again_changes_nothing(company, books):
    customer = books.add_customer("Mill")
    for number in range(5):
        books.add_invoice(customer["Id"], "10.00", DocNumber=str(number))
    read_in_full(company)

    assert list(Entry.objects.values_list("verb", flat=True)).count("invoice.new") == 0
    assert Entry.objects.filter(verb="books.read").count() == 1
    assert not Effect.objects.exists()

    report = read_in_full(company)

    assert report.counts["Invoice"] == {"created": 0, "updated": 0, "unchanged": 5}
    assert Entry.objects.exclude(verb="books.read").filter(verb__startswith="invoice").count() == 0


def test_pages_are_read_a_thousand_rows_at_a_time(company, books, sandbox):
    customer, at = books.add_customer("Mill"), clock.now() - timedelta(days=3)
    with books.silently():
        for number in range(1201):
            books.add_invoice(customer["Id"], "10.00", DocNumber=f"N{number}", at=at)
    sandbox.faults.forget()

    read_in_full(company)

    assert Invoice.objects.of(company).count() == 1201
    assert len(sandbox.faults.log) <= 1201 / 1000 + 10


def test_after_a_month_away_everything_is_read_and_deletions_are_noticed(company, books):
    customer = books.add_customer("Mill")
    gone = books.add_invoice(customer["Id"], "100.00", DocNumber="gone")
    books.add_invoice(customer["Id"], "50.00", DocNumber="kept")
    paid = books.pay(customer["Id"], "20.00", {gone["Id"]: "20.00"})
    read_in_full(company)

    books.delete("Payment", paid["Id"])
    books.delete("Invoice", gone["Id"])
    sandbox_clock.move(timedelta(days=45))
    report = sync.run(company, now=clock.now())

    assert report.kind == "full"
    assert balances(company) == {"kept": Decimal("50.00")}
    assert Payment.objects.get().is_deleted
    assert Entry.objects.filter(verb="invoice.deleted").count() == 1


def test_the_day_of_the_last_payment_closes_an_invoice(company, books):
    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "100.00", TxnDate="2026-09-01")
    books.pay(customer["Id"], "60.00", {invoice["Id"]: "60.00"}, TxnDate="2026-09-20")
    books.pay(customer["Id"], "40.00", {invoice["Id"]: "40.00"}, TxnDate="2026-10-02")

    read_in_full(company)

    assert Invoice.objects.get().closed_on == date(2026, 10, 2)
