"""The screens of invoices and aging: their sums, links, files and numbers of statements."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from arbook.companies.models import Role
from arbook.sandbox import clock as movable
from arbook.web.figures import money
from invoices import cadence, disputes, holds, promises
from invoices.models import DriftFinding, Hold
from invoices.receivable import receivable
from tests import factories as make
from tests.factories import NOW, TODAY


@pytest.fixture(autouse=True)
def _clock():
    movable.move_to(NOW)
    yield
    movable.reset()


@pytest.fixture
def company(db):
    company = make.company()
    make.books(company)
    return company


@pytest.fixture
def desk(company, client):
    client.force_login(make.member(company))
    return client


def aging_url(company, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('invoices:aging', args=[company.slug])}?{query}"


def list_url(company, query=""):
    return reverse("invoices:list", args=[company.slug]) + query


def shown(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def foot(response) -> str:
    return re.search(r"<tfoot>.*</tfoot>", response.content.decode(), re.S).group()


def lines(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def books(company):
    """Three customers over several buckets, with credit and an invoice in another currency."""
    alder, birch, cedar = (
        make.customer(company, name=name) for name in ("Alder", "Birch", "Cedar")
    )
    make.invoice(alder, "100.00", due_on=TODAY + timedelta(days=3))
    make.invoice(alder, "250.50", due_on=TODAY - timedelta(days=12))
    make.invoice(alder, "49.50", due_on=TODAY - timedelta(days=20))
    make.invoice(birch, "1000.00", due_on=TODAY - timedelta(days=95))
    make.payment(birch, "75.25")
    make.invoice(cedar, "800.00", currency="CAD")
    return {"alder": alder, "birch": birch, "cedar": cedar}


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


def test_the_invoice_list_filters_and_its_foot_is_the_sum_of_its_rows(desk, company, books):
    alder = books["alder"]
    cases = {
        "": ("$1,400.00", 5),
        "?state=past_due": ("$1,300.00", 4),
        "?bucket=1": ("$300.00", 3),
        f"?customer={alder.pk}": ("$400.00", 3),
        f"?q={alder.invoices.get(balance='49.50').number}": ("$49.50", 1),
        "?q=birch": ("$1,000.00", 1),
        "?set=early&bucket=2": ("$250.50", 2),
        "?currency=CAD": ("CA$800.00", 1),
    }
    for query, (total, count) in cases.items():
        page = desk.get(list_url(company, query))

        assert total in foot(page), query
        assert f'stat-value">{total}<' in page.content.decode(), query
        assert f'stat-value">{count}<' in page.content.decode(), query


def test_the_invoice_list_shows_paid_void_held_and_idle_ones(desk, company, books):
    alder = books["alder"]
    make.invoice(alder, "0.00", number="PAID-1", total=Decimal("10.00"))
    make.invoice(alder, "0.00", number="VOID-1", is_void=True)
    held = make.invoice(alder, "5.00", number="HELD-1")
    holds.place(held, reason=Hold.Reason.PERSON, by=None, now=NOW)

    for state, number in [("paid", "PAID-1"), ("void", "VOID-1"), ("on_hold", "HELD-1")]:
        page = shown(desk.get(list_url(company, f"?state={state}")))
        assert number in page
        assert page.count("-1 ") >= 1
    assert "HELD-1" not in shown(desk.get(list_url(company, "?state=idle")))


def test_the_invoice_list_takes_as_many_statements_for_many_rows_as_for_few(
    desk, company, books, django_assert_max_num_queries
):
    with django_assert_max_num_queries(27) as few:
        desk.get(list_url(company))
    for _ in range(30):
        make.invoice(make.customer(company), "10.00")
    cadence.plan(company, now=NOW)

    with django_assert_max_num_queries(27) as many:
        desk.get(list_url(company))

    assert len(many) <= len(few)


def test_the_invoice_file_has_the_rows_of_the_filter(desk, company, books):
    rows = lines(desk.get(list_url(company, "?state=past_due&export=csv&sort=-balance")))

    assert [row[1] for row in rows[1:-1]] == ["Birch", "Cedar", "Alder", "Alder"]
    assert rows[-1][-1] == "1300.00"


def test_the_page_of_an_invoice_tells_its_story(desk, company, books):
    alder = books["alder"]
    invoice = make.invoice(alder, "60.00", total=Decimal("100.00"), number="N-7")
    make.payment(alder, "40.00", on={invoice: "40.00"}, reference="CHK-9")
    cadence.plan(company, now=NOW)
    promises.record_promise(
        invoice=invoice,
        amount=Decimal("60.00"),
        due_on=TODAY + timedelta(days=7),
        by=None,
        now=NOW,
    )

    page = shown(desk.get(invoice.get_absolute_url()))

    for words in (
        "Invoice N-7",
        "$60.00",
        "$100.00",
        "10 days",
        "Partly paid",
        "CHK-9",
        "A promise",
    ):
        assert words in page, words
    assert "Next:" in page


def test_the_page_says_what_is_wrong_with_the_data(desk, company, books):
    undated = make.invoice(books["alder"], "5.00", due_on=None)
    foreign = books["cedar"].invoices.get()

    assert "no due date" in shown(desk.get(undated.get_absolute_url()))
    assert "is in CAD" in shown(desk.get(foreign.get_absolute_url()))


def test_the_page_takes_as_many_statements_for_a_long_story_as_for_a_short_one(
    desk, company, books, django_assert_max_num_queries
):
    invoice = books["birch"].invoices.get()
    with django_assert_max_num_queries(36) as few:
        desk.get(invoice.get_absolute_url())
    for number in range(10):
        make.payment(books["birch"], "1.00", on={invoice: "1.00"}, reference=f"R{number}")
        hold = holds.place(invoice, reason=Hold.Reason.PERSON, source=str(number), by=None, now=NOW)
        assert hold.pk

    with django_assert_max_num_queries(36) as many:
        desk.get(invoice.get_absolute_url())

    assert len(many) <= len(few) + 1


def test_htmx_gets_the_drawer_and_a_browser_the_page(desk, company, books):
    url = books["birch"].invoices.get().get_absolute_url()

    drawer = desk.get(url, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in drawer and 'id="invoice-drawer"' in drawer
    assert "<html" in desk.get(url).content.decode()


def test_a_viewer_reads_but_sees_no_act(client, company, books):
    client.force_login(make.member(company, Role.VIEWER))
    invoice = books["birch"].invoices.get()

    page = client.get(invoice.get_absolute_url())

    assert page.status_code == 200
    assert reverse("invoices:promise_new", args=[company.slug, invoice.pk]) not in str(page.content)


def test_strangers_find_nothing(client, company, books):
    client.force_login(make.member(make.company()))
    invoice = books["birch"].invoices.get()

    for url in (aging_url(company), list_url(company), invoice.get_absolute_url()):
        assert client.get(url).status_code == 404


def test_a_member_of_two_companies_cannot_mix_them(client, company, books):
    other = make.company()
    person = make.member(company)
    make.membership(other, person=person)
    client.force_login(person)
    invoice = books["birch"].invoices.get()

    assert client.get(reverse("invoices:detail", args=[other.slug, invoice.pk])).status_code == 404
    page = client.get(aging_url(other, customer=books["birch"].pk))
    assert "Birch" not in shown(page)


def test_an_open_page_hears_only_of_what_happened_since_it_was_read(desk, company, books):
    invoice = books["birch"].invoices.get()
    page = desk.get(invoice.get_absolute_url()).content.decode()
    watch = re.search(r'hx-get="([^"]*part=watch[^"]*)"', page).group(1).replace("&amp;", "&")
    htmx = {"HX-Request": "true"}
    assert desk.get(watch, headers=htmx).status_code == 204

    holds.place(invoice, reason=Hold.Reason.PERSON, by=None, now=NOW)
    news = desk.get(watch, headers=htmx)

    assert news.status_code == 200
    assert news["HX-Trigger"] == "invoice-changed"
    assert "On hold" in shown(news)
    facts = desk.get(f"{invoice.get_absolute_url()}?part=facts", headers=htmx)
    assert "Paused by a person" in shown(facts)
    story = desk.get(f"{invoice.get_absolute_url()}?part=story", headers=htmx)
    assert "Reminders paused" in shown(story)
