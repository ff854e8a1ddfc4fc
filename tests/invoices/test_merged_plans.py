"""Customers that QuickBooks merged keep one payment plan."""

from datetime import timedelta

import pytest

from arbook.audit.models import Entry
from arbook.companies.models import Role
from invoices import holds, mirror, plan_schedule, plans
from invoices.models import Approval, PaymentPlan, Task
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
State = PaymentPlan.State


@pytest.fixture
def company():
    return factories.company(mode="review")


@pytest.fixture
def gone(company):
    return factories.customer(company, name="Mill Inc", quickbooks_id="1")


@pytest.fixture
def kept(company):
    return factories.customer(company, name="Mill", quickbooks_id="2")


def planned(customer, amount, at):
    invoice = factories.invoice(customer, amount, due_on=TODAY - timedelta(days=40))
    terms = {"count": 2, "every": plan_schedule.WEEK, "first_on": TODAY + timedelta(days=7)}
    return plans.propose(customer, invoices=[invoice], by=None, now=at, **terms)


def agreed(plan):
    approval = Approval.objects.get(subject=plan.source)
    manager = factories.member(plan.company, Role.MANAGER)
    plans.approve(approval, by=manager, now=NOW, content_hash=approval.content_hash)
    return plans.accept(plan, name="Ada Mill", now=NOW)


def merge(company, *rows):
    mirror.merge(company, gone="1", into="2", now=NOW)
    for row in rows:
        row.refresh_from_db()


@pytest.mark.parametrize("younger_is_gone", [True, False])
def test_of_two_plans_the_younger_one_ends_and_a_person_hears_of_it(
    company, gone, kept, younger_is_gone
):
    first, second = (kept, gone) if younger_is_gone else (gone, kept)
    older = planned(first, "700.00", NOW - timedelta(days=3))
    younger = planned(second, "400.00", NOW)

    merge(company, older, younger)

    assert (older.state, younger.state) == (State.PROPOSED, State.CANCELLED)
    assert {older.customer, younger.customer} == {kept}
    said = "QuickBooks merged Mill Inc into Mill; the plan over $700.00 goes on."
    assert younger.outcome == said
    assert said in Entry.objects.get(verb="plan.cancelled").said
    assert Approval.objects.get(subject=younger.source).state == Approval.State.VOID
    task = Task.objects.get()
    assert (task.customer, task.amount) == (kept, younger.total)
    resting = holds.active(company, [kept.pk], now=NOW)[kept.pk]
    assert [hold.source for hold in resting] == [older.source]


def test_what_a_customer_has_agreed_to_stays_before_an_older_proposal(company, gone, kept):
    proposal = planned(kept, "700.00", NOW - timedelta(days=3))
    plan = agreed(planned(gone, "400.00", NOW))

    merge(company, proposal, plan)

    assert (proposal.state, plan.state) == (State.CANCELLED, State.ACCEPTED)
    assert plan.customer == kept


def test_a_single_plan_goes_on_with_the_survivor(company, gone, kept):
    plan = agreed(planned(gone, "400.00", NOW))

    merge(company, plan)

    assert (plan.customer, plan.state) == (kept, State.ACCEPTED)
    assert not Task.objects.exists()
