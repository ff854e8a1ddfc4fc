"""One next touch for each open invoice, worked out from what was taken."""

from datetime import timedelta

import pytest

from invoices import cadence
from tests.factories import NOW, TODAY
from tests.invoices.cadence.planning import State, issued, next_key, plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("age", "key"),
    [
        (0, "first-mail"),
        (1, "first-mail"),
        (7, "second-mail"),
        (13, "second-mail"),
        (14, "first-text"),
        (20, "first-text"),
        (21, "second-text"),
        (29, "second-text"),
        (30, "review"),
        (59, "review"),
        (60, "review"),
        (400, "review"),
    ],
)
def test_an_invoice_nobody_asked_about_starts_at_the_latest_step_due_but_never_at_the_letter(
    company, customer, age, key
):
    invoice = issued(customer, age)

    plan(company)

    assert next_key(invoice) == key
    assert invoice.reminders.count() == 1


def test_an_invoice_of_tomorrow_waits_for_its_first_day(company, customer):
    invoice = issued(customer, -1)

    plan(company)

    row = invoice.reminders.get()
    assert (row.step_key, row.due_on) == ("first-mail", TODAY + timedelta(days=1))
    assert not cadence.due(company, today=TODAY).exists()


def test_a_step_taken_leads_to_the_next(company, customer):
    invoice = issued(customer, 14)
    plan(company)
    [row] = cadence.due(company, today=TODAY)

    cadence.settle([row.pk], state=State.SENT, now=NOW)

    follower = invoice.reminders.planned().get()
    assert (follower.step_key, follower.due_on) == ("second-text", TODAY + timedelta(days=7))
    row.refresh_from_db()
    assert (row.state, row.settled_at) == (State.SENT, NOW)


def test_a_skipped_step_does_not_come_back(company, customer):
    invoice = issued(customer, 14)
    plan(company)

    cadence.settle(
        invoice.reminders.values_list("pk", flat=True),
        state=State.SKIPPED,
        now=NOW,
        reason="called",
    )
    plan(company)

    assert next_key(invoice) == "second-text"


def test_after_an_outage_one_touch_is_planned_and_the_older_one_is_passed_over(company, customer):
    invoice = issued(customer, 7)
    plan(company)

    changes = plan(company, days=8)

    assert (changes.planned, changes.passed) == (1, 1)
    assert next_key(invoice) == "first-text"
    assert invoice.reminders.get(step_key="second-mail").state == State.PASSED


def test_after_the_review_the_letter_follows(company, customer):
    invoice = issued(customer, 31)
    plan(company)

    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    row = invoice.reminders.planned().get()
    assert (row.step_key, row.due_on) == ("letter", invoice.issued_on + timedelta(days=60))


def test_a_review_that_waits_holds_back_the_letter(company, customer):
    invoice = issued(customer, 25)
    plan(company)
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    plan(company, days=60)

    assert next_key(invoice) == "review"


def test_a_review_waits_for_the_due_date_and_the_letter_keeps_its_distance(company, customer):
    invoice = issued(customer, 45, due_after=60)
    plan(company)
    first = invoice.reminders.planned().get()
    cadence.settle([first.pk], state=State.SENT, now=NOW)

    review = invoice.reminders.planned().get()
    cadence.settle([review.pk], state=State.SENT, now=NOW + timedelta(days=15))
    letter = invoice.reminders.planned().get()

    assert first.step_key == "second-text"
    assert (review.step_key, review.due_on) == ("review", invoice.due_on)
    assert (letter.step_key, letter.due_on) == ("letter", invoice.due_on + timedelta(days=30))


def test_without_a_due_date_the_issue_date_counts(company, customer):
    invoice = issued(customer, 30, due_on=None)

    plan(company)

    assert next_key(invoice) == "review"
