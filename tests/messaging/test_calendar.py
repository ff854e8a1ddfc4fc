"""One calendar of what was said on every channel and what will be said."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from arbook.companies.models import Role
from invoices.models import PromiseToPay, Reminder, Task
from messaging import calendar, incidents
from tests import factories
from tests.factories import NOW, TODAY
from tests.messaging.test_budget import said

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


@pytest.fixture
def company():
    return factories.company(slug="harbor", timezone="America/New_York", mode="review")


@pytest.fixture
def customer(company):
    return factories.customer(company, name="Mill & Sons", state="CA", postal_code="90001")


def lived(customer):
    """A week with something of everything."""
    invoice = factories.invoice(customer)
    cadence = factories.cadence(customer.company)
    for kind, days in (("reply", 1), ("mail", 2), ("call", 3), ("books", 4)):
        said(customer, NOW - timedelta(days=days), kind)
    Reminder.objects.create(
        company=customer.company,
        invoice=invoice,
        step=cadence.steps.get(key="day-14"),
        step_key="day-14",
        anchor_on=invoice.issued_on,
        due_on=TODAY + timedelta(days=1),
    )
    PromiseToPay.objects.create(
        company=customer.company, invoice=invoice, amount="50.00", due_on=TODAY, made_at=NOW
    )
    Task.objects.create(
        company=customer.company,
        customer=customer,
        kind=Task.Kind.CALL,
        key=f"call:{customer.pk}",
        title="Ask about the promise",
        due_on=TODAY,
        opened_at=NOW,
    )


def test_a_customers_days_hold_every_channel_and_what_is_planned(customer):
    lived(customer)

    found = calendar.of_customer(customer, now=NOW)

    kinds = [item.kind for day in found.days for item in day.items]
    assert kinds == ["planned", "promise", "task", "sms", "email", "call", "books"]
    assert [day.is_past for day in found.days] == [False, False, True, True, True, True]
    assert found.used.week == 4 and not found.used.allows


def test_hours_are_on_the_customers_own_clock_and_so_is_the_next_allowed_one(customer):
    said(customer, NOW - timedelta(hours=1), "mail")

    found = calendar.of_customer(customer, now=NOW)

    assert found.days[0].items[0].clock == "06:00 Los Angeles"
    assert found.next_allowed == "21:00 Los Angeles"  # midnight in New York


def test_what_uses_no_budget_is_shown_beside(customer):
    said(customer, NOW - timedelta(days=1), "reply", purpose="receipt")

    [day] = calendar.of_customer(customer, now=NOW).days

    assert day.items[0].part == calendar.BESIDE


def test_a_week_has_a_row_for_each_customer_something_happens_to(company, customer):
    lived(customer)
    factories.customer(company)
    other = factories.customer(company)
    said(other, NOW - timedelta(days=9), "call")

    ids = calendar.customers_of_week(company, MONDAY)
    week = calendar.of_week(company, MONDAY, ids, now=NOW)

    [row] = week.rows
    assert row.customer == customer and row.used == 4
    assert [len(day.items) for day in row.cells] == [1, 1, 1, 1, 2, 1, 0]
    assert week.counts == {"counted": 4, "planned": 1}
    assert calendar.customers_of_week(company, MONDAY - timedelta(days=7)) == [other.pk]


def test_a_week_costs_as_many_statements_for_twenty_as_for_one(
    company, customer, django_assert_num_queries
):
    cadence = factories.cadence(company)
    people = [customer, *(factories.customer(company) for _ in range(20))]
    for one in people:
        said(one, NOW - timedelta(days=1), "call")
        said(one, NOW - timedelta(days=2), "books")
        invoice = factories.invoice(one)
        Reminder.objects.create(
            company=company,
            invoice=invoice,
            step=cadence.steps.get(key="day-14"),
            step_key="day-14",
            anchor_on=invoice.issued_on,
            due_on=TODAY,
        )

    with django_assert_num_queries(7):
        week = calendar.of_week(company, MONDAY, [one.pk for one in people], now=NOW)

    assert len(week.rows) == 21


def test_reminders_that_left_twice_are_counted_and_once_a_day_is_none(client, company, customer):
    said(customer, NOW - timedelta(days=3), "reminder")
    assert incidents.doubled(company, now=NOW) == []

    said(customer, NOW - timedelta(days=3, minutes=5), "reminder")
    (found,) = incidents.doubled(company, now=NOW)

    assert (found.customer, found.day) == (customer, TODAY - timedelta(days=3))
    client.force_login(factories.member(company))
    page = client.get(reverse("messaging:calendar", args=[company.slug])).content.decode()
    assert "Reminded twice in the last 30 days" in page
    assert incidents.doubled(company, now=NOW + timedelta(days=40)) == []


def test_the_pages_stand_full_and_empty(client, company, customer):
    client.force_login(factories.member(company, Role.VIEWER))
    weekly = reverse("messaging:calendar", args=[company.slug])
    own = reverse("messaging:calendar_of_customer", args=[company.slug, customer.pk])
    for where in (weekly, own):
        assert client.get(where).status_code == 200
    lived(customer)

    assert "Mill &amp; Sons" in client.get(weekly, {"from": str(MONDAY)}).content.decode()
    assert "QuickBooks mailed invoice" in client.get(own).content.decode()
    for nonsense in ("soon", "9999-12-31", "0001-01-01", "\x00"):
        assert client.get(weekly, {"from": nonsense}).status_code == 200
    elsewhere = factories.customer(factories.company())
    gone = reverse("messaging:calendar_of_customer", args=[company.slug, elsewhere.pk])
    assert client.get(gone).status_code == 404
