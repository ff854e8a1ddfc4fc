"""Past what reminders can do: a manager's review at day thirty, a drafted letter at day sixty.

Nothing here leaves by itself. A review keeps the whole customer quiet until a manager has decided;
a letter is only released by a manager's yes to exactly its words.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from arbook import money
from arbook.alerts import alerts
from arbook.audit import log
from arbook.companies.models import Company, Role, User
from arbook.outbox import outbox
from customers.models import Customer
from invoices import approvals, cadence, cases, disputes, holds, letters
from invoices.models import Approval, Escalation, Hold, Invoice, Reminder

Stage, Outcome = Escalation.Stage, Escalation.Outcome


class EscalationRefused(Exception):
    """The case cannot be decided like this. The message is fit for the screen."""


def take_due(company: Company, *, now: datetime) -> int:
    """Open the reviews and draft the letters that have come due; returns how many are new."""
    for row in _open().filter(company=company):
        _refresh(row, now)
    return sum(
        _open_case(company, stage, customer_id, now)
        for stage in (Stage.REVIEW, Stage.LETTER)
        for customer_id in _customers_due(company, stage, now)
    )


def settle_paid(invoice_ids: Iterable[int], *, now: datetime) -> int:
    """After the books changed: close cases that are paid, ask again where amounts moved.

    Returns how many were closed.
    """
    customers = Invoice.objects.filter(pk__in=list(invoice_ids)).values("customer")
    return sum(_refresh(row, now) for row in _open().filter(customer__in=customers))


def of_approval(approval: Approval) -> Escalation | None:
    """The case an approval decides."""
    kind, _, key = approval.subject.partition(":")
    if kind != "escalation" or not key.isdigit():
        return None
    return (
        Escalation.objects.of(approval.company_id)
        .select_related("company", "customer", "invoice")
        .filter(pk=int(key))
        .first()
    )


def resume(
    approval: Approval, *, by: User, now: datetime, content_hash: str, note: str = ""
) -> Escalation:
    """A manager decided to keep reminding: the customer's other steps go on."""
    row = _current(approval, Stage.REVIEW, now)
    with transaction.atomic():
        approvals.approve(approval, by=by, now=now, content_hash=content_hash, note=note)
        _close(row, Outcome.RESUME, now, by=by, reason="reviewed: keep reminding")
    return row


def keep_quiet(
    approval: Approval,
    *,
    until: date | None,
    by: User,
    now: datetime,
    content_hash: str,
    note: str = "",
) -> Escalation:
    """A manager decided to keep the customer quiet until a day, or until a person ends it."""
    row = _current(approval, Stage.REVIEW, now)
    if until and until <= row.company.local_date(now):
        raise EscalationRefused("Choose a day after today.")
    with transaction.atomic():
        approvals.approve(approval, by=by, now=now, content_hash=content_hash, note=note)
        _close(row, Outcome.HOLD, now, by=by, reason="reviewed: keep quiet", lift=False)
        holds.place(
            row.customer,
            reason=Hold.Reason.ESCALATION,
            until=until,
            note=note or "a manager decided to keep quiet",
            source=cases.subject_of(row),
            lift_role=Role.MANAGER,
            by=by,
            now=now,
        )
    return row


def release(
    approval: Approval, *, by: User, now: datetime, content_hash: str, printed: bool = False
) -> Escalation:
    """A manager released the letter: it goes by mail, or is printed here and sent by post."""
    row = _current(approval, Stage.LETTER, now)
    others = [
        hold
        for hold in holds.active(row.company, [row.customer_id], now=now)[row.customer_id]
        if hold.invoice_id is None and hold.source != cases.subject_of(row)
    ]
    if others:
        raise EscalationRefused(
            f"The customer is quiet because of {holds.describe(others[0])}. Settle that first."
        )
    with transaction.atomic():
        approvals.approve(
            approval,
            by=by,
            now=now,
            content_hash=content_hash,
            note="Printed to be posted." if printed else "Released by mail.",
        )
        if not printed:
            outbox.enqueue(
                "messaging.letter",
                key=f"letter:{row.pk}:{approval.pk}",
                company=row.company,
                payload={"escalation": row.pk, "approval": approval.pk},
                now=now,
            )
        reason = "letter printed" if printed else "letter released"
        _close(row, Outcome.LETTER_RELEASED, now, by=by, reason=reason)
    return row


