"""Records that are broken, odd or without their customer stop nothing and are named."""

from decimal import Decimal

import pytest

from invoices.models import Invoice, SyncProblem
from tests.invoices.connected import read_changes, read_in_full
from tests.invoices.sync.mirrored import balances

pytestmark = pytest.mark.django_db


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
