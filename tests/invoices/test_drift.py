"""Our receivable against QuickBooks' own report, document by document."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook import clock
from arbook.sandbox import clock as sandbox_clock
from invoices import drift
from invoices.models import BooksState, CreditMemo, DriftFinding, Invoice, Payment
from tests.invoices.connected import company_with_books, read_changes, read_in_full

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(sandbox):
    return company_with_books(sandbox)


@pytest.fixture
def company(desk):
    company, books = desk
    customer = books.add_customer("Mill & Sons")
    other = books.add_customer("O'Neil")
    first = books.add_invoice(customer["Id"], "400.00", TxnDate="2026-10-01", DocNumber="1001")
    books.add_invoice(other["Id"], "90.50", TxnDate="2026-11-05", DocNumber="1002")
    books.pay(customer["Id"], "150.00", {first["Id"]: "100.00"}, TxnDate="2026-10-20")
    books.credit(other["Id"], "25.00", DocNumber="CM-1")
    accounts = {row["AccountType"]: row["Id"] for row in books.all("Account")}
    kind = "JournalEntryLineDetail"
    entity = {"Type": "Customer", "EntityRef": {"value": customer["Id"]}}
    books.create(
        "JournalEntry",
        {
            "Line": [
                {
                    "Amount": 80,
                    "DetailType": kind,
                    kind: {
                        "PostingType": "Debit",
                        "AccountRef": {"value": accounts["Accounts Receivable"]},
                        "Entity": entity,
                    },
                },
                {
                    "Amount": 80,
                    "DetailType": kind,
                    kind: {"PostingType": "Credit", "AccountRef": {"value": accounts["Income"]}},
                },
            ]
        },
    )
    read_in_full(company)
    # An hour later nothing of this is news any more that the next reading would bring.
    sandbox_clock.move(timedelta(hours=1))
    read_changes(company)
    return company


def check(company):
    return drift.check(company, now=clock.now())


def test_books_that_agree_show_no_difference(company):
    checked = check(company)

    assert checked.findings == [] and checked.amount == 0
    assert checked.ours == Decimal("400") - 100 - 50 + Decimal("90.50") - 25 + 80
    assert BooksState.objects.get().drift_checked_at


def test_a_missed_void_is_named_by_its_document(company):
    Invoice.objects.filter(number="1001").update(balance=Decimal("400.00"))

    (found,) = check(company).findings

    assert found.explanation == "Invoice 1001 counts $400.00 here and $300.00 in QuickBooks."
    assert found.difference == Decimal("-100.00")
    assert BooksState.objects.get().drift_amount == Decimal("-100.00")


def test_a_missed_document_and_a_credit_that_went_are_named(company):
    Invoice.objects.filter(number="1002").update(is_deleted=True)
    CreditMemo.objects.update(remaining=Decimal("20.00"))
    Payment.objects.update(unapplied=0)

    said = [one.explanation for one in check(company).findings]

    assert any(
        "Invoice 1002 counts $90.50 in QuickBooks; here it is marked as deleted" in s for s in said
    )
    assert any(s.startswith("Credit memo CM-1 counts -$20.00 here and -$25.00") for s in said)
    assert any("counts -$50.00 in QuickBooks; here nothing of it is open" in s for s in said)


def test_a_difference_that_the_next_reading_explains_is_none(company, desk):
    _, books = desk
    books.pay_by_check(Invoice.objects.get(number="1002").quickbooks_id)

    assert check(company).findings == []
    assert Invoice.objects.get(number="1002").balance == 0


def test_findings_are_closed_when_the_books_agree_again(company):
    Invoice.objects.filter(number="1001").update(balance=Decimal("1.00"))
    check(company)
    Invoice.objects.filter(number="1001").update(balance=Decimal("300.00"))

    check(company)

    assert not DriftFinding.objects.filter(is_current=True).exists()
    assert DriftFinding.objects.count() == 1
    assert BooksState.objects.get().drift_amount == 0
