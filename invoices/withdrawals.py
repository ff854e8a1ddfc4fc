"""Why a planned touch is withdrawn: how it is closed, and what the timeline says of it."""

from datetime import datetime

from django.db import connection

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company
from invoices import cadence_sql as sql
from invoices.models import Reminder

State = Reminder.State


def farewell(row: tuple, facts: dict) -> tuple[int, str, str]:
    """How a planned touch that is not the next one any more is closed: id, state, reason."""
    _, step_id, _, _, due_on, planned_id, planned_on, _, was_rehearsal = row
    if was_rehearsal != facts["rehearsal"]:
        return planned_id, State.CANCELLED, _mode_over(was_rehearsal)
    if step_id is not None and planned_on <= facts["today"] and due_on >= planned_on:
        return planned_id, State.PASSED, "a later step had come due"
    return planned_id, State.CANCELLED, "the plan changed"


def say_why(
    leaving: list, open_ends: list[tuple], company: Company, rehearsal: bool, now: datetime
) -> None:
    """Replace the reason of touches that nothing follows, and record those on the timeline."""
    reminders = {
        row.pk: row
        for row in Reminder.objects.filter(pk__in=[end[5] for end in open_ends]).select_related(
            "invoice", "invoice__customer", "step"
        )
    }
    spoken: dict[str, list[Reminder]] = {}
    for index, (pk, _, _) in enumerate(leaving):
        reminder = reminders.get(pk)
        if reminder is None:
            continue
        reason = _why_closed(reminder, company, rehearsal)
        leaving[index] = (pk, State.CANCELLED, reason)
        spoken.setdefault(reason, []).append(reminder)
    for reason, rows in spoken.items():
        say_cancelled(rows, reason, now)


def withdraw(leaving: list[tuple[int, str, str]], now: datetime) -> int:
    """Close touches by their key with a state and a reason; returns how many."""
    if not leaving:
        return 0
    ids, states, reasons = zip(*leaving, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.WITHDRAW,
            {
                "ids": list(ids),
                "states": [str(state) for state in states],
                "reasons": [reason[:200] for reason in reasons],
                "now": now,
            },
        )
        return cursor.rowcount


def say_cancelled(rows: list[Reminder], reason: str, now: datetime) -> None:
    """Record on the timeline that these touches will not be taken."""
    log.record_many(
        [
            (
                Entry(
                    company_id=row.company_id,
                    verb="reminder.cancelled",
                    said=f"{row.step} of {row.invoice} is cancelled: {reason}.",
                    at=now,
                    data={"reminder": row.pk, "step": row.step_key, "due_on": str(row.due_on)},
                ),
                [row.invoice, row.invoice.customer],
            )
            for row in rows
        ]
    )


def _mode_over(was_rehearsal: bool) -> str:
    return "the dry run is over" if was_rehearsal else "the company is in a dry run"


def _why_closed(reminder: Reminder, company: Company, rehearsal: bool) -> str:
    invoice = reminder.invoice
    if invoice.is_deleted:
        return "deleted in QuickBooks"
    if invoice.is_void:
        return "voided in QuickBooks"
    if invoice.balance <= 0:
        return "paid"
    if invoice.currency != company.currency:
        return f"the invoice is in {invoice.currency}"
    if reminder.is_rehearsal != rehearsal:
        return _mode_over(reminder.is_rehearsal)
    return "no step of the cadence is left"
