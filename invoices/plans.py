"""Payment plans: proposed, approved, accepted. The invoices rest meanwhile."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction

from arbook import money
from arbook.audit import log
from arbook.companies.models import Company, Role, User
from arbook.outbox import outbox
from customers.models import Customer
from invoices import approvals, disputes
from invoices.models import Approval, Dispute, Installment, Invoice, PaymentPlan, PlanInvoice
from invoices.plan_money import plan_notes
from invoices.plan_rows import about, amount_words, ask_a_person, close, locked, rest
from invoices.plan_schedule import Due, schedule

State = PaymentPlan.State


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
        offered_until=_offered_until(company, first_on, now),
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
    rest(plan, until=plan.offered_until, note="a payment plan is being arranged", by=by, now=now)
    approvals.ask(
        company,
        kind=Approval.Kind.PLAN,
        subject=plan.source,
        title=f"Payment plan in {len(dues)} instalments: {customer}",
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
    _must_be_uncontested([part.invoice for part in plan.parts.select_related("invoice")])
    until = _offered_until(plan.company, plan.installments.earliest("number").due_on, now)
    if until <= now:
        raise PlanRefused("The day of its first instalment is over. Write the plan anew.")
    plan.state, plan.approved_at = State.APPROVED, now
    plan.offered_until = until
    plan.save(update_fields=["state", "approved_at", "offered_until"])
    rest(plan, until=plan.offered_until, note="a payment plan is offered", by=by, now=now)
    entry = log.record(
        "plan.offered",
        f"The payment plan over {amount_words(plan, plan.total)} is offered to {plan.customer}.",
        about=about(plan),
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
    close(plan, State.CANCELLED, now, by=by, outcome=f"Turned down: {note.strip()}")
    ask_a_person(plan, f"Tell {plan.customer} that this plan was turned down", note, now)


@transaction.atomic
def accept(plan: PaymentPlan, *, name: str, now: datetime) -> PaymentPlan:
    """The customer said yes on their page: the plan runs, and the invoices rest while it does."""
    plan = locked(plan)
    if plan.state == State.ACCEPTED:
        return plan
    parts = plan.parts.select_related("invoice")
    is_contested = bool(disputes.disputed_amounts(part.invoice_id for part in parts))
    if plan.state != State.APPROVED or plan.offered_until <= now or is_contested:
        raise PlanRefused("This offer is not open any more. Please write to us.")
    if not any(letter.isalpha() for letter in name):
        raise PlanRefused("Please write your name.")
    plan.state, plan.accepted_at, plan.accepted_as = State.ACCEPTED, now, name.strip()[:120]
    plan.save(update_fields=["state", "accepted_at", "accepted_as"])
    log.record(
        "plan.accepted",
        f"{plan.accepted_as} accepted the payment plan over {amount_words(plan, plan.total)}.",
        about=about(plan),
        by=None,
        at=now,
        content_hash=approvals.hash_of(content_of(plan)),
    )
    rest(plan, until=None, note=f"{plan.installments.count()} instalments", by=None, now=now)
    plan_notes(plan, now)
    return plan


@transaction.atomic
def cancel(plan: PaymentPlan, *, reason: str, by: User | None, now: datetime) -> PaymentPlan:
    """End a plan that is not wanted any more; reminders go on at the step due then."""
    plan = locked(plan)
    if not plan.is_live:
        raise PlanRefused(f"This plan is already {plan.get_state_display().lower()}.")
    if not reason.strip():
        raise PlanRefused("Say why the plan ends.")
    close(plan, State.CANCELLED, now, by=by, outcome=reason.strip())
    return plan


def _offered_until(company: Company, first_on: date, now: datetime) -> datetime:
    """Until when somebody may say yes: not after the first instalment would count as missed."""
    missed_on = first_on + PaymentPlan.GRACE + timedelta(days=1)
    return min(now + PaymentPlan.OFFER, datetime.combine(missed_on, time(), company.zone))


def content_of(plan: PaymentPlan) -> dict:
    """What a manager and the customer say yes to."""
    return {
        "total": amount_words(plan, plan.total),
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
        f"{amount_words(plan, plan.total)} in {len(dues)} instalments, the first of"
        f" {amount_words(plan, first.amount)} by {first.on:%b} {first.on.day}"
    )


def _must_be_possible(customer, rows, first_on, now) -> None:
    if not rows:
        raise PlanRefused("Choose at least one open invoice.")
    home = customer.company.currency
    if foreign := [row for row in rows if (row.currency or home) != home]:
        raise PlanRefused(f"{foreign[0]} is in {foreign[0].currency}; a plan is in {home}.")
    _must_be_uncontested(rows)
    if first_on < customer.company.local_date(now):
        raise PlanRefused("The first instalment cannot be due in the past.")
    known = PaymentPlan.objects.live().filter(customer=customer).first()
    if known:
        raise PlanRefused(f"{customer} already has a plan that {known.get_state_display()}.")


def _must_be_uncontested(rows: Iterable[Invoice]) -> None:
    """Nobody is asked to agree to an amount that they contest."""
    contested = Dispute.objects.filter(invoice__in=list(rows), state=Dispute.State.OPEN)
    found = contested.select_related("invoice").first()
    if found:
        said = f"{found.invoice} is disputed. Close the dispute first, or leave that invoice out."
        raise PlanRefused(said)


def _of_approval(approval: Approval, state: str) -> PaymentPlan:
    key = approval.subject.removeprefix("plan:")
    rows = PaymentPlan.objects.of(approval.company_id).select_for_update(of=("self",))
    plan = rows.select_related("company", "customer__company").filter(pk=key).first()
    if plan is None or plan.state != state:
        raise PlanRefused("This plan does not wait for an answer any more.")
    return plan
