"""The books read into the mirror, from a real server over real HTTP."""

from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import connection

from arbook import clock
from arbook.audit.models import Entry
from arbook.gateways.errors import VendorError
from arbook.outbox.models import Effect
from arbook.sandbox import clock as sandbox_clock
from customers import tags
from customers.models import Customer
from invoices import drift, holds, sync
from invoices.models import (
    BooksState,
    CreditMemo,
    Hold,
    Invoice,
    JournalLine,
    Payment,
    PaymentLine,
    SyncProblem,
)
from tests.invoices.connected import company_with_books, read_changes, read_in_full

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(sandbox):
    return company_with_books(sandbox)


@pytest.fixture
def company(desk):
    return desk[0]


@pytest.fixture
def books(desk):
    return desk[1]


def balances(company) -> dict[str, Decimal]:
    rows = Invoice.objects.of(company).open()
    return dict(rows.values_list("number", "balance"))


def test_the_first_reading_brings_every_kind_of_document(company, books):
    customer = books.add_customer("Mill & Sons", email="ap@mill.example", mobile="860 555 0101")
    first = books.add_invoice(customer["Id"], "400.00", TxnDate="2026-10-01", DocNumber="1001")
    second = books.add_invoice(customer["Id"], "90.50", TxnDate="2026-10-05", DocNumber="1002")
    books.pay(customer["Id"], "150.00", {first["Id"]: "100.00"}, TxnDate="2026-10-20")
    books.pay_by_check(second["Id"])
    books.credit(customer["Id"], "25.00")

    report = read_in_full(company)

    assert balances(company) == {"1001": Decimal("300.00")}
    assert Invoice.objects.get(number="1002").closed_on == clock.now().date()
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


def test_changes_bring_new_invoices_payments_voids_deletions_and_credits(company, books):
    customer = books.add_customer("Mill", email="ap@mill.example")
    kept, void, gone, paid = (
        books.add_invoice(customer["Id"], "100.00", DocNumber=number)
        for number in ("keep", "void", "gone", "paid")
    )
    read_in_full(company)

    books.add_invoice(customer["Id"], "70.00", DocNumber="new")
    books.void("Invoice", void["Id"])
    books.delete("Invoice", gone["Id"])
    books.pay_by_check(paid["Id"])
    books.credit(customer["Id"], "30.00", apply_to=kept["Id"])
    read_changes(company)

    assert balances(company) == {"keep": Decimal("70.00"), "new": Decimal("70.00")}
    assert Invoice.objects.get(number="gone").is_deleted
    assert Invoice.objects.get(number="void").is_void
    said = set(Entry.objects.values_list("verb", flat=True))
    assert {"invoice.new", "invoice.paid", "invoice.voided", "invoice.deleted"} <= said
    assert {"invoice.balance", "payment.recorded", "credit.given"} <= said
    assert Effect.objects.filter(kind="messaging.revisit").exists()


def test_a_journal_entry_moves_the_receivable_and_its_lines_are_replaced(company, books):
    customer = books.add_customer("Mill")
    read_in_full(company)
    accounts = {row["AccountType"]: row["Id"] for row in books.all("Account")}

    def lines(amount, *, to_customer=True):
        detail = {"AccountRef": {"value": accounts["Accounts Receivable"]}, "PostingType": "Debit"}
        detail["Entity"] = {"Type": "Customer", "EntityRef": {"value": customer["Id"]}}
        other = {"AccountRef": {"value": accounts["Income"]}, "PostingType": "Credit"}
        kind = "JournalEntryLineDetail"
        return [
            {"Amount": amount, "DetailType": kind, kind: detail},
            {"Amount": amount, "DetailType": kind, kind: other},
        ]

    entry = books.create("JournalEntry", {"Line": lines(80)})
    read_changes(company)
    assert JournalLine.objects.get(is_deleted=False).amount == Decimal("80.00")
    assert drift.receivable(company) == Decimal("80.00")

    books.edit("JournalEntry", entry["Id"], Line=lines(60))
    read_changes(company)
    assert drift.receivable(company) == Decimal("60.00")

    books.delete("JournalEntry", entry["Id"])
    read_changes(company)
    assert drift.receivable(company) == Decimal("0.00")


def test_a_merge_moves_documents_to_the_survivor(company, books):
    loser, winner = books.add_customer("Mill Inc"), books.add_customer("Mill")
    books.add_invoice(loser["Id"], "100.00", DocNumber="1")
    read_in_full(company)

    books.merge(loser["Id"], winner["Id"])
    read_changes(company)

    assert Invoice.objects.get(number="1").customer.name == "Mill"
    assert Customer.objects.get(quickbooks_id=loser["Id"]).is_deleted


@pytest.mark.parametrize("read", [read_changes, read_in_full])
def test_what_people_decided_survives_a_merge_that_no_webhook_told(company, books, read):
    loser, winner = books.add_customer("Mill Inc"), books.add_customer("Mill")
    books.add_invoice(loser["Id"], "100.00", DocNumber="1")
    read_in_full(company)
    old = Customer.objects.select_related("company").get(quickbooks_id=loser["Id"])
    tags.put(old, by=None, now=clock.now())
    Customer.objects.filter(pk=old.pk).update(is_sensitive=True, language="es")
    holds.place(old, reason=Hold.Reason.PERSON, note="on holiday", by=None, now=clock.now())

    books.merge(loser["Id"], winner["Id"])
    read(company)

    kept = Customer.objects.get(quickbooks_id=winner["Id"])
    old.refresh_from_db()
    assert old.merged_into == kept
    assert Invoice.objects.get(number="1").customer == kept
    assert tags.silent([kept.pk]) == {kept.pk: "VIP"}
    (held,) = holds.active(company, [kept.pk], now=clock.now())[kept.pk]
    assert held.note == "on holiday"
    assert (kept.is_sensitive, kept.language) == (True, "es")


