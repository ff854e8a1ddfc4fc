"""The plan follows the invoice, the cadence and the company's mode."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from arbook.audit import timeline
from arbook.companies.models import Company
from invoices import cadence, next_touch
from invoices.models import Cadence, CadenceStep, CustomerCadence, Invoice
from tests import factories
from tests.factories import NOW, TODAY
from tests.invoices.cadence.planning import State, issued, next_key, plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"balance": 0}, "paid"),
        ({"is_void": True, "balance": 0}, "voided in QuickBooks"),
        ({"is_deleted": True}, "deleted in QuickBooks"),
        ({"currency": "EUR"}, "the invoice is in EUR"),
    ],
)
def test_an_invoice_that_needs_no_asking_loses_its_touch_with_the_reason(
    company, customer, change, reason
):
    invoice = issued(customer, 14)
    plan(company)
    Invoice.objects.filter(pk=invoice.pk).update(**change)

    plan(company)

    row = invoice.reminders.get()
    assert (row.state, row.reason) == (State.CANCELLED, reason)
    assert reason in timeline.of(invoice)[0].said


def test_cancelling_says_how_many_and_a_reopened_invoice_is_planned_again(company, customer):
    invoice = issued(customer, 14)
    plan(company)

    assert cadence.cancel([invoice.pk], reason="paid", now=NOW) == 1
    assert cadence.cancel([invoice.pk], reason="paid", now=NOW) == 0
    plan(company)

    row = invoice.reminders.get()
    assert (row.state, row.reason, row.settled_at) == (State.PLANNED, "", None)


def test_a_later_due_date_moves_the_steps_that_count_from_it(company, customer):
    cadence.ensure_default(company, now=NOW)
    CustomerCadence.objects.create(customer=customer, name="Around due date")
    invoice = issued(customer, 20, due_after=20)
    plan(company)
    assert next_key(invoice) == "on-due"
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY + timedelta(days=30))
    plan(company)

    row = invoice.reminders.planned().get()
    assert (row.step_key, row.due_on) == ("before-due", TODAY + timedelta(days=27))
    plan(company, days=30)
    assert next_key(invoice) == "on-due"


def test_a_corrected_issue_date_does_not_repeat_what_was_just_sent(company, customer):
    invoice = issued(customer, 14)
    plan(company)
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    Invoice.objects.filter(pk=invoice.pk).update(issued_on=TODAY - timedelta(days=13))
    plan(company, days=1)

    assert next_key(invoice) == "second-text"


def test_a_step_that_is_off_is_left_out(company, customer):
    row = cadence.ensure_default(company, now=NOW)
    row.steps.filter(key="first-text").update(approval=CadenceStep.Approval.OFF)
    invoice = issued(customer, 14)

    plan(company)

    assert next_key(invoice) == "second-mail"


def test_a_step_for_larger_amounts_passes_small_ones(company, customer):
    row = cadence.ensure_default(company, now=NOW)
    row.steps.filter(key="first-text").update(min_balance=Decimal("500"))
    small, large = issued(customer, 14), issued(customer, 14, balance="500.00")

    plan(company)

    assert (next_key(small), next_key(large)) == ("second-mail", "first-text")


def test_a_customer_may_have_another_cadence_and_an_unknown_name_means_the_default(
    company, customer
):
    other = factories.customer(company)
    cadence.ensure_default(company, now=NOW)
    CustomerCadence.objects.create(customer=customer, name="Enterprise")
    CustomerCadence.objects.create(customer=other, name="Gone")
    soft, usual = issued(customer, 14), issued(other, 14)

    plan(company)

    assert soft.reminders.get().step.cadence.name == "Enterprise"
    assert usual.reminders.get().step.cadence.name == "Standard"


def test_a_rehearsal_takes_its_own_steps_and_going_live_starts_with_none_taken(customer, company):
    company.mode = Company.Mode.DRY_RUN
    company.save()
    invoice = issued(customer, 14)
    plan(company)
    [rehearsed] = cadence.due(company, today=TODAY)
    cadence.settle([rehearsed.pk], state=State.SENT, now=NOW)

    company.mode = Company.Mode.REVIEW
    company.save()
    plan(company)

    row = invoice.reminders.planned().get()
    assert (row.step_key, row.is_rehearsal) == ("first-text", False)
    assert rehearsed.is_rehearsal
    assert invoice.reminders.get(state=State.CANCELLED).reason == "the dry run is over"


def test_planning_one_invoice_leaves_the_others_alone(company, customer):
    one, other = issued(customer, 14), issued(customer, 14)

    cadence.plan(company, now=NOW, invoice_ids=[one.pk])

    assert (next_key(one), next_key(other)) == ("first-text", None)


def test_another_company_is_never_touched(company, customer):
    stranger = factories.company(mode=Company.Mode.REVIEW)
    theirs = issued(factories.customer(stranger), 14)
    issued(customer, 14)

    plan(company)

    assert next_key(theirs) is None


def test_a_company_gets_the_shipped_cadences_once(company):
    first = cadence.ensure_default(company, now=NOW)

    assert cadence.ensure_default(company, now=NOW) == first
    assert set(Cadence.objects.of(company).values_list("name", flat=True)) == {
        "Standard",
        "Net 30/60",
        "Services",
        "Enterprise",
        "High risk",
        "Around due date",
    }


def test_the_next_step_is_said_in_a_sentence(company, customer):
    invoice = issued(customer, 0)
    plan(company)
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    sentence = next_touch.sentence(invoice, today=TODAY)

    assert sentence == (
        "Next: E-mail (T+7 from issue date) on Fri Nov 27, unless paid, disputed or answered."
    )


def test_planning_costs_the_same_few_statements_for_one_and_for_many(
    company, customer, django_assert_max_num_queries
):
    for age in range(0, 60, 3):
        issued(customer, age)
    plan(company)
    issued(customer, 5)

    with django_assert_max_num_queries(6):
        plan(company)


def test_dates_are_days_of_the_company_not_of_the_server(company, customer):
    company.timezone = "Pacific/Auckland"
    company.save()
    day = company.local_date(NOW)
    invoice = issued(customer, 0, issued_on=day, due_on=day + timedelta(days=10))

    plan(company)

    assert day == date(2026, 11, 21)
    assert cadence.due(company, today=day).get().invoice == invoice
