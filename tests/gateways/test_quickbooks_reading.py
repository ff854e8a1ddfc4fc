"""What arrives from the books, through the real SDK and real HTTP."""

from datetime import UTC, date, timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from arbook import clock
from arbook.gateways import quickbooks
from arbook.gateways.errors import Refused


def test_an_invoice_arrives_in_our_words(ledger, books):
    customer = ledger.add_customer("Harbor O'Neil & Søn")
    made = ledger.add_invoice(customer["Id"], Decimal("362.07"))

    invoice = books.read_invoice(made["Id"])

    assert invoice.customer_id == customer["Id"]
    assert (invoice.total, invoice.balance) == (Decimal("362.07"), Decimal("362.07"))
    assert invoice.issued_on == date.fromisoformat(made["TxnDate"])
    assert invoice.due_on == date.fromisoformat(made["DueDate"])
    assert invoice.updated_at.tzinfo is UTC
    assert not invoice.is_void


def test_a_customer_arrives_with_raw_texts_and_the_name_of_its_type(ledger, books):
    vip = next(row for row in ledger.all("CustomerType") if row["Name"].startswith("VIP"))
    made = ledger.add_customer(
        "Café Ünal",
        PrimaryEmailAddr={"Address": "a@cafe.example, b@cafe.example"},
        Mobile={"FreeFormNumber": "(860) 555-0142 ext. 9"},
        CustomerTypeRef={"value": vip["Id"]},
        BillAddr={
            "Line1": "1 Quay", "Line2": "Floor 2", "City": "Hartford",
            "CountrySubDivisionCode": "CT", "PostalCode": "06103",
        },
    )  # fmt: skip

    customer = books.read_customer(made["Id"])

    assert customer.name == "Café Ünal"
    assert customer.emails == "a@cafe.example, b@cafe.example"
    assert customer.mobile == "(860) 555-0142 ext. 9"
    assert customer.street == "1 Quay, Floor 2"
    assert (customer.state, customer.postal_code) == ("CT", "06103")
    assert customer.customer_type == vip["Name"]
    assert customer.active


def test_pages_hold_every_record_once_and_inactive_customers_too(ledger, books, sandbox):
    for number in range(23):
        made = ledger.add_customer(f"Customer {number}")
    ledger.edit("Customer", made["Id"], Active=False)
    sandbox.faults.forget()

    pages = list(books.pages("Customer", page_size=10))

    ids = [customer.id for page in pages for customer in page.rows]
    assert len(ids) == len(set(ids)) == books.count("Customer") == 23
    assert [len(page.rows) for page in pages] == [10, 10, 3]
    assert [c.active for page in pages for c in page.rows].count(False) == 1
    assert sandbox.faults.count("quickbooks", "query") == 4


def test_a_record_deleted_while_paging_hides_no_other(ledger, books):
    customer = ledger.add_customer("Harbor")
    ids = [ledger.add_invoice(customer["Id"], 10)["Id"] for _ in range(220)]

    seen = []
    for number, page in enumerate(books.pages("Invoice", page_size=100)):
        seen += [invoice.id for invoice in page.rows]
        if number == 0:
            ledger.delete("Invoice", ids[0])

    assert sorted(seen) == sorted(ids)


def test_a_chunk_of_invoices_is_one_query_and_deleted_ones_are_missing(ledger, books, sandbox):
    customer = ledger.add_customer("Harbor")
    ids = [ledger.add_invoice(customer["Id"], 10 + number)["Id"] for number in range(40)]
    ledger.delete("Invoice", ids[0])
    sandbox.faults.forget()

    read = books.read_invoices(ids)

    assert set(read) == set(ids[1:])
    assert read[ids[5]].balance == Decimal("15.00")
    assert not read.broken
    assert sandbox.faults.count("quickbooks") == 1


def test_what_is_not_there_is_none(ledger, books):
    customer = ledger.add_customer("Harbor")
    invoice = ledger.add_invoice(customer["Id"], 10)
    ledger.delete("Invoice", invoice["Id"])

    assert books.read_invoice(invoice["Id"]) is None
    assert books.read_payment("99999") is None
    assert books.read_credit_memo("../customer/1") is None


def test_a_void_is_known_by_its_note_and_its_zero(ledger, books):
    customer = ledger.add_customer("Harbor")
    invoice = ledger.add_invoice(customer["Id"], 10)
    ledger.void("Invoice", invoice["Id"])

    read = books.read_invoice(invoice["Id"])

    assert read.is_void
    assert read.balance == 0