def test_change_data_capture_cut_off_at_a_thousand_is_read_by_pages(company, books):
    customer = books.add_customer("Mill")
    read_in_full(company)
    with books.silently():
        for number in range(1150):
            books.add_invoice(customer["Id"], "10.00", DocNumber=f"N{number}")

    read_changes(company)

    assert Invoice.objects.of(company).open().count() == 1150


def test_what_was_deleted_is_noticed_though_the_changes_were_cut_off(company, books):
    customer = books.add_customer("Mill")
    gone = books.add_invoice(customer["Id"], "100.00", DocNumber="gone")
    read_in_full(company)
    books.delete("Invoice", gone["Id"])
    with books.silently():
        for number in range(1050):
            books.add_invoice(customer["Id"], "10.00", DocNumber=f"N{number}")

    read_changes(company)

    assert Invoice.objects.get(number="gone").is_deleted
    assert Invoice.objects.of(company).open().count() == 1050


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


def test_a_broken_record_stops_no_page_and_is_named(company, books):
    customer = books.add_customer("Mill")
    broken = books.add_invoice(customer["Id"], "100.00", DocNumber="broken")
    books.add_invoice(customer["Id"], "50.00", DocNumber="fine")
    data = books.get("Invoice", broken["Id"]) | {"TxnDate": "someday"}
    books.put("Invoice", data)

    read_in_full(company)

    assert balances(company) == {"fine": Decimal("50.00")}
    problem = SyncProblem.objects.get(solved_at=None)
    assert (problem.entity, problem.quickbooks_id) == ("Invoice", broken["Id"])
    assert "someday" in problem.reason

    books.edit("Invoice", broken["Id"], TxnDate="2026-11-01")
    read_changes(company)

    assert not SyncProblem.objects.filter(solved_at=None).exists()
    assert balances(company)["broken"] == Decimal("100.00")


def test_an_invoice_of_an_unknown_customer_is_kept_under_a_placeholder(company, books):
    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "100.00", DocNumber="1")
    books.put("Invoice", books.get("Invoice", invoice["Id"]) | {"CustomerRef": {"value": "9999"}})

    read_in_full(company)

    assert Invoice.objects.get(number="1").customer.name == "Customer 9999"
    assert SyncProblem.objects.get(entity="Customer", quickbooks_id="9999")


def test_odd_values_are_mirrored_without_stopping(company, books):
    customer = books.add_customer("Bäckerei „Süß“ O'Neil\u0000")
    invoice = books.add_invoice(customer["Id"], "100.00", CurrencyRef={"value": "CAD"})
    data = books.get("Invoice", invoice["Id"])
    del data["DueDate"]
    books.put("Invoice", data | {"DocNumber": "x" * 90})
    huge = books.add_invoice(customer["Id"], "10.00")
    books.put("Invoice", books.get("Invoice", huge["Id"]) | {"Balance": 10**15})

    read_in_full(company)

    row = Invoice.objects.get()
    assert (row.currency, row.due_on, len(row.number)) == ("CAD", None, 40)
    assert SyncProblem.objects.get().quickbooks_id == huge["Id"]


def test_a_stale_answer_never_overwrites_a_newer_row(company, books):
    from arbook.gateways import quickbooks
    from invoices import mirror

    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "100.00", DocNumber="1")
    read_in_full(company)
    stale = quickbooks.of(company).read_invoice(invoice["Id"])
    sandbox_clock.move(timedelta(seconds=5))
    books.pay_by_check(invoice["Id"])
    read_changes(company)

    applied = mirror.apply_invoices(company, [stale], now=clock.now())

    assert applied.unchanged == 1
    assert Invoice.objects.get().balance == 0


def test_an_answer_read_before_a_deletion_brings_nothing_back(company, books):
    from arbook.gateways import quickbooks
    from invoices import mirror

    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "100.00")
    read_in_full(company)
    stale = quickbooks.of(company).read_invoice(invoice["Id"])
    sandbox_clock.move(timedelta(seconds=5))
    books.delete("Invoice", invoice["Id"])
    read_changes(company)

    mirror.apply_invoices(company, [stale], now=clock.now())

    assert Invoice.objects.get().is_deleted


def test_one_reading_of_a_company_runs_at_a_time(company, books):
    facts = connection.get_connection_params()
    facts = {
        key: value
        for key, value in facts.items()
        if key in ("dbname", "user", "host", "port", "password")
    }
    with psycopg.connect(**facts) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [sync.LOCK_CLASS, company.pk])

        report = sync.run(company, now=clock.now())

    assert report.is_busy and report.said == "already running"


def test_a_vendor_that_fails_leaves_its_word_and_the_old_watermark(company, books, sandbox):
    read_in_full(company)
    before = BooksState.objects.get().changes_until
    sandbox.faults.add("quickbooks", "cdc", "500", times=5)

    with pytest.raises(VendorError):
        read_changes(company)

    state = BooksState.objects.get()
    assert state.error and state.changes_until == before


def test_the_day_of_the_last_payment_closes_an_invoice(company, books):
    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "100.00", TxnDate="2026-09-01")
    books.pay(customer["Id"], "60.00", {invoice["Id"]: "60.00"}, TxnDate="2026-09-20")
    books.pay(customer["Id"], "40.00", {invoice["Id"]: "40.00"}, TxnDate="2026-10-02")

    read_in_full(company)

    assert Invoice.objects.get().closed_on == date(2026, 10, 2)
