"""What one act of a person did to pauses and tasks beside its own thing, taken back by its moment.

Everything an act writes carries the same instant and the same person, as in the record.
"""

from datetime import datetime

from django.db import transaction

from arbook.companies.models import Company, User
from invoices import holds, tasks
from invoices.models import Hold, Task

REASON = "the act was taken back"


@transaction.atomic
def pauses(company: Company, *, moment: datetime, by: User, now: datetime, besides: str) -> None:
    """Lift what the act placed and place again what it lifted, where that has not passed.

    Sources that begin with ``besides`` are left alone: whoever asks looks after them.
    """
    about = Hold.objects.of(company).select_related("company", "customer", "invoice")
    about = about.exclude(source__startswith=besides)
    for hold in about.filter(placed_at=moment, placed_by=by, lifted_at=None):
        holds.lift(hold, by=by, now=now, reason=REASON)
    for hold in about.filter(lifted_at=moment, lifted_by=by):
        if hold.until and hold.until <= now:
            continue
        for row in (hold.customer, hold.invoice):
            if row:
                row.company = hold.company
        holds.place(
            hold.invoice or hold.customer,
            reason=hold.reason,
            until=hold.until,
            note=hold.note,
            source=hold.source,
            lift_role=hold.lift_role,
            by=by,
            now=now,
        )


@transaction.atomic
def finished_tasks(company: Company, *, moment: datetime, by: User, now: datetime) -> int:
    """Open the tasks again that the act finished; returns how many."""
    rows = Task.objects.of(company).filter(done_at=moment, done_by=by)
    rows = rows.select_for_update(of=("self",)).select_related("company", "customer", "invoice")
    return sum(tasks.reopen(task, by=by, now=now) for task in rows)
