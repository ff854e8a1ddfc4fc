from datetime import date

import pytest

from arbook.sandbox import seed
from arbook.sandbox.quickbooks.reports import open_documents

TODAY = date(2026, 11, 20)


@pytest.fixture
def planted(vendors):
    return seed.plant(vendors, number=1, today=TODAY)["companies"]


def test_the_books_look_like_real_books(vendors, planted):
    counts = [company["counts"] for company in planted.values()]
    invoices = [
        invoice
        for company in planted.values()
        for invoice in vendors.books(company["realm"]).all("Invoice")
        if invoice["Balance"] > 0
    ]
    ages = [(TODAY - date.fromisoformat(invoice["TxnDate"])).days for invoice in invoices]

    assert sum(count["customers"] for count in counts) >= 80
    assert sum(count["invoices"] for count in counts) >= 500
    assert 120 <= len(invoices) <= 160
    assert sum(age < 30 for age in ages) > len(ages) / 2
    assert sum(age >= 90 for age in ages) >= 5


@pytest.mark.parametrize("days", [0, 7, 14, 21, 30, 60])
def test_each_company_has_an_invoice_on_every_day_of_the_cadence(vendors, planted, days):
    for company in planted.values():
        handle = company["special"][f"day_{days}"]
        books = vendors.books(company["realm"])
        invoice = books.get("Invoice", handle["invoices"][0]["id"])
        open_ones = [
            one
            for one in books.all("Invoice", CustomerRef=handle["customer_id"])
            if one["Balance"] > 0
        ]

        assert (TODAY - date.fromisoformat(invoice["TxnDate"])).days == days
        assert len(open_ones) == 1
        assert handle["customer_id"] in company["consented"]


def test_the_special_customers_are_as_they_are_called(vendors, planted):
    studio, field = planted["juniper-vale"], planted["red-mesa"]

    def customer(company: dict, handle: str) -> dict:
        id_ = company["special"][handle]["customer_id"]
        return vendors.books(company["realm"]).get("Customer", id_)

    ten = vendors.books(studio["realm"]).all(
        "Invoice", CustomerRef=studio["special"]["ten_open"]["customer_id"]
    )
    foreign = studio["special"]["foreign"]["invoices"][0]["id"]
    undated = studio["special"]["no_due_date"]["invoices"][0]["id"]
    assert sum(invoice["Balance"] > 0 for invoice in ten) == 10
    assert customer(studio, "vip_type")["CustomerTypeRef"]["name"] == "VIP - do not dun"
    assert customer(field, "vip_note")["Notes"].startswith("[VIP]")
    assert customer(studio, "several_emails")["PrimaryEmailAddr"]["Address"].count("@") == 3
    assert "PrimaryEmailAddr" not in customer(field, "no_contact")
    assert "Mobile" not in customer(field, "no_contact")
    assert customer(field, "inactive")["Active"] is False
    assert customer(field, "inactive")["Balance"] > 0
    assert customer(field, "net_zero")["Balance"] <= 0
    assert (
        customer(field, "job_one")["ParentRef"]["value"]
        == (field["special"]["parent"]["customer_id"])
    )
    assert customer(field, "parent")["BalanceWithJobs"] > customer(field, "parent")["Balance"]
    assert vendors.phone(studio["special"]["landline"]["mobile"]).data.line == "landline"
    assert vendors.books(studio["realm"]).get("Invoice", foreign)["CurrencyRef"]["value"] == "CAD"
    assert "DueDate" not in vendors.books(studio["realm"]).get("Invoice", undated)


def test_balances_explain_the_receivable_to_the_cent(vendors, planted):
    for company in planted.values():
        books = vendors.books(company["realm"])
        owed = sum(
            customer["Balance"] * (0.73 if customer["CurrencyRef"]["value"] == "CAD" else 1)
            for customer in books.all("Customer")
        )
        report = sum(document.open for document in open_documents(books, TODAY.isoformat()))

        assert round(owed * 100) == report


def test_the_same_number_and_day_give_the_same_world(vendors, planted):
    def picture() -> list[tuple]:
        return [
            (invoice["DocNumber"], invoice["TxnDate"], invoice["TotalAmt"], invoice["Balance"])
            for company in planted.values()
            for invoice in vendors.books(company["realm"]).all("Invoice")
        ]

    before = picture()
    vendors.reset()
    seed.plant(vendors, number=1, today=TODAY)

    assert picture() == before


def test_plain_books_for_benchmarks_are_read_in_pages(books, api):
    seed.bulk(books, 2500)

    pages = [
        api.query(f"SELECT * FROM Invoice ORDERBY Id STARTPOSITION {start} MAXRESULTS 1000")
        for start in (1, 1001, 2001)
    ]

    assert [len(page["Invoice"]) for page in pages] == [1000, 1000, 500]
    total = sum(customer["Balance"] for customer in books.all("Customer"))
    assert round(total, 2) == round(sum(i["Balance"] for p in pages for i in p["Invoice"]), 2)
