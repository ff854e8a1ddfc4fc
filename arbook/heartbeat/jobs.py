"""Periodic jobs: our own table says what is due, so a missed or doubled beat is harmless.

A job is held by a lease that its process renews: whoever dies in a job loses the lease within a
minute, and the job is taken again at once, not at its next hour.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from arbook import wall
from arbook.companies.models import Company
from arbook.gateways import errors
from arbook.heartbeat import keeping
from arbook.heartbeat.models import JobRun
from arbook.processes import names

logger = logging.getLogger(__name__)

AHEAD = timedelta(minutes=1)
# Nothing that a job does may take longer; what does is given to another process.
LONGEST = timedelta(hours=2)
# A job whose process died twice waits before it may take another along.
PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Job:
    """A function ``run(now)`` named by dotted path, and how often it shall run."""

    name: str
    path: str
    every: timedelta


@dataclass(frozen=True)
class Ran:
    name: str
    ok: bool
    error: str = ""


def run_due(
    jobs: Iterable[Job],
    *,
    now: datetime,
    everything: bool = False,
    pulse: Callable[[], None] | None = None,
    busy: Callable[[float], None] | None = None,
) -> list[Ran]:
    """Run each due job once; ``everything`` runs also those that are not due.

    ``pulse`` hears after each job; ``busy`` hears, from a thread, for how many seconds more a long
    one is at work.
    """
    return _run_those(jobs, now, lambda job, row: everything or _is_due(job, row, now), pulse, busy)


def run_orphaned(
    jobs: Iterable[Job], *, now: datetime, busy: Callable[[float], None] | None = None
) -> list[Ran]:
    """Run again the jobs whose process died in the middle."""
    lapsed = JobRun.objects.filter(leased_until__lte=Now())
    left = set(lapsed.values_list("name", flat=True))
    mine = [job for job in jobs if job.name in left]
    return _run_those(mine, now, lambda job, row: _is_orphaned(job, row), None, busy)


def hand_back(holder: str) -> int:
    """A process ends before its jobs have: others take them at once; returns how many."""
    return JobRun.objects.filter(holder=holder).update(leased_until=Now())


def _run_those(jobs, now, is_wanted, pulse, busy) -> list[Ran]:
    ran = []
    for job in jobs:
        if _start(job, now, is_wanted):
            ran.append(_run(job, now, busy))
            if pulse:
                pulse()
    return ran


def _start(job: Job, now: datetime, is_wanted: Callable[[Job, JobRun], bool]) -> bool:
    """Take the job for this run; False when it is not wanted or another process has it."""
    with transaction.atomic():
        JobRun.objects.get_or_create(name=job.name)
        # Every lease runs on the database's clock: no two machines agree.
        rows = JobRun.objects.select_for_update(skip_locked=True).annotate(asked_at=Now())
        row = rows.filter(name=job.name).first()
        if row is None or _is_running(row) or not is_wanted(job, row):
            return False
        row.started_at = now
        row.holder = names.here()
        row.leased_until = row.asked_at + timedelta(seconds=keeping.SECONDS)
        row.unfinished += 1
        row.save(update_fields=["started_at", "holder", "leased_until", "unfinished"])
        return True


def _is_running(row: JobRun) -> bool:
    return row.leased_until is not None and row.leased_until > row.asked_at


def _is_due(job: Job, row: JobRun, now: datetime) -> bool:
    if row.leased_until is not None:
        return _is_orphaned(job, row)
    # Two processes read the clock moments apart. A start further ahead means that a movable
    # clock was moved back; it does not count.
    last = row.started_at if row.started_at and row.started_at - now < AHEAD else None
    return last is None or now - last >= job.every


def _is_orphaned(job: Job, row: JobRun) -> bool:
    if row.leased_until is None:
        return False
    wait = timedelta(0)
    if row.unfinished > 1:
        wait = min(PAUSE * 2 ** min(row.unfinished - 2, 12), job.every)
    return row.leased_until + wait <= row.asked_at


def _run(job: Job, now: datetime, busy: Callable[[float], None] | None) -> Ran:
    def renew() -> None:
        _mine(job).update(leased_until=Now() + timedelta(seconds=keeping.SECONDS))
        if busy:
            busy(keeping.SECONDS)

    with keeping.Keeper(renew, longest=LONGEST.total_seconds()):
        try:
            import_string(job.path)(now)
        except VendorsRefused as refusal:
            return _ended(job, Ran(job.name, True, str(refusal)), now)
        except (OperationalError, InterfaceError) as error:
            # The database was away or undid it: nobody's fault, and soon over.
            logger.warning("job %s was interrupted: %s", job.name, error)
            said = f"{type(error).__name__}: {error}"
            _mine(job).update(error=said, leased_until=Now())
            return Ran(job.name, False, said)
        except Exception as error:
            logger.exception("job %s failed", job.name)
            said = f"{type(error).__name__}: {error}"
            return _ended(job, Ran(job.name, False, said), now)
    return _ended(job, Ran(job.name, True), now)


def _ended(job: Job, ran: Ran, now: datetime) -> Ran:
    """Write how it ended, if it is still ours."""
    values = {"finished_at": now, "error": ran.error}
    if ran.ok:
        values["ok_at"] = now
    _mine(job).update(holder="", leased_until=None, unfinished=0, **values)
    return ran


def _mine(job: Job):
    return JobRun.objects.filter(name=job.name, holder=names.here())


class SomeCompaniesFailed(Exception):
    """A job went through all companies; these had trouble, the others are done."""


class VendorsRefused(Exception):
    """A job went through all companies; a vendor does not offer some of them what it asks for."""


def each_company(
    work: Callable[[Company, datetime], object],
    now: datetime,
    *,
    companies=None,
    may_be_refused: bool = False,
) -> None:
    """Do one job for every active company; one company's trouble does not stop the others.

    With ``may_be_refused`` the job is a net below others: a vendor that refuses it is named beside
    the job, and the job has not failed.
    """
    failed, refused = [], []
    for company in companies if companies is not None else Company.objects.active():
        try:
            with wall.inside(company):
                work(company, now)
        except Exception as error:
            said = f"{company.slug}: {type(error).__name__}: {error}"
            if may_be_refused and isinstance(error, errors.Refused):
                logger.warning("%s was refused for %s", work.__name__, said)
                refused.append(said)
                continue
            logger.exception("%s failed for %s", work.__name__, company.slug)
            failed.append(said)
    if failed:
        raise SomeCompaniesFailed("; ".join(failed + refused))
    if refused:
        raise VendorsRefused("; ".join(refused))