def turn_down(
    approval: Approval, *, by: User, now: datetime, note: str, content_hash: str | None = None
) -> Escalation:
    """A manager said no: a letter is dropped; a review leaves the customer quiet."""
    row = of_approval(approval)
    if row is None or row.closed_at:
        raise EscalationRefused("This case is already closed.")
    with transaction.atomic():
        approvals.reject(approval, by=by, now=now, note=note, content_hash=content_hash)
        if row.stage == Stage.LETTER:
            _close(row, Outcome.LETTER_DROPPED, now, by=by, reason="letter not sent", skip=True)
        else:
            _close(row, Outcome.HOLD, now, by=by, reason="turned down", skip=True, lift=False)
    return row


def letter_of(escalation: Escalation) -> letters.Letter | None:
    """The letter as approved last, or as it waits for approval."""
    approval = (
        Approval.objects.of(escalation.company_id)
        .filter(subject=cases.subject_of(escalation), kind=Approval.Kind.LETTER)
        .filter(state__in=[Approval.State.APPROVED, Approval.State.WAITING])
        .order_by("-pk")
        .first()
    )
    return letters.Letter.from_content(approval.content["letter"]) if approval else None


# --- Opening -------------------------------------------------------------------------------------


def _open():
    return Escalation.objects.filter(closed_at=None).select_related(
        "company", "customer__company", "invoice", "reminder"
    )


def _customers_due(company: Company, stage: str, now: datetime) -> list[int]:
    """Customers with a due touch, no open case of the stage, and no reason to be left alone."""
    due: dict[int, list[int]] = defaultdict(list)
    for customer_id, invoice_id in (
        cases.due_touches(company, stage, now)
        .exclude(invoice__customer__tags__stops_dunning=True)
        .values_list("invoice__customer", "invoice")
    ):
        due[customer_id].append(invoice_id)
    busy = set(
        Escalation.objects.of(company)
        .filter(customer__in=list(due), stage=stage, closed_at=None)
        .values_list("customer", flat=True)
    )
    held = holds.active(company, due, now=now)
    return [
        customer_id
        for customer_id, invoice_ids in due.items()
        if customer_id not in busy and not _is_held(held[customer_id], invoice_ids)
    ]


def _is_held(rows: list[Hold], invoice_ids: list[int]) -> bool:
    """Whether every invoice of the case is quiet already, by itself or with its customer."""
    quiet = {hold.invoice_id for hold in rows}
    return None in quiet or quiet.issuperset(invoice_ids)


@transaction.atomic
def _open_case(company: Company, stage: str, customer_id: int, now: datetime) -> bool:
    customer = (
        Customer.objects.select_for_update(no_key=True, of=("self",))
        .select_related("company")
        .get(pk=customer_id)
    )
    touches = cases.of_customer(company, stage, customer, now)
    if not touches or customer.escalations.filter(stage=stage, closed_at=None).exists():
        return False
    first = touches[0]
    # A case that was settled and came back (a payment that bounced) goes on under its old number.
    row, _ = Escalation.objects.update_or_create(
        reminder=first,
        defaults={
            "company": company,
            "customer": customer,
            "invoice": first.invoice,
            "stage": stage,
            "opened_at": now,
            "closed_at": None,
            "outcome": "",
        },
    )
    if stage == Stage.REVIEW:
        holds.place(
            customer,
            reason=Hold.Reason.ESCALATION,
            note="waits for a manager's review",
            source=cases.subject_of(row),
            lift_role=Role.MANAGER,
            by=None,
            now=now,
        )
    approval = cases.ask(row, touches, now)
    amount = money.words(approval.amount, company.currency)
    log.record(
        "escalation.opened",
        f"{_name(row)} of {customer}: {amount} open, the oldest since"
        f" {first.invoice.issued_on:%b} {first.invoice.issued_on.day}.",
        about=[row, first.invoice, customer],
        by=None,
        at=now,
    )
    alerts.tell(
        company,
        key=f"{cases.subject_of(row)}:{approval.pk}",
        title=f"{_name(row)}: {customer}, {amount}",
        text=approval.why,
        url=settings.PUBLIC_URL + reverse("invoices:approval", args=[company.slug, approval.pk]),
        now=now,
    )
    return True


