"""Processes and periodic jobs: who is alive, what ran when, and what a person wants run now.

They serve all companies, so their rows are read outside any one of them; errors name only what
belongs to the company whose page it is.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from arbook import clock, wall
from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.heartbeat import beats
from arbook.heartbeat.models import Beat, JobRun
from arbook.outbox.models import Effect
from arbook.system import words


class JobRefused(Exception):
    """The job cannot be run. The message is fit for the screen."""


@dataclass(frozen=True)
class Alive:
    """One process and its last sign of life, on the machine's clock."""

    name: str
    last_at: datetime
    busy_until: datetime | None
    is_silent: bool


@dataclass(frozen=True)
class JobLine:
    """One periodic job."""

    name: str
    every: timedelta
    started_at: datetime | None
    ok_at: datetime | None
    next_at: datetime | None
    trouble: str
    is_running: bool


@dataclass(frozen=True)
class Waiting:
    """The oldest waiting row of one kind of effect."""

    title: str
    count: int
    since: datetime


def processes() -> list[Alive]:
    with wall.outside():
        rows = list(Beat.objects.order_by("name"))
    silent = beats.REMEMBERED.total_seconds() / 5
    now = clock.system()
    return [
        Alive(
            row.name,
            row.last_at,
            row.busy_until if row.busy_until and row.busy_until > now else None,
            beats.age_of(row) > silent,
        )
        for row in rows
    ]


def jobs(company: Company) -> list[JobLine]:
    """Every job of the schedule, whether it ever ran or not."""
    with wall.outside():
        known = {row.name: row for row in JobRun.objects.all()}
        running = set(_running().values_list("name", flat=True))
        slugs = set(Company.objects.values_list("slug", flat=True))
    found = []
    for job in _schedule():
        row = known.get(job.name) or JobRun(name=job.name)
        found.append(
            JobLine(
                job.name,
                job.every,
                row.started_at,
                row.ok_at,
                row.started_at + job.every if row.started_at else None,
                _own(row.error, company.slug, slugs),
                job.name in running,
            )
        )
    return found


def waiting(company: Company, now: datetime) -> list[Waiting]:
    """What is due of each kind, and since when; one statement."""
    rows = (
        Effect.objects.of(company)
        .filter(state=Effect.State.PENDING, not_before__lte=now)
        .order_by()
        .values("kind")
        .annotate(count=Count("pk"), since=Min("not_before"))
    )
    return [
        Waiting(words.effect(row["kind"]), row["count"], row["since"])
        for row in sorted(rows, key=lambda row: row["since"])
    ]


def run_soon(company: Company, name: str, *, by: User, now: datetime) -> None:
    """Make a job due: the next beat runs it, within a minute. Raises JobRefused."""
    if name not in {job.name for job in _schedule()}:
        raise JobRefused("There is no such job.")
    with wall.outside():
        row, _ = JobRun.objects.get_or_create(name=name)
        if _running().filter(pk=row.pk).exists():
            raise JobRefused("It is running at this moment.")
        JobRun.objects.filter(pk=row.pk).update(started_at=None)
    log.record(
        "system.job_asked", f"Asked to run now: {name}", about=[company], by=by, at=now,
        company=company,
    )  # fmt: skip


def _running():
    """Those that a living process holds, on the database's clock."""
    return JobRun.objects.filter(leased_until__gt=Now())


def _schedule() -> list:
    # By name: the list of jobs is the roof, and this stands below it.
    return import_string("arbook.schedule.JOBS")


_OF_COMPANY = re.compile(r"(?:^(?:SomeCompaniesFailed: )?|; )([-\w]+): ")


def _own(error: str, own: str, slugs: set[str]) -> str:
    """What a job's trouble says of one company; of one that is nobody's, only its kind.

    A part begins with a company's name and ends where the next one begins: what vendors and the
    database say may hold any sign, and the names of others' customers.
    """
    starts = [one for one in _OF_COMPANY.finditer(error) if one[1] in slugs]
    if not starts:
        kind = error.partition(":")[0]
        return kind if kind.endswith(("Error", "Exception")) else ""
    ends = [*(one.start() for one in starts[1:]), len(error)]
    parts = [
        error[one.start(1) : end] for one, end in zip(starts, ends, strict=True) if one[1] == own
    ]
    return "; ".join(parts)
