"""What a manager decides about a case: keep reminding, keep quiet, release a letter or drop it.

Nothing leaves by itself: a letter is only released by a manager's yes to exactly its words.
"""

from datetime import date, datetime

from django.db import transaction

from arbook.companies.models import Role, User
from arbook.outbox import outbox
from arbook.upsert import is_key
from invoices import approvals, cases, escalations, holds, letters
from invoices.models import Approval, Escalation, Hold

Stage, Outcome = Escalation.Stage, Escalation.Outcome


class EscalationRefused(Exception):
    """The case cannot be decided like this. The message is fit for the screen."""


def of_approval(approval: Approval) -> Escalation | None:
    """The case an approval decides."""
    kind, _, key = approval.subject.partition(":")
    if kind != "escalation" or not is_key(key):
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
        escalations.close(row, Outcome.RESUME, now, by=by, reason="reviewed: keep reminding")
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
        escalations.close(row, Outcome.HOLD, now, by=by, reason="reviewed: keep quiet", lift=False)
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
        escalations.close(row, Outcome.LETTER_RELEASED, now, by=by, reason=reason)
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
            escalations.close(
                row, Outcome.LETTER_DROPPED, now, by=by, reason="letter not sent", skip=True
            )
        else:
            escalations.close(
                row, Outcome.HOLD, now, by=by, reason="turned down", skip=True, lift=False
            )
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


def _current(approval: Approval, stage: str, now: datetime) -> Escalation:
    """The open case of an approval, after a look at today's amounts."""
    row = of_approval(approval)
    if row is None or row.stage != stage:
        raise EscalationRefused("This approval decides something else.")
    if row.closed_at:
        raise EscalationRefused(f"This case is already closed: {row.get_outcome_display()}.")
    if escalations.refresh(row, now):
        raise EscalationRefused("Nothing is open any more; the case is closed.")
    approval.refresh_from_db()
    if approval.state == Approval.State.VOID:
        raise EscalationRefused(
            "The amounts changed meanwhile; it is asked again with the new ones."
        )
    return row
