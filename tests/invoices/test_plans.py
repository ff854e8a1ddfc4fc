"""Payment plans: proposed, approved, accepted; instalments filled, missed, kept and broken."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from arbook.companies.models import Role
from arbook.outbox.models import Effect
from invoices import (
    approvals,
    cadence,
    disputes,
    idle,
    plan_money,
    plan_progress,
    plan_schedule,
    plans,
)
from invoices.models import Approval, Hold, Invoice, PaymentPlan, Reminder, Task
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
State = PaymentPlan.State
FIRST = TODAY + timedelta(days=7)


@pytest.fixture
def customer():
    return factories.customer(factories.company(mode="review"), name="Chloe's Cafe")


@pytest.fixture
def invoices(customer):
    return [
        factories.invoice(customer, "700.00", due_on=TODAY - timedelta(days=40)),
        factories.invoice(customer, "540.00", due_on=TODAY - timedelta(days=10)),
    ]


@pytest.fixture
def manager(customer):
    return factories.member(customer.company, Role.MANAGER)


def propose(customer, invoices, count=4, **more):
    more = {"every": plan_schedule.WEEK, "first_on": FIRST, "by": None, "now": NOW} | more
    return plans.propose(customer, invoices=invoices, count=count, **more)


def running(customer, invoices, manager, **more):
    plan = propose(customer, invoices, **more)
    approval = Approval.objects.get()
    plans.approve(approval, by=manager, now=NOW, content_hash=approval.content_hash)
    return plans.accept(plan, name="Chloe Doe", now=NOW)


def paid(plan, invoice, amount, now=NOW):
    """QuickBooks shows so much less open."""
    Invoice.objects.filter(pk=invoice.pk).update(balance=invoice.balance - Decimal(amount))
    invoice.refresh_from_db()
    plan_progress.settle([invoice.pk], now=now)
    plan.refresh_from_db()


def on(day: date):
    return NOW + (day - TODAY)


# --- The schedule --------------------------------------------------------------------------------


@given(
    total=st.decimals("1.00", "99999.99", places=2),
    count=st.integers(2, 24),
    every=st.sampled_from(list(plan_schedule.EVERY)),
    first_on=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
)
def test_instalments_add_up_and_move_forward(total, count, every, first_on):
    dues = plan_schedule.schedule(total, count=count, every=every, first_on=first_on)

    assert sum(due.amount for due in dues) == total
    assert len(dues) == count and dues[0].on == first_on
    assert all(before.on < after.on for before, after in pairwise(dues))
    assert max(due.amount for due in dues) - min(due.amount for due in dues) < count


def test_the_last_day_of_a_month_stays_the_last_day():
    dues = plan_schedule.schedule(
        Decimal(300), count=3, every=plan_schedule.MONTH, first_on=date(2027, 1, 31)
    )

    assert [due.on for due in dues] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


def test_a_proposal_is_what_they_usually_pay_and_says_so(customer, invoices):
    for days, amount in [(90, "300"), (60, "310"), (30, "320")]:
        factories.payment(customer, amount, paid_on=TODAY - timedelta(days=days))

    found = plan_schedule.proposal(customer, today=TODAY)

    assert (found.count, found.every, found.total) == (4, plan_schedule.MONTH, Decimal("1240.00"))
    assert found.why.startswith(
        "Chloe's Cafe usually pays $310.00 at a time (the median of 3 payments since Aug 2026);"
        " $1,240.00 makes 4 instalments of $310.00, every month."
    )


# --- From proposal to a running plan -------------------------------------------------------------


def test_a_proposed_plan_waits_for_a_manager_and_its_invoices_rest(customer, invoices, manager):
    plan = propose(customer, invoices)

    approval = Approval.objects.get()
    assert (approval.needs_role, approval.amount) == (Role.MANAGER, Decimal("1240.00"))
    assert [row["amount"] for row in approval.content["instalments"]] == ["310.00"] * 4
    holds = Hold.objects.active(NOW).filter(reason=Hold.Reason.PLAN)
    assert {hold.invoice_id for hold in holds} == {one.pk for one in invoices}
    with pytest.raises(approvals.ApprovalRefused, match="Only a manager"):
        bookkeeper = factories.member(customer.company)
        plans.approve(approval, by=bookkeeper, now=NOW, content_hash=approval.content_hash)

    plans.approve(approval, by=manager, now=NOW, content_hash=approval.content_hash)
    plan.refresh_from_db()
    assert plan.state == State.APPROVED
    assert Effect.objects.filter(kind="messaging.plan_offer").count() == 1


def test_a_plan_whose_amounts_changed_cannot_be_approved_any_more(customer, invoices, manager):
    plan = propose(customer, invoices)
    approval = Approval.objects.get()

    paid(plan, invoices[0], "0.01")

    assert plan.state == State.CANCELLED
    with pytest.raises(plans.PlanRefused, match="does not wait"):
        plans.approve(approval, by=manager, now=NOW, content_hash=approval.content_hash)
    assert not Hold.objects.active(NOW).exists()
    assert Task.objects.open().get().title.startswith("Write the payment plan")


def test_an_accepted_plan_keeps_quiet_and_asks_for_its_first_instalment(
    customer, invoices, manager
):
    plan = running(customer, invoices, manager)

    note = Reminder.objects.planned().get(source=plan.source)
    assert (note.invoice, note.amount) == (invoices[0], Decimal("310.00"))
    assert (note.step_key, note.due_on) == ("instalment-due", FIRST)
    assert Hold.objects.active(NOW + timedelta(days=90)).count() == 2
    cadence.plan(customer.company, now=NOW)
    note.refresh_from_db()
    assert note.state == Reminder.State.PLANNED
    assert not idle.idle([customer.company], now=NOW).exists()


def test_nobody_accepts_twice_late_or_without_a_name(customer, invoices, manager):
    plan = propose(customer, invoices)
    with pytest.raises(plans.PlanRefused, match="not open"):
        plans.accept(plan, name="Chloe", now=NOW)
    approval = Approval.objects.get()
    plans.approve(approval, by=manager, now=NOW, content_hash=approval.content_hash)
    for nobody in (" ", "?!", "12"):
        with pytest.raises(plans.PlanRefused, match="your name"):
            plans.accept(plan, name=nobody, now=NOW)
    late = NOW + PaymentPlan.OFFER + timedelta(minutes=1)
    with pytest.raises(plans.PlanRefused, match="not open"):
        plans.accept(plan, name="Chloe", now=late)

    plan_progress.evaluate(customer.company, now=late)

    plan.refresh_from_db()
    assert (plan.state, Hold.objects.active(late).exists()) == (State.CANCELLED, False)


def test_one_customer_has_one_live_plan(customer, invoices):
    propose(customer, invoices[:1])

    with pytest.raises(plans.PlanRefused, match="already has a plan"):
        propose(customer, invoices[1:])


# --- Money fills the instalments -----------------------------------------------------------------


def test_money_fills_instalments_oldest_first_and_the_last_keeps_the_plan(
    customer, invoices, manager
):
    plan = running(customer, invoices, manager)

    paid(plan, invoices[0], "400.00")
    assert [one.paid for one in plan.installments.all()] == [310, 90, 0, 0]
    assert plan_money.asked(plan, today=FIRST + timedelta(days=7))[1] == Decimal("220.00")
    note = Reminder.objects.planned().get(source=plan.source)
    assert (note.amount, note.due_on) == (Decimal("220.00"), FIRST + timedelta(days=7))

    paid(plan, invoices[0], "300.00")
    paid(plan, invoices[1], "540.00")
    assert plan.state == State.KEPT
    assert not Hold.objects.active(NOW).exists()
    assert not Reminder.objects.planned().filter(source=plan.source).exists()


def test_the_first_missed_instalment_is_a_task_and_the_second_breaks_the_plan(
    customer, invoices, manager
):
    plan = running(customer, invoices, manager)
    company = customer.company
    grace = FIRST + PaymentPlan.GRACE

    assert plan_progress.evaluate(company, now=on(grace)) == (0, 0)
    assert Reminder.objects.planned().get(source=plan.source).step_key == "instalment-missed"
    assert plan_progress.evaluate(company, now=on(grace + timedelta(days=1))) == (1, 0)
    assert Task.objects.open().get().title == "Missed instalment of Chloe's Cafe"
    # The next note asks for what was missed as well.
    note = Reminder.objects.planned().get(source=plan.source, invoice=invoices[0])
    assert (note.amount, note.due_on) == (Decimal("620.00"), FIRST + timedelta(days=7))

    second = grace + timedelta(days=8)
    assert plan_progress.evaluate(company, now=on(second)) == (1, 1)
    plan.refresh_from_db()
    assert plan.state == State.BROKEN
    assert not Hold.objects.active(on(second)).exists()
    assert [task.title for task in Task.objects.open()] == ["Broken payment plan of Chloe's Cafe"]
    cadence.plan(company, now=on(second))
    assert Reminder.objects.planned().filter(source="", invoice__in=invoices).count() == 2


def test_money_on_its_way_is_waited_for(customer, invoices, manager):
    plan = running(customer, invoices, manager)
    late = on(FIRST + timedelta(days=5))
    Hold.objects.create(
        company=customer.company, customer=customer, invoice=invoices[0],
        reason=Hold.Reason.IN_FLIGHT, placed_at=NOW,
    )  # fmt: skip

    assert plan_progress.evaluate(customer.company, now=late) == (0, 0)
    assert not plan.installments.exclude(missed_at=None).exists()


def test_the_database_refuses_instalments_that_do_not_add_up(customer, invoices):
    plan = propose(customer, invoices)

    with pytest.raises(IntegrityError, match="its instalments over"), transaction.atomic():
        plan.installments.filter(number=1).update(amount="1.00")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- What nobody may be asked to agree to --------------------------------------------------------


def test_an_offer_ends_before_its_first_instalment_counts_as_missed(customer, invoices, manager):
    plan = propose(customer, invoices)
    approval = Approval.objects.get()
    plans.approve(approval, by=manager, now=NOW, content_hash=approval.content_hash)
    last = FIRST + PaymentPlan.GRACE
    late = on(last + timedelta(days=1))

    with pytest.raises(plans.PlanRefused, match="not open"):
        plans.accept(plan, name="Chloe", now=late)
    plans.accept(plan, name="Chloe", now=on(last))

    assert plan_progress.evaluate(customer.company, now=on(last)) == (0, 0)


def test_a_plan_whose_first_day_is_over_is_not_approved(customer, invoices, manager):
    propose(customer, invoices)
    approval = Approval.objects.get()
    Approval.objects.update(expires_at=NOW + timedelta(days=30))
    late = on(FIRST + PaymentPlan.GRACE + timedelta(days=1))

    with pytest.raises(plans.PlanRefused, match="first instalment is over"):
        plans.approve(approval, by=manager, now=late, content_hash=approval.content_hash)


def test_nobody_agrees_to_pay_in_parts_what_they_contest(customer, invoices, manager):
    plan = propose(customer, invoices)
    contested = disputes.open_dispute(
        invoice=invoices[0], amount=Decimal("180.00"), reason="Not ours.", by=None, now=NOW
    )
    approval = Approval.objects.get()
    with pytest.raises(plans.PlanRefused, match="is disputed"):
        plans.approve(approval, by=manager, now=NOW, content_hash=approval.content_hash)
    plans.cancel(plan, reason="Anew.", by=manager, now=NOW)
    with pytest.raises(plans.PlanRefused, match="is disputed"):
        propose(customer, invoices)
    assert plan_schedule.proposal(customer, today=TODAY).invoices == [invoices[1]]

    disputes.resolve_dispute(contested, outcome="Theirs after all.", by=manager, now=NOW)
    assert propose(customer, invoices).total == Decimal("1240.00")


def test_a_plan_speaks_of_the_companys_own_money(customer):
    abroad = factories.invoice(customer, "500.00", currency="EUR")

    with pytest.raises(plans.PlanRefused, match="EUR"):
        propose(customer, [abroad])