def _name(row: Escalation) -> str:
    return row.get_stage_display()


# --- Following the books -------------------------------------------------------------------------


def _refresh(row: Escalation, now: datetime) -> bool:
    """Bring an open case in line with today's facts; whether that closed it."""
    with transaction.atomic():
        row = _open().select_for_update(of=("self",)).filter(pk=row.pk).first()
        if row is None:
            return False
        is_of_this_mode = row.reminder.is_rehearsal == cadence.is_rehearsal(row.company)
        touches = (
            cases.of_customer(row.company, row.stage, row.customer, now) if is_of_this_mode else []
        )
        if not touches:
            reason = _why_over(row)
            approvals.void(row.company, cases.subject_of(row), reason=reason, now=now)
            _close(row, Outcome.SETTLED, now, by=None, reason=reason, settle=False)
            return True
        waiting = Approval.objects.of(row.company).filter(
            subject=cases.subject_of(row), state=Approval.State.WAITING
        )
        known = waiting.first()
        invoices = [touch.invoice for touch in touches]
        aside = disputes.disputed_amounts(invoice.pk for invoice in invoices)
        if (
            known is None
            or known.content.get("invoices") != cases.facts(invoices, aside, row.company)
            or (known.expires_at and known.expires_at <= now)
        ):
            cases.ask(row, touches, now)
        return False


def _why_over(row: Escalation) -> str:
    if row.reminder.is_rehearsal != cadence.is_rehearsal(row.company):
        return "The dry run is over." if row.reminder.is_rehearsal else "A dry run has begun."
    is_open = row.customer.invoices.open().exists()
    return "Nothing of this case is due any more." if is_open else "Everything is paid."


def _current(approval: Approval, stage: str, now: datetime) -> Escalation:
    """The open case of an approval, after a look at today's amounts."""
    row = of_approval(approval)
    if row is None or row.stage != stage:
        raise EscalationRefused("This approval decides something else.")
    if row.closed_at:
        raise EscalationRefused(f"This case is already closed: {row.get_outcome_display()}.")
    if _refresh(row, now):
        raise EscalationRefused("Nothing is open any more; the case is closed.")
    approval.refresh_from_db()
    if approval.state == Approval.State.VOID:
        raise EscalationRefused(
            "The amounts changed meanwhile; it is asked again with the new ones."
        )
    return row


def _close(
    row: Escalation,
    outcome: str,
    now: datetime,
    *,
    by: User | None,
    reason: str,
    skip: bool = False,
    lift: bool = True,
    settle: bool = True,
) -> None:
    row.closed_at, row.outcome = now, outcome
    row.save(update_fields=["closed_at", "outcome"])
    if settle:
        cadence.settle(
            [touch.pk for touch in cases.of_customer(row.company, row.stage, row.customer, now)],
            state=Reminder.State.SKIPPED if skip else Reminder.State.SENT,
            now=now,
            reason=reason,
        )
    if lift:
        holds.lift_source(row.company, cases.subject_of(row), by=by, now=now, reason=reason)
    log.record(
        "escalation.closed",
        f"{_name(row)} of {row.customer} is decided: {row.get_outcome_display()}.",
        about=[row, row.invoice, row.customer],
        by=by,
        at=now,
        outcome=str(outcome),
    )
