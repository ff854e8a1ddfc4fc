"""Payment plans: proposed, approved, accepted, kept or broken. The invoices rest meanwhile."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.audit import log
from arbook.companies.models import Company, Role, User
from arbook.outbox import outbox
from customers.models import Customer
from invoices import agreed_touches, approvals, holds, tasks
from invoices.models import (
    Approval,
    Hold,
    Installment,
    Invoice,
    PaymentPlan,
    PlanInvoice,
    Task,
)
from invoices.plan_schedule import Due, schedule

State = PaymentPlan.State
NOTES = ("instalment-due", "instalment-missed")


class PlanRefused(Exception):
    """The plan cannot be made or moved like this. The message is fit for the screen."""


@transaction.atomic
def propose(
    customer: Customer,
    *,
    invoices: Iterable[Invoice],
    count: int,
    every: str,
    first_on: date,
    why: str = "",
    by: User | None,
    now: datetime,
) -> PaymentPlan:
    """Write a plan over what is open on these invoices and ask a manager; they rest at once."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    company = customer.company
    rows = list(
        Invoice.objects.of(company)
        .open()
        .filter(customer=customer, pk__in=[one.pk for one in invoices])
        .select_for_update(of=("self",))
        .order_by("due_on", "pk")
    )
    _must_be_possible(customer, rows, first_on, now)
    total = sum((row.balance for row in rows), money.ZERO)
    plan = PaymentPlan.objects.create(
        company=company,
        customer=customer,
        total=total,
        why=why.strip()[:300],
        proposed_by=by,
        proposed_at=now,
        offered_until=now + PaymentPlan.OFFER,
    )
    PlanInvoice.objects.bulk_create(
        [PlanInvoice(company=company, plan=plan, invoice=row, amount=row.balance) for row in rows]
    )
    try:
        dues = schedule(total, count=count, every=every, first_on=first_on)
    except ValueError as refusal:
        raise PlanRefused(str(refusal)) from None
    Installment.objects.bulk_create(
        [
            Installment(company=company, plan=plan, number=n, due_on=due.on, amount=due.amount)
            for n, due in enumerate(dues, start=1)
        ]
    )
    log.record(
        "plan.proposed",
        f"Payment plan proposed: {words(plan, dues)}.",
        about=[plan, customer, *rows],
        by=by,
        at=now,
        total=str(total),
    )
    _rest(plan, until=plan.offered_until, note="a payment plan is being arranged", by=by, now=now)
    approvals.ask(
        company,
        kind=Approval.Kind.PLAN,
        subject=plan.source,
        title=f"Payment plan of {customer}: {len(dues)} instalments",
        why=plan.why or f"{customer} asked to pay {money.words(total, company.currency)} in parts.",
        customer=customer,
        amount=total,
        content=content_of(plan),
        needs_role=Role.MANAGER,
        expires_at=plan.offered_until,
        now=now,
    )
    return plan


@transaction.atomic
def approve(
    approval: Approval, *, by: User, now: datetime, content_hash: str, note: str = ""
) -> PaymentPlan:
    """A manager said yes to exactly this schedule: it is offered to the customer."""
    plan = _of_approval(approval, State.PROPOSED)
    approvals.approve(approval, by=by, now=now, content_hash=content_hash, note=note)
    plan.state, plan.approved_at = State.APPROVED, now
    plan.offered_until = now + PaymentPlan.OFFER
    plan.save(update_fields=["state", "approved_at", "offered_until"])
    _rest(plan, until=plan.offered_until, note="a payment plan is offered", by=by, now=now)
    entry = log.record(
        "plan.offered",
        f"The payment plan over {_money(plan, plan.total)} is offered to {plan.customer}.",
        about=_about(plan),
        by=by,
        at=now,
    )
    with log.because(entry.pk):
        outbox.enqueue(
            "messaging.plan_offer",
            key=f"plan-offer:{plan.pk}",
            company=plan.company,
            payload={"plan": plan.pk},
            now=now,
        )
    return plan


