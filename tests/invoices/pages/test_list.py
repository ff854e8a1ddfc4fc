"""The list of invoices: its filters, sums, file and numbers of statements."""

from decimal import Decimal

from invoices import cadence, holds
from invoices.models import Hold
from tests import factories as make
from tests.factories import NOW
from tests.invoices.pages.reading import foot, lines, list_url, shown


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