def test_payments_tell_what_they_settle(ledger, books):
    customer = ledger.add_customer("Harbor")
    invoice = ledger.add_invoice(customer["Id"], 100)
    made = ledger.pay(customer["Id"], Decimal("120.50"), {invoice["Id"]: 100})

    payment = books.read_payment(made["Id"])

    assert payment.total == Decimal("120.50")
    assert payment.unapplied == Decimal("20.50")
    assert [(a.txn_type, a.txn_id, a.amount) for a in payment.applied] == [
        ("Invoice", invoice["Id"], Decimal("100.00"))
    ]


def test_only_lines_on_receivables_count_of_a_journal_entry(ledger, books):
    customer = ledger.add_customer("Harbor")
    entity = {"Type": "Customer", "EntityRef": {"value": customer["Id"]}}
    account = {row["Name"]: row["Id"] for row in ledger.all("Account")}

    def line(kind, name):
        detail = {"PostingType": kind, "AccountRef": {"value": account[name]}, "Entity": entity}
        return {
            "Amount": 40, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail,
        }  # fmt: skip

    made = ledger.create(
        "JournalEntry",
        {"Line": [line("Debit", "Bad Debts"), line("Credit", "Accounts Receivable (A/R)")]},
    )

    (page,) = books.pages("JournalEntry")

    assert page.journal_ids == (made["Id"],)
    assert [(row.customer_id, row.amount) for row in page.rows] == [
        (customer["Id"], Decimal("-40.00"))
    ]


def test_changes_bring_what_moved_and_what_is_gone(ledger, books):
    customer = ledger.add_customer("Harbor")
    kept = ledger.add_invoice(customer["Id"], 50)
    gone = ledger.add_invoice(customer["Id"], 60)
    paid = ledger.pay(customer["Id"], 50, {kept["Id"]: 50})
    since = clock.now() - timedelta(minutes=5)
    ledger.delete("Invoice", gone["Id"])

    changes = books.changes(since)

    assert {invoice.id: invoice.balance for invoice in changes.invoices} == {kept["Id"]: 0}
    assert [payment.id for payment in changes.payments] == [paid["Id"]]
    assert [(d.entity, d.id) for d in changes.deleted] == [("Invoice", gone["Id"])]
    assert [one.id for one in changes.customers] == [customer["Id"]]
    assert not changes.truncated
    assert abs(changes.watermark - clock.now()) < timedelta(seconds=30)


def test_a_thousand_changes_of_one_kind_are_truncated_and_the_others_are_not(ledger, books):
    since = clock.now() - timedelta(minutes=5)
    customer = ledger.add_customer("Harbor")
    with ledger.silently():
        for number in range(1001):
            ledger.add_invoice(customer["Id"], 1 + number)

    changes = books.changes(since)

    assert changes.truncated == {"Invoice"}
    assert [one.id for one in changes.customers] == [customer["Id"]]
    again = [row for page in books.pages("Invoice", where=quickbooks.updated_since(since))
             for row in page.rows]  # fmt: skip
    assert len(again) == 1001


def test_from_more_than_a_month_ago_everything_must_be_read_anew(ledger, books):
    changes = books.changes(clock.now() - timedelta(days=45))

    assert changes.truncated == frozenset(quickbooks.ENTITIES)


def test_the_receivables_report_lists_each_open_document(ledger, books):
    customer = ledger.add_customer("Harbor")
    invoice = ledger.add_invoice(customer["Id"], Decimal("1362.07"))
    ledger.pay(customer["Id"], 30, {})

    lines = books.aged_receivable_detail(clock.now().date() + timedelta(days=1))

    assert {(line.customer_id, line.open_balance) for line in lines} == {
        (customer["Id"], Decimal("1362.07")),
        (customer["Id"], Decimal("-30.00")),
    }
    assert invoice["Id"] in {line.txn_id for line in lines}


def test_an_empty_report_is_empty_and_one_without_its_columns_is_refused(ledger, books):
    from arbook.gateways import quickbooks_reports

    assert books.aged_receivable_detail(clock.now().date()) == []
    report = {"Columns": {"Column": [{"ColTitle": "Datum", "ColType": "Date"}]}, "Rows": {}}
    with pytest.raises(Refused, match="customer, open, type"):
        quickbooks_reports.aged_receivable_lines(report)


def test_whose_books_and_how_they_are_kept(books):
    info, preferences = books.company_info(), books.preferences()

    assert info.name == "Harbor Dental"
    assert info.offset in (timedelta(hours=-5), timedelta(hours=-4))
    assert preferences.book_close_date is None
    assert not preferences.multicurrency


def test_a_success_is_written_down_but_not_each_one(books, connection):
    with CaptureQueriesContext(database) as asked:
        for _ in range(5):
            books.count("Customer")

    written = [one["sql"] for one in asked if one["sql"].startswith("UPDATE")]
    assert sum('"gateways_connection"' in sql for sql in written) == 1
    connection.refresh_from_db()
    assert abs(connection.last_ok_at - clock.now()) < timedelta(seconds=30)
