"""Touches that come from an agreement: the word before a promised day, the notes of a plan.

They are reminders like others, with a source and an amount, and pass the hold of their own source
and no other. Their days and texts are a cadence of its own, edited and versioned like the rest.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction

from arbook.companies.models import Company
from invoices import default_cadences
from invoices.models import Cadence, CadenceStep, Reminder

State = Reminder.State
TAKEN = (State.SENT, State.SKIPPED)


def plan(
    company: Company,
    source: str,
    *,
    parts: Mapping[int, Decimal],
    anchor_on: date,
    keys: tuple[str, ...],
    now: datetime,
    not_before: date | None = None,
    last_on: date | None = None,
) -> int:
    """Plan the next touch of an agreement on these invoices; returns how many are planned.

    ``parts`` is what is asked for on each invoice. Like everywhere the latest step that is due is
    taken and no earlier one is made up for. ``not_before`` drops steps whose day lies before it;
    after ``last_on`` nothing is said any more.
    """
    steps = [step for step in _steps(company, now) if step.key in keys]
    today = company.local_date(now)
    chosen = _next(company, source, steps, anchor_on, today, not_before)
    if chosen is None or not parts or (last_on and today > last_on):
        cancel(company, source, reason="nothing of it is left to ask for", now=now)
        return 0
    step, day = chosen
    rehearsal = company.mode == Company.Mode.DRY_RUN
    same = {"step_key": step.key, "anchor_on": anchor_on, "is_rehearsal": rehearsal}
    Reminder.objects.of(company).planned().filter(source=source).exclude(
        invoice__in=list(parts), **same
    ).update(state=State.CANCELLED, reason="the agreement moved on", settled_at=now)
    known = {
        row.invoice_id: row
        for row in Reminder.objects.of(company).filter(invoice__in=list(parts), **same)
    }
    for pk, amount in parts.items():
        wanted = {
            "step": step, "source": source, "amount": amount, "due_on": day,
            "state": State.PLANNED, "reason": "", "settled_at": None,
        }  # fmt: skip
        row = known.get(pk)
        if row is None:
            Reminder.objects.create(company=company, invoice_id=pk, **same, **wanted)
        elif row.state not in TAKEN and any(
            getattr(row, name) != value for name, value in wanted.items()
        ):
            Reminder.objects.filter(pk=row.pk).update(**wanted)
    return len(parts)


def cancel(company: Company, source: str, *, reason: str, now: datetime) -> int:
    """The agreement is over: nothing more is said about it."""
    rows = Reminder.objects.of(company).planned().filter(source=source)
    return rows.update(state=State.CANCELLED, reason=reason[:200], settled_at=now)


def _steps(company: Company, now: datetime) -> list[CadenceStep]:
    """The steps in force, those switched off left out."""
    return [
        step
        for step in _cadence(company, now).steps.order_by("day", "pk")
        if step.approval != CadenceStep.Approval.OFF
    ]


def _cadence(company: Company, now: datetime) -> Cadence:
    name = default_cadences.AGREEMENTS
    rows = Cadence.objects.of(company).current().filter(name=name)
    known = rows.first()
    if known:
        return known
    try:
        with transaction.atomic():
            row = Cadence.objects.create(
                company=company, name=name, changed_at=now, change="As shipped."
            )
            CadenceStep.objects.bulk_create(
                [CadenceStep(cadence=row, **vars(step)) for step in default_cadences.AGREED_STEPS]
            )
            return row
    except IntegrityError:
        return rows.get()  # another process was first


def _next(company, source, steps, anchor_on, today, not_before) -> tuple[CadenceStep, date] | None:
    days = [(step, anchor_on + timedelta(days=step.day)) for step in steps]
    days = [one for one in days if not_before is None or one[1] >= not_before]
    taken = set(
        Reminder.objects.of(company)
        .filter(
            source=source,
            anchor_on=anchor_on,
            state__in=TAKEN,
            is_rehearsal=company.mode == Company.Mode.DRY_RUN,
        )
        .values_list("step_key", flat=True)
    )
    due = [one for one in days if one[1] <= today]
    if due and due[-1][0].key not in taken:
        return due[-1]
    coming = [one for one in days if one[1] > today and one[0].key not in taken]
    return coming[0] if coming else None