@transaction.atomic
def turn_down(approval: Approval, *, by: User, now: datetime, note: str, content_hash: str) -> None:
    """A manager said no: somebody tells the customer, and reminders go on."""
    plan = _of_approval(approval, State.PROPOSED)
    approvals.reject(approval, by=by, now=now, note=note, content_hash=content_hash)
    _close(plan, State.CANCELLED, now, by=by, outcome=f"Turned down: {note.strip()}")
    _ask_a_person(plan, f"Tell {plan.customer} that this plan was turned down", note, now)


@transaction.atomic
def accept(plan: PaymentPlan, *, name: str, now: datetime) -> PaymentPlan:
    """The customer said yes on their page: the plan runs, and the invoices rest while it does."""
    plan = _locked(plan)
    if plan.state == State.ACCEPTED:
        return plan
    if plan.state != State.APPROVED or plan.offered_until <= now:
        raise PlanRefused("This offer is not open any more. Please write to us.")
    if not name.strip():
        raise PlanRefused("Please write your name.")
    plan.state, plan.accepted_at, plan.accepted_as = State.ACCEPTED, now, name.strip()[:120]
    plan.save(update_fields=["state", "accepted_at", "accepted_as"])
    log.record(
        "plan.accepted",
        f"{plan.accepted_as} accepted the payment plan over {_money(plan, plan.total)}.",
        about=_about(plan),
        by=None,
        at=now,
        content_hash=approvals.hash_of(content_of(plan)),
    )
    _rest(plan, until=None, note=f"{plan.installments.count()} instalments", by=None, now=now)
    _plan_notes(plan, now)
    return plan


@transaction.atomic
def cancel(plan: PaymentPlan, *, reason: str, by: User | None, now: datetime) -> PaymentPlan:
    """End a plan that is not wanted any more; reminders go on at the step due then."""
    plan = _locked(plan)
    if not plan.is_live:
        raise PlanRefused(f"This plan is already {plan.get_state_display().lower()}.")
    if not reason.strip():
        raise PlanRefused("Say why the plan ends.")
    _close(plan, State.CANCELLED, now, by=by, outcome=reason.strip())
    return plan


@transaction.atomic
def settle(invoice_ids: Iterable[int], *, now: datetime) -> int:
    """Let money that has come fill the instalments, oldest first; returns how many plans moved."""
    keys = PaymentPlan.objects.live().filter(parts__invoice__in=list(invoice_ids))
    moved = 0
    for plan in _locked_many(keys.values("pk")):
        paid = paid_of(plan)
        if plan.state != State.ACCEPTED:
            if paid or _grew(plan):
                _amounts_changed(plan, now)
                moved += 1
            continue
        moved += _fill(plan, paid, now)
        if plan.installments.exists() and paid >= plan.total:
            _close(plan, State.KEPT, now, by=None, outcome="Every instalment was paid.")
        else:
            _plan_notes(plan, now)
    return moved


@transaction.atomic
def evaluate(company: Company, *, now: datetime) -> tuple[int, int]:
    """Find offers that ran out and instalments missed; returns how many were missed and broken."""
    today = company.local_date(now)
    missed = broken = 0
    for plan in _locked_many(PaymentPlan.objects.of(company).live().values("pk")):
        if plan.state != State.ACCEPTED:
            if plan.offered_until <= now:
                approvals.void(company, plan.source, reason="The offer ran out.", now=now)
                _close(plan, State.CANCELLED, now, by=None, outcome="Not agreed in time.")
                _ask_a_person(plan, f"The plan offered to {plan.customer} ran out", "", now)
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
        _plan_notes(plan, now)
    return missed, broken


def paid_of(plan: PaymentPlan) -> Decimal:
    """How much of what the plan covers is not open any more in the books."""
    open_now = sum(
        (
            min(part.amount, part.invoice.balance if part.invoice.is_open else money.ZERO)
            for part in plan.parts.select_related("invoice")
        ),
        money.ZERO,
    )
    return plan.total - open_now


