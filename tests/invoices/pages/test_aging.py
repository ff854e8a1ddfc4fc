"""The aging: its sums, links, file, notes and numbers of statements."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from arbook.web.figures import money
from invoices import disputes, promises
from invoices.models import DriftFinding
from invoices.receivable import receivable
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.invoices.pages.reading import aging_url, foot, lines, list_url, shown


def test_header_foot_and_receivable_of_the_aging_are_one_sum(desk, company, books):
    page = desk.get(aging_url(company))

    total = money(receivable(company))
    assert total == "$1,324.75"
    assert total in foot(page)
    assert f'stat-value"><span class="money">{total}' in page.content.decode()


def test_each_cell_leads_to_exactly_the_rows_that_make_it_up(desk, company, books):
    page = desk.get(aging_url(company)).content.decode()
    cells = re.findall(r'<a class="plain-link" href="([^"]+)"><span[^>]*>([^<]+)<', page)
    assert len(cells) == 6

    for url, amount in cells:
        rows = desk.get(url.replace("&amp;", "&"))

        assert amount in foot(rows)


def test_other_currencies_stand_apart_in_the_aging(desk, company, books):
    page = desk.get(aging_url(company))

    assert "CA$800.00" in shown(page)
    assert "Cedar" not in foot(page)
    apart = desk.get(aging_url(company, by="invoice", currency="CAD"))
    assert "CA$800.00" in foot(apart)


@pytest.mark.parametrize("by", ["customer", "invoice"])
def test_the_aging_file_has_exactly_the_rows_and_their_sum(desk, company, books, by):
    text = lines(desk.get(aging_url(company, by=by, export="csv")))
    body = desk.get(aging_url(company, by=by, export="xlsx")).getvalue()
    sheet = list(load_workbook(io.BytesIO(body)).active.values)

    assert len(text) == len(sheet) == (4 if by == "customer" else 7)
    assert text[-1][-1] == "1324.75"
    assert sheet[-1][-1] == pytest.approx(1324.75)
    assert sum(Decimal(row[-1]) for row in text[1:-1]) == Decimal("1324.75")


@pytest.mark.parametrize("by", ["customer", "invoice"])
def test_the_aging_takes_as_many_statements_for_many_rows_as_for_few(
    desk, company, books, by, django_assert_max_num_queries
):
    with django_assert_max_num_queries(25) as few:
        desk.get(aging_url(company, by=by))
    for number in range(30):
        customer = make.customer(company)
        make.invoice(customer, "10.00")
        make.consent(make.contact(customer, "sms"))
        if number % 2:
            make.payment(customer, "1.00")

    with django_assert_max_num_queries(26) as many:
        desk.get(aging_url(company, by=by))

    # One more: the consent of numbers that were not there before.
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize(
    "query",
    [
        "as_of=never",
        "as_of=2026-02-31",
        "as_of=0001-01-01",
        "as_of=99999-01-01",
        "set=odd&cell=9&by=cat&customer=x&currency=%00%27",
        "cell=%C2%B2&customer=%C2%B2&page=-4&sort=%27;drop",
        "page=99999999999999999999&q=%25_%5C%27%00",
        "sort=-b4,name&by=invoice",
    ],
)
def test_nonsense_in_the_address_still_shows_an_aging(desk, company, books, query):
    assert desk.get(f"{aging_url(company)}{query}").status_code == 200
    assert desk.get(list_url(company, f"?{query}&state=odd&bucket=77")).status_code == 200


@pytest.mark.parametrize(
    "sort", ["customer", "-customer", "oldest", "b0", "-b4", "credits", "-total"]
)
def test_every_column_of_the_aging_sorts(desk, company, books, sort):
    assert "Alder" in shown(desk.get(aging_url(company, sort=sort)))


@pytest.mark.parametrize("sort", ["document", "customer", "dated_on", "due_on", "-days", "amount"])
def test_every_column_of_the_documents_sorts(desk, company, books, sort):
    assert "Birch" in shown(desk.get(aging_url(company, by="invoice", sort=sort)))


def test_a_difference_to_the_books_stands_in_red_with_its_documents(desk, company, books):
    company.books.drift_checked_at, company.books.drift_amount = NOW, Decimal("-20.00")
    company.books.save()
    DriftFinding.objects.create(
        company=company,
        checked_at=NOW,
        customer=books["alder"],
        document_type="Invoice",
        document_id="7",
        ours=Decimal("20.00"),
        theirs=Decimal("0.00"),
        explanation="Invoice 7 counts $20.00 here; QuickBooks' report does not list it as open.",
    )

    page = desk.get(aging_url(company))

    assert "differs by −$20.00" in shown(page)
    assert "Invoice 7 counts $20.00 here" in shown(page)


def test_notes_say_why_an_amount_is_not_simply_asked_for(desk, company, books):
    invoice = books["birch"].invoices.get()
    disputes.open_dispute(
        invoice=invoice, amount=Decimal("10.00"), reason="Broken", by=None, now=NOW
    )
    promises.record_promise(
        invoice=books["alder"].invoices.get(balance="250.50"),
        amount=Decimal("250.50"),
        due_on=TODAY + timedelta(days=7),
        by=None,
        now=NOW,
    )

    page = shown(desk.get(aging_url(company)))

    for word in ("Disputed", "Promise Nov 27", "Unapplied credit", "No mobile", "Idle"):
        assert word in page


def test_an_empty_company_says_that_nothing_is_open(desk, company):
    assert "Nothing is open on this day" in shown(desk.get(aging_url(company)))
    assert "No row matches these filters" in shown(desk.get(aging_url(company, q="nobody")))
