"""What changed since: new, paid, void, deleted, cut off at a thousand, or answered late."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook import clock
from arbook.audit.models import Entry
from arbook.outbox.models import Effect
from arbook.sandbox import clock as sandbox_clock
from invoices import drift
from invoices.models import Invoice, JournalLine
from tests.invoices.connected import read_changes, read_in_full
from tests.invoices.sync.mirrored import balances

pytestmark = pytest.mark.django_db


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
