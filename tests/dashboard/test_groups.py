"""The groups of today's list: what is in which, in what order, and what is not for today."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from arbook.dashboard import today
from invoices.models import Approval, Escalation, Hold, Reminder, Task
from tests import factories
from tests.dashboard.work import approval, proposed, task, thread
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def _groups(*companies, now=NOW) -> dict[str, today.Group]:
    return {group.key: group for group in today.groups(list(companies), now=now)}


def _reminder(invoice, **fields) -> Reminder:
    step = factories.cadence(invoice.company).steps.first()
    fields = {"step": step, "step_key": step.key, "anchor_on": TODAY, "due_on": TODAY} | fields
    return Reminder.objects.create(company=invoice.company, invoice=invoice, **fields)


def test_each_kind_of_work_stands_in_its_group(company):
    customer = factories.customer(company, name="Acorn")
    for kind in Task.Kind.values:
        task(company, kind, customer=customer, amount=Decimal("10.00"))
    task(company, Task.Kind.CALL, customer=customer, key="promise:1")
    thread(customer, intent="wants_plan")
    approval(customer)
    proposed(customer)
    proposed(factories.customer(company), "50.00")

    found = _groups(company)

    assert {key: group.count for key, group in found.items()} == {
        "replies": 1,
        "promises": 1,
        "failed": 2,
        "approve": 2,
        "money": 3,
        "calls": 3,
        "idle": 0,
        "data": 1,
    }
    assert all(len(group.rows) == group.count for group in found.values())
    batch, single = found["approve"].rows
    assert (batch.why, batch.amount) == ("2 messages ready to be reviewed", Decimal("150.00"))
    assert (single.who, single.note) == ("Acorn", "30-day review")
    assert found["replies"].rows[0].why == "Answered: wants plan"
    assert list(found) == [
        "replies",
        "promises",
        "failed",
        "approve",
        "money",
        "calls",
        "idle",
        "data",
    ]


def test_rows_are_ranked_by_the_money_at_stake_and_replies_by_how_long_they_wait(company):
    for number, amount in enumerate(["5.00", None, "500.00", "50.00"]):
        customer = factories.customer(company)
        task(company, Task.Kind.CALL, number, amount=amount and Decimal(amount))
        thread(customer, needs_reply_since=NOW - timedelta(hours=number))

    found = _groups(company)

    assert [row.amount for row in found["calls"].rows] == [500, 50, 5, None]
    waits = [row.since for row in found["replies"].rows]
    assert waits == sorted(waits)


def test_a_reply_shows_what_its_customer_owes(company):
    customer = factories.customer(company)
    factories.invoice(customer, "70.00")
    factories.invoice(customer, "30.00")
    factories.invoice(customer, "999.00", currency="CAD")
    thread(customer)

    assert _groups(company)["replies"].rows[0].amount == Decimal("100.00")


def test_what_is_snoozed_or_done_or_expired_is_not_for_today(company):
    customer = factories.customer(company)
    task(company, Task.Kind.CALL, 1, snoozed_until=TODAY + timedelta(days=1))
    task(company, Task.Kind.CALL, 2, done_at=NOW)
    task(company, Task.Kind.CALL, 3, snoozed_until=TODAY)
    approval(customer, 1, expires_at=NOW - timedelta(minutes=1))
    approval(customer, 2, state=Approval.State.APPROVED, decided_at=NOW)

    found = _groups(company)

    assert found["calls"].count == 1
    assert found["approve"].count == 0


def test_a_snoozed_task_comes_back_by_the_calendar_of_its_own_company():
    late = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # still the 20th in New York, the 21st in Tokyo
    east = factories.company(slug="east", timezone="Asia/Tokyo")
    west = factories.company(slug="west", timezone="America/New_York")
    for one in (east, west):
        task(one, Task.Kind.CALL, snoozed_until=TODAY + timedelta(days=1))

    calls = _groups(east, west, now=late)["calls"]

    assert [row.company for row in calls.rows] == [east]


@pytest.mark.parametrize("busy", ["reminder", "hold", "customer hold", "task", "escalation", "vip"])
def test_an_invoice_is_idle_when_nothing_will_happen_to_it(company, busy):
    idle = factories.customer(company, name="Idle")
    factories.invoice(idle, "40.00")
    factories.invoice(idle, "60.00")
    other = factories.customer(company, name="Busy")
    invoice = factories.invoice(other, "500.00")
    match busy:
        case "reminder":
            _reminder(invoice)
        case "hold" | "customer hold":
            Hold.objects.create(
                company=company, customer=other, reason=Hold.Reason.PERSON, placed_at=NOW,
                invoice=invoice if busy == "hold" else None,
            )  # fmt: skip
        case "task":
            task(company, Task.Kind.CALL, customer=other, invoice=invoice)
        case "escalation":
            Escalation.objects.create(
                company=company, customer=other, invoice=invoice, opened_at=NOW,
                stage=Escalation.Stage.REVIEW, reminder=_reminder(invoice, state="sent"),
            )  # fmt: skip
        case "vip":
            factories.vip(other)

    group = _groups(company)["idle"]

    assert [(row.who, row.amount) for row in group.rows] == [("Idle", Decimal("100.00"))]
    assert group.rows[0].why == "2 past due invoices, no next step"
    assert group.count == 1


def test_the_count_is_of_all_and_the_rows_are_the_first(company):
    for number in range(30):
        customer = factories.customer(company)
        factories.invoice(customer, "10.00")
        task(company, Task.Kind.MONEY, number, amount=Decimal(number))
        approval(customer, number)
        thread(customer)

    found = _groups(company)

    for key in ("replies", "approve", "money", "idle"):
        assert (len(found[key].rows), found[key].count) == (25, 30), key
    assert found["idle"].all_url.endswith("/invoices/?state=idle")


def test_more_companies_than_rows_each_show_their_batch():
    companies = [factories.company() for _ in range(27)]
    for one in companies:
        proposed(factories.customer(one))
    approval(factories.customer(companies[0]))

    group = _groups(*companies)["approve"]

    assert len(group.rows) == 27
    assert group.count == 28


def test_idle_money_in_another_currency_is_not_added_to_our_own(company):
    customer = factories.customer(company)
    factories.invoice(customer, "10.00")
    factories.invoice(customer, "99.00", currency="CAD")

    rows = _groups(company)["idle"].rows

    assert [(row.amount, row.currency) for row in rows] == [(99, "CAD"), (10, "USD")]
