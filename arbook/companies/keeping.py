"""How long things are kept: where the line is drawn, and what stays in place of what is gone.

Each app that owns rows has a module ``retention`` with ``age_out``; ``arbook.setup.retention``
calls them. A run may be killed at any point: what is out is marked, the next run goes on.
"""

import calendar
from collections.abc import Callable
from datetime import datetime

from django.db import models, transaction

BATCH = 500

AgesOut = Callable[..., dict[str, int]]
# Of packages beside the one that calls them all.
beside: list[AgesOut] = []


def ages_out(part: AgesOut) -> AgesOut:
    """Register what takes a company's old rows out: ``part(company, *, now, dry_run)``."""
    beside.append(part)
    return part


def months_before(now: datetime, months: int) -> datetime:
    """The same day so many months ago, or the last one of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)


def removed_after(count: int, unit: str) -> str:
    """The line that stays: "Removed after 36 months."."""
    return f"Removed after {count} {unit if count != 1 else unit.removesuffix('s')}."


def in_batches(rows: models.QuerySet, act: Callable[[list], None], *, dry_run: bool = False) -> int:
    """Do it to every row in transactions of 500; returns how many. A dry run only counts.

    Rows that somebody holds at this moment are left for the next run.
    """
    if dry_run:
        return rows.count()
    count, last = 0, 0
    while True:
        with transaction.atomic():
            batch = list(
                rows.filter(pk__gt=last)
                .order_by("pk")
                .select_for_update(of=("self",), skip_locked=True)[:BATCH]
            )
            if not batch:
                return count
            act(batch)
        count, last = count + len(batch), batch[-1].pk