def asked(plan: PaymentPlan, *, today: date) -> tuple[Installment | None, Decimal]:
    """The instalment that is due next or now, and what is to pay with it, late ones included."""
    rows = list(plan.installments.order_by("number"))
    unpaid = [one for one in rows if not one.is_paid]
    current = next((one for one in unpaid if one.missed_at is None), None)
    due = [one for one in unpaid if one.due_on <= today or one == current or one.missed_at]
    return current, sum((one.left for one in due), money.ZERO)


def asked_by_invoice(invoice_ids: Iterable[int], *, today: date) -> dict[int, Decimal]:
    """What a running plan asks for now on each of its invoices; others are not in the answer."""
    plans = PaymentPlan.objects.running().filter(parts__invoice__in=list(invoice_ids)).distinct()
    found: dict[int, Decimal] = {}
    for plan in plans:
        _, amount = asked(plan, today=today)
        found |= _spread(plan, amount, keep_zeros=True)
    return found


def content_of(plan: PaymentPlan) -> dict:
    """What a manager and the customer say yes to."""
    return {
        "total": _money(plan, plan.total),
        "instalments": [
            {"number": str(one.number), "due_on": str(one.due_on), "amount": str(one.amount)}
            for one in plan.installments.order_by("number")
        ],
        "invoices": [
            {"number": part.invoice.number or part.invoice.quickbooks_id, "open": str(part.amount)}
            for part in plan.parts.select_related("invoice")
        ],
    }


def words(plan: PaymentPlan, dues: list[Due]) -> str:
    """``$1,240.00 in 3 instalments, the first of $413.33 by Nov 27``."""
    first = dues[0]
    return (
        f"{_money(plan, plan.total)} in {len(dues)} instalments, the first of"
        f" {_money(plan, first.amount)} by {first.on:%b} {first.on.day}"
    )


def _must_be_possible(customer, rows, first_on, now) -> None:
    if not rows:
        raise PlanRefused("Choose at least one open invoice.")
    if len({row.currency for row in rows}) > 1:
        raise PlanRefused("These invoices are in different currencies.")
    if first_on < customer.company.local_date(now):
        raise PlanRefused("The first instalment cannot be due in the past.")
    known = PaymentPlan.objects.live().filter(customer=customer).first()
    if known:
        raise PlanRefused(f"{customer} already has a plan that {known.get_state_display()}.")


def _of_approval(approval: Approval, state: str) -> PaymentPlan:
    key = approval.subject.removeprefix("plan:")
    rows = PaymentPlan.objects.of(approval.company_id).select_for_update(of=("self",))
    plan = rows.select_related("company", "customer__company").filter(pk=key).first()
    if plan is None or plan.state != state:
        raise PlanRefused("This plan does not wait for an answer any more.")
    return plan


def _locked(plan: PaymentPlan) -> PaymentPlan:
    return _locked_many([plan.pk])[0]


def _locked_many(keys) -> list[PaymentPlan]:
    return list(
        PaymentPlan.objects.filter(pk__in=keys)
        .select_for_update(of=("self",))
        .select_related("company", "customer__company", "customer__owner")
        .order_by("pk")
    )


def _rest(plan: PaymentPlan, *, until: datetime | None, note: str, by, now) -> None:
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
            said = f"Instalment {one.number}, {_money(plan, one.amount)}, is paid."
            log.record("plan.instalment_paid", said, about=_about(plan), by=None, at=now)
            tasks.finish_key(
                plan.company, _task_key(plan, one), by=None, now=now, outcome="It was paid."
            )
    Installment.objects.bulk_update(changed, ["paid"])
    return bool(changed)


