"""The page of an invoice: its story, what is wrong with it, and what it hears of later."""

import re
from datetime import timedelta
from decimal import Decimal

from invoices import cadence, holds, promises
from invoices.models import Hold
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.invoices.pages.reading import shown


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
