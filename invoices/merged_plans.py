"""Payment plans of two customers that the books made one: one customer keeps one plan."""

from datetime import datetime

from customers.models import Customer
from invoices import approvals, tasks
from invoices.models import PaymentPlan
from invoices.plan_progress import task_key
from invoices.plan_rows import amount_words, ask_a_person, close, locked_many

State = PaymentPlan.State


def follow(old: Customer, kept: Customer, *, now: datetime) -> None:
    """Move the plans of the customer that is gone; where both have a live one, one of them ends.

    What a customer has agreed to stays before what was only offered, else the older plan.
    """
    rows = PaymentPlan.objects.live().filter(customer__in=[old, kept])
    # Only one plan of each customer is live: never more than two.
    ranked = sorted(locked_many(rows.values("pk")), key=_rank)
    for plan in ranked[1:]:
        goes_on = amount_words(ranked[0], ranked[0].total)
        said = f"QuickBooks merged {old} into {kept}; the plan over {goes_on} goes on."
        _end(plan, kept, said, now)
    PaymentPlan.objects.filter(customer=old).update(customer=kept)


def _rank(plan: PaymentPlan) -> tuple:
    return plan.state != State.ACCEPTED, plan.proposed_at, plan.pk


def _end(plan: PaymentPlan, kept: Customer, said: str, now: datetime) -> None:
    plan.customer = kept
    approvals.void(plan.company, plan.source, reason=said, now=now)
    for one in plan.installments.all():
        tasks.finish_key(plan.company, task_key(plan, one), by=None, now=now, outcome=said)
    close(plan, State.CANCELLED, now, by=None, outcome=said)
    ask_a_person(
        plan,
        f"Two payment plans of {kept} met: tell them which one goes on",
        f"{said} The one over {amount_words(plan, plan.total)} has ended, and reminders for its"
        " invoices go on.",
        now,
    )