def _amounts_changed(plan: PaymentPlan, now: datetime) -> None:
    """Nobody says yes to other amounts than were shown: a new proposal is needed."""
    said = "What is open changed after the plan was written."
    approvals.void(plan.company, plan.source, reason=said, now=now)
    _close(plan, State.CANCELLED, now, by=None, outcome=said)
    if any(part.invoice.is_open for part in plan.parts.select_related("invoice")):
        _ask_a_person(plan, f"Write the payment plan of {plan.customer} anew", said, now)


def _money_is_coming(plan: PaymentPlan, now: datetime) -> bool:
    keys = plan.parts.values("invoice")
    flying = Hold.objects.of(plan.company).active(now).filter(reason=Hold.Reason.IN_FLIGHT)
    return flying.filter(invoice__in=keys).exists()


def _miss(plan: PaymentPlan, late: list[Installment], now: datetime) -> None:
    for one in late:
        one.missed_at = now
        one.save(update_fields=["missed_at"])
        day = f"{one.due_on:%b} {one.due_on.day}"
        said = f"Instalment {one.number}, {_money(plan, one.left)} by {day}, was missed."
        log.record("plan.instalment_missed", said, about=_about(plan), by=None, at=now)
        tasks.open_task(
            plan.company,
            kind=Task.Kind.CALL,
            key=_task_key(plan, one),
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
            plan.company, _task_key(plan, one), by=None, now=now, outcome="The plan is broken."
        )
    _close(plan, State.BROKEN, now, by=None, outcome=said)
    _ask_a_person(
        plan,
        f"Broken payment plan of {plan.customer}",
        f"{said} {_money(plan, plan.total - paid_of(plan))} is open; reminders go on.",
        now,
        kind=Task.Kind.CALL,
    )


def _plan_notes(plan: PaymentPlan, now: datetime) -> None:
    current, amount = asked(plan, today=plan.company.local_date(now))
    if current is None:
        agreed_touches.cancel(
            plan.company, plan.source, reason="every instalment has had its day", now=now
        )
        return
    agreed_touches.plan(
        plan.company,
        plan.source,
        parts=_spread(plan, amount),
        anchor_on=current.due_on,
        keys=NOTES,
        now=now,
    )


def _spread(plan: PaymentPlan, amount: Decimal, *, keep_zeros: bool = False) -> dict[int, Decimal]:
    """An amount over the plan's invoices, oldest first."""
    left, parts = amount, {}
    rows = plan.parts.select_related("invoice").order_by("invoice__due_on", "invoice")
    for part in rows:
        invoice = part.invoice
        share = min(left, part.amount, invoice.balance if invoice.is_open else money.ZERO)
        left -= share
        if share > 0 or keep_zeros:
            parts[invoice.pk] = max(share, money.ZERO)
    return parts


def _close(plan: PaymentPlan, state: str, now: datetime, *, by: User | None, outcome: str) -> None:
    plan.state, plan.closed_at, plan.outcome = state, now, outcome[:300]
    plan.save(update_fields=["state", "closed_at", "outcome"])
    agreed_touches.cancel(plan.company, plan.source, reason="the plan is over", now=now)
    log.record(
        f"plan.{State(state).value}",
        f"The payment plan over {_money(plan, plan.total)} is"
        f" {State(state).label.lower()}: {plan.outcome}",
        about=_about(plan),
        by=by,
        at=now,
    )
    reason = f"the plan is {State(state).label.lower()}"
    holds.lift_source(plan.company, plan.source, by=by, now=now, reason=reason)


def _ask_a_person(
    plan: PaymentPlan, title: str, detail: str, now: datetime, *, kind: str = Task.Kind.ANSWER
) -> None:
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


def _task_key(plan: PaymentPlan, one: Installment) -> str:
    return f"{plan.source}:instalment:{one.number}"


def _about(plan: PaymentPlan) -> list:
    rows = [part.invoice for part in plan.parts.select_related("invoice")]
    return [plan, plan.customer, *rows]


def _money(plan: PaymentPlan, amount: Decimal) -> str:
    return money.words(amount, plan.company.currency)
