"""What every act on a payment plan needs: its row locked, its silence, its end, its words."""

from datetime import datetime, timedelta
from decimal import Decimal

from arbook import money
from arbook.audit import log
from arbook.companies.models import Role, User
from invoices import agreed_touches, holds, tasks
from invoices.models import Hold, PaymentPlan, Task

State = PaymentPlan.State


def locked(plan: PaymentPlan) -> PaymentPlan:
    """The plan as it is now, kept from others until the transaction ends."""
    return locked_many([plan.pk])[0]


def locked_many(keys) -> list[PaymentPlan]:
    """The same for several, always in the same order."""
    return list(
        PaymentPlan.objects.filter(pk__in=keys)
        .select_for_update(of=("self",))
        .select_related("company", "customer__company", "customer__owner")
        .order_by("pk")
    )


def rest(plan: PaymentPlan, *, until: datetime | None, note: str, by, now) -> None:
    """Keep the invoices it covers quiet."""
    for part in plan.parts.select_related("invoice__customer__company"):
        holds.place(
            part.invoice,
            reason=Hold.Reason.PLAN,
            until=until,
            note=note,
            source=plan.source,
            lift_role=Role.MANAGER,
            by=by,
            now=now,
        )


def close(plan: PaymentPlan, state: str, now: datetime, *, by: User | None, outcome: str) -> None:
    """The plan is over: its silence ends, and so do its own touches."""
    plan.state, plan.closed_at, plan.outcome = state, now, outcome[:300]
    plan.save(update_fields=["state", "closed_at", "outcome"])
    agreed_touches.cancel(plan.company, plan.source, reason="the plan is over", now=now)
    log.record(
        f"plan.{State(state).value}",
        f"The payment plan over {amount_words(plan, plan.total)} is"
        f" {State(state).label.lower()}: {plan.outcome}",
        about=about(plan),
        by=by,
        at=now,
    )
    reason = f"the plan is {State(state).label.lower()}"
    holds.lift_source(plan.company, plan.source, by=by, now=now, reason=reason)


def ask_a_person(
    plan: PaymentPlan, title: str, detail: str, now: datetime, *, kind: str = Task.Kind.ANSWER
) -> None:
    """One task about the plan as a whole."""
    today = plan.company.local_date(now)
    tasks.open_task(
        plan.company,
        kind=kind,
        key=plan.source,
        title=title,
        detail=detail,
        customer=plan.customer,
        amount=plan.total,
        owner=plan.customer.owner or plan.proposed_by,
        due_on=today + timedelta(days=1),
        now=now,
    )


def about(plan: PaymentPlan) -> list:
    """What the record mentions."""
    rows = [part.invoice for part in plan.parts.select_related("invoice")]
    return [plan, plan.customer, *rows]


def amount_words(plan: PaymentPlan, amount: Decimal) -> str:
    """An amount as people write it."""
    return money.words(amount, plan.company.currency)
