"""How a running plan goes: money fills it, a day passes without, the second one breaks it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.audit import log
from arbook.companies.models import Company
from invoices import approvals, tasks
from invoices.models import Hold, Installment, PaymentPlan, Task
from invoices.plan_money import paid_of, plan_notes
from invoices.plan_rows import about, amount_words, ask_a_person, close, locked_many

State = PaymentPlan.State


@transaction.atomic
def settle(invoice_ids: Iterable[int], *, now: datetime) -> int:
    """Let money that has come fill the instalments, oldest first; returns how many plans moved."""
    keys = PaymentPlan.objects.live().filter(parts__invoice__in=list(invoice_ids))
    moved = 0
    for plan in locked_many(keys.values("pk")):
        paid = paid_of(plan)
        if plan.state != State.ACCEPTED:
            if paid or _grew(plan):
                _amounts_changed(plan, now)
                moved += 1
            continue
        moved += _fill(plan, paid, now)
        if plan.installments.exists() and paid >= plan.total:
            close(plan, State.KEPT, now, by=None, outcome="Every instalment was paid.")
        else:
            plan_notes(plan, now)
    return moved


@transaction.atomic
def evaluate(company: Company, *, now: datetime) -> tuple[int, int]:
    """Find offers that ran out and instalments missed; returns how many were missed and broken."""
    today = company.local_date(now)
    missed = broken = 0
    for plan in locked_many(PaymentPlan.objects.of(company).live().values("pk")):
        if plan.state != State.ACCEPTED:
            if plan.offered_until <= now:
                approvals.void(company, plan.source, reason="The offer ran out.", now=now)
                close(plan, State.CANCELLED, now, by=None, outcome="Not agreed in time.")
                ask_a_person(plan, f"The plan offered to {plan.customer} ran out", "", now)
            continue
        late = [
            one
            for one in plan.installments.filter(missed_at=None)
            if not one.is_paid and one.due_on + PaymentPlan.GRACE < today
        ]
        if late and not _money_is_coming(plan, now):
            missed += len(late)
            _miss(plan, late, now)
            if plan.installments.exclude(missed_at=None).count() >= PaymentPlan.MOST_MISSED:
                _break(plan, now)
                broken += 1
                continue
        plan_notes(plan, now)
    return missed, broken


def _grew(plan: PaymentPlan) -> bool:
    return any(part.invoice.balance > part.amount for part in plan.parts.select_related("invoice"))


def _fill(plan: PaymentPlan, paid: Decimal, now: datetime) -> int:
    """Write what each instalment has got; whether anything changed."""
    left, changed = paid, []
    for one in plan.installments.order_by("number"):
        part = min(one.amount, max(left, money.ZERO))
        left -= part
        if part == one.paid:
            continue
        was_paid, one.paid = one.is_paid, part
        changed.append(one)
        if one.is_paid and not was_paid:
            said = f"Instalment {one.number}, {amount_words(plan, one.amount)}, is paid."
            log.record("plan.instalment_paid", said, about=about(plan), by=None, at=now)
            tasks.finish_key(
                plan.company, task_key(plan, one), by=None, now=now, outcome="It was paid."
            )
    Installment.objects.bulk_update(changed, ["paid"])
    return bool(changed)


def _amounts_changed(plan: PaymentPlan, now: datetime) -> None:
    """Nobody says yes to other amounts than were shown: a new proposal is needed."""
    said = "What is open changed after the plan was written."
    approvals.void(plan.company, plan.source, reason=said, now=now)
    close(plan, State.CANCELLED, now, by=None, outcome=said)
    if any(part.invoice.is_open for part in plan.parts.select_related("invoice")):
        ask_a_person(plan, f"Write the payment plan of {plan.customer} anew", said, now)


def _money_is_coming(plan: PaymentPlan, now: datetime) -> bool:
    keys = plan.parts.values("invoice")
    flying = Hold.objects.of(plan.company).active(now).filter(reason=Hold.Reason.IN_FLIGHT)
    return flying.filter(invoice__in=keys).exists()


def _miss(plan: PaymentPlan, late: list[Installment], now: datetime) -> None:
    for one in late:
        one.missed_at = now
        one.save(update_fields=["missed_at"])
        day = f"{one.due_on:%b} {one.due_on.day}"
        said = f"Instalment {one.number}, {amount_words(plan, one.left)} by {day}, was missed."
        log.record("plan.instalment_missed", said, about=about(plan), by=None, at=now)
        tasks.open_task(
            plan.company,
            kind=Task.Kind.CALL,
            key=task_key(plan, one),
            title=f"Missed instalment of {plan.customer}",
            detail=f"{said} One more missed, and the plan is broken.",
            customer=plan.customer,
            amount=one.left,
            due_on=plan.company.local_date(now),
            now=now,
        )


def _break(plan: PaymentPlan, now: datetime) -> None:
    said = f"{PaymentPlan.MOST_MISSED} instalments were missed."
    for one in plan.installments.all():
        tasks.finish_key(
            plan.company, task_key(plan, one), by=None, now=now, outcome="The plan is broken."
        )
    close(plan, State.BROKEN, now, by=None, outcome=said)
    ask_a_person(
        plan,
        f"Broken payment plan of {plan.customer}",
        f"{said} {amount_words(plan, plan.total - paid_of(plan))} is open; reminders go on.",
        now,
        kind=Task.Kind.CALL,
    )


def task_key(plan: PaymentPlan, one: Installment) -> str:
    """The task to call about an instalment that was missed."""
    return f"{plan.source}:instalment:{one.number}"
