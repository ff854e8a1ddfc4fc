"""The customers' screens: what they show, who may act, and that each act is a plain form."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arbook.audit.models import Entry
from arbook.companies.models import Role
from customers import consent
from customers.models import Channel, Contact
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


@pytest.fixture
def desk(client, company):
    client.force_login(factories.member(company, Role.BOOKKEEPER))
    return client


@pytest.fixture
def customer(company):
    return factories.customer(company, name="Mill & Sons")


def url(name, company, *args):
    return reverse(f"customers:{name}", args=[company.slug, *args])


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_header_the_foot_and_the_export_tell_the_same_sums(desk, company):
    for number in range(60):
        owing = factories.customer(company, name=f"Customer {number:02}")
        factories.invoice(owing, "100.00")
        factories.invoice(owing, "10.50", due_on=factories.TODAY.replace(year=2027))
        factories.payment(owing, "7.00")

    page = desk.get(url("list", company))
    rows = rows_of(desk.get(url("export", company, "csv")))

    assert page.context["totals"].open == Decimal("6630.00")
    assert page.context["totals"].overdue == Decimal("6000.00")
    assert page.context["totals"].credit == Decimal("420.00")
    assert page.content.decode().count("$6,630.00") == 2
    assert sum(Decimal(row["Open"]) for row in rows) == Decimal("6630.00")
    assert len(rows) == 60


def test_the_list_asks_the_same_number_of_questions_for_one_row_and_for_fifty(desk, company):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            desk.get(url("list", company))
        return len(asked)

    def owe(number):
        owing = factories.customer(company, name=f"Customer {number:02}")
        factories.contact(owing, Channel.SMS)
        factories.invoice(owing, "100.00")

    owe(0)
    questions()  # the first request of a session asks more
    once = questions()
    for number in range(1, 50):
        owe(number)

    assert questions() == once


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Late", "Calm", "Quiet", "Stopped"}),
        ("?show=overdue", {"Late"}),
        ("?show=open", {"Late", "Calm"}),
        ("?show=vip", {"Quiet"}),
        ("?show=do_not_contact", {"Stopped"}),
        ("?show=no_consent", {"Late", "Quiet", "Stopped"}),
        ("?q=cal", {"Calm"}),
        ("?q=INV-77", {"Late"}),
        ("?q=%27%22%3B%00%25", set()),
        ("?show=nonsense&page=99&sort=-nonsense", {"Late", "Calm", "Quiet", "Stopped"}),
    ],
)
def test_the_list_is_narrowed_by_search_and_filter(desk, company, query, expected):
    late = factories.customer(company, name="Late")
    factories.invoice(late, "100.00", number="INV-77")
    calm = factories.customer(company, name="Calm")
    factories.invoice(calm, "50.00", due_on=factories.TODAY.replace(year=2027))
    factories.consent(factories.contact(calm, Channel.SMS))
    factories.vip(factories.customer(company, name="Quiet"))
    stopped = factories.contact(factories.customer(company, name="Stopped"), Channel.SMS)
    factories.consent(stopped, direction="withdrawn")

    shown = desk.get(url("list", company) + query)

    assert shown.status_code == 200
    assert {row.record.name for row in shown.context["table"].rows} == expected


@pytest.mark.parametrize("tab", ["", "timeline", "invoices", "contacts", "notes", "nonsense"])
def test_every_tab_of_the_page_stands(desk, company, customer, tab):
    factories.contact(customer, Channel.SMS)
    factories.contact(customer, Channel.SMS, written="ask reception", address="", state="invalid")
    factories.invoice(customer, "100.00")

    page = desk.get(url("detail", company, customer.pk), {"tab": tab} if tab else {})

    assert page.status_code == 200
    assert "Mill &amp; Sons" in page.content.decode()


def test_vip_is_set_and_ended_by_a_plain_form(desk, company, customer):
    desk.post(url("vip", company, customer.pk))
    assert customer.tags.get().stops_dunning

    answer = desk.post(url("vip", company, customer.pk), {"act": "take"}, follow=True)

    assert not customer.tags.exists()
    assert "no longer VIP" in answer.content.decode()


def test_what_quickbooks_marks_is_not_ended_here(desk, company, customer):
    factories.vip(customer, source="books")

    answer = desk.post(url("vip", company, customer.pk), {"act": "take"}, follow=True)

    assert customer.tags.exists()
    assert "QuickBooks marks" in answer.content.decode()


def test_a_contact_is_added_and_nonsense_is_refused_in_words(desk, company, customer):
    bad = desk.post(url("contact_new", company, customer.pk), {"channel": "sms", "written": "soon"})
    assert bad.status_code == 422
    assert "is not a telephone number" in bad.content.decode()

    desk.post(
        url("contact_new", company, customer.pk),
        {"channel": "sms", "written": "(860) 555-0142", "name": "Ana"},
    )

    contact = customer.contacts.get()
    assert (contact.address, contact.source, contact.name) == ("+18605550142", "person", "Ana")


def test_consent_needs_its_wording_and_stopping_needs_one_click(desk, company, customer):
    contact = factories.contact(customer, Channel.SMS)
    where = url("consent", company, customer.pk, contact.pk)

    assert desk.post(where, {"source": "staff", "wording": ""}).status_code == 422
    desk.post(where, {"source": "staff", "wording": "Yes, text me.", "evidence": "Call of May 2"})
    assert consent.standing(company, Channel.SMS, contact.address).is_given

    desk.post(url("stop", company, customer.pk, contact.pk))
    standing = consent.standing(company, Channel.SMS, contact.address)

    assert standing.is_withdrawn
    assert Entry.objects.filter(verb="consent.withdrawn").get().by is not None


def test_a_wrong_person_is_not_used_any_more(desk, company, customer):
    contact = factories.contact(customer, Channel.SMS)

    desk.post(url("wrong_person", company, customer.pk, contact.pk), {"reason": "A bakery."})
    contact.refresh_from_db()
    assert contact.state == Contact.State.WRONG_PERSON

    desk.post(url("contact_usable", company, customer.pk, contact.pk))
    contact.refresh_from_db()
    assert contact.is_usable


def test_notes_are_kept_and_the_person_in_charge_is_a_member(desk, company, customer):
    stranger = factories.user()
    mate = factories.member(company)

    desk.post(url("note", company, customer.pk), {"text": "Prefers mornings.\nAsk for Ana."})
    refused = desk.post(
        url("profile", company, customer.pk), {"owner": stranger.pk, "language": "es"}
    )
    desk.post(url("profile", company, customer.pk), {"owner": mate.pk, "language": "es"})
    customer.refresh_from_db()

    assert refused.status_code == 422
    assert (customer.owner, customer.language) == (mate, "es")
    assert (
        "Ask for Ana."
        in desk.get(url("detail", company, customer.pk), {"tab": "notes"}).content.decode()
    )


def test_a_pause_is_placed_to_a_day_with_a_reason_and_ended_with_one(desk, company, customer):
    where = reverse("invoices:pause_customer", args=[company.slug, customer.pk])

    assert desk.post(where, {"until": "2020-01-01", "note": "x"}).status_code == 422
    assert desk.post(where, {"until": "2099-01-01", "note": ""}).status_code == 422
    desk.post(where, {"until": "2099-01-01", "note": "Talks with the owner"})
    hold = customer.holds.get()
    assert hold.note == "Talks with the owner" and hold.lifted_at is None

    end = reverse("invoices:resume", args=[company.slug, hold.pk])
    assert desk.post(end, {"reason": ""}).status_code == 422
    desk.post(end, {"reason": "Agreed"})
    hold.refresh_from_db()
    assert hold.lifted_reason == "Agreed"


ACTS = [
    ("customers:vip", []),
    ("customers:contact_new", []),
    ("customers:profile", []),
    ("customers:note", []),
    ("invoices:pause_customer", []),
    ("customers:consent", ["contact"]),
    ("customers:stop", ["contact"]),
    ("customers:wrong_person", ["contact"]),
    ("customers:contact_usable", ["contact"]),
]


@pytest.mark.parametrize(("name", "extra"), ACTS)
def test_a_viewer_acts_nowhere_and_a_stranger_finds_nothing(client, company, customer, name, extra):
    contact = factories.contact(customer, Channel.SMS)
    args = [company.slug, customer.pk, *([contact.pk] if extra else [])]

    client.force_login(factories.member(company, Role.VIEWER))
    assert client.post(reverse(name, args=args)).status_code == 403
    client.force_login(factories.member(factories.company(), Role.OWNER))
    assert client.post(reverse(name, args=args)).status_code == 404


def test_rows_of_another_company_are_out_of_reach(desk, company):
    other = factories.customer(factories.company(), name="Elsewhere")

    assert desk.get(url("detail", company, other.pk)).status_code == 404
    assert "Elsewhere" not in desk.get(url("list", company)).content.decode()


def test_data_to_fix_stands_with_and_without_findings(desk, company, customer):
    where = reverse("invoices:data_to_fix", args=[company.slug])
    assert "Nothing to fix" in desk.get(where).content.decode()

    factories.invoice(customer, "100.00", due_on=None, currency="CAD")

    page = desk.get(where).content.decode()
    assert "Invoices without a due date" in page and "foreign currency" in page
    assert len(rows_of(desk.get(where, {"export": "csv"}))) == 4
