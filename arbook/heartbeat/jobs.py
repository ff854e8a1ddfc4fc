"""Periodic jobs: our own table says what is due, so a missed or doubled beat is harmless."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.module_loading import import_string

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import errors
from arbook.heartbeat.models import Beat, JobRun

logger = logging.getLogger(__name__)

AHEAD = timedelta(minutes=1)


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


def beat(name: str, *, busy: float = 0) -> None:
    """Leave a sign of life, on the machine's own clock; ``busy`` announces seconds of silence."""
    now = clock.system()
    Beat.objects.bulk_create(
        [Beat(name=name, last_at=now, busy_until=now + timedelta(seconds=busy) if busy else None)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["last_at", "busy_until"],
    )


class Pulse:
    """The beats of one process: called as often as is handy, written about once a second."""

    EVERY = 1.0

    def __init__(self, name: str):
        self._name = name
        self._next = 0.0
        self._announced = 0.0

    def __call__(self, busy: float = 0) -> None:
        """``busy`` is how many seconds may pass until the next call."""
        now = time.monotonic()
        # A silence longer than announced is told at once, or a watcher would not wait for it.
        if now < self._next and now + busy <= self._announced:
            return
        beat(self._name, busy=busy)
        self._next, self._announced = now + self.EVERY, now + busy + self.EVERY


def run_due(
    jobs: Iterable[Job],
    *,
    now: datetime,
    everything: bool = False,
    pulse: Callable[[], None] | None = None,
) -> list[Ran]:
    """Run each due job once; ``everything`` runs also those that are not due."""
    ran = []
    for job in jobs:
        if _start(job, now, everything):
            ran.append(_run(job, now))
            if pulse:
                pulse()
    return ran


def _start(job: Job, now: datetime, everything: bool) -> bool:
    """Take the job for this run; False when it is not due or another process has it."""
    with transaction.atomic():
        JobRun.objects.get_or_create(name=job.name)
        row = JobRun.objects.select_for_update(skip_locked=True).filter(name=job.name).first()
        if row is None:
            return False
        # Two processes read the clock moments apart. A start further ahead means that a movable
        # clock was moved back; it does not count.
        last = row.started_at if row.started_at and row.started_at - now < AHEAD else None
        if last and not everything and now - last < job.every:
            return False
        row.started_at = now
        row.save(update_fields=["started_at"])
        return True


def _run(job: Job, now: datetime) -> Ran:
    try:
        import_string(job.path)(now)
    except VendorsRefused as refusal:
        said = str(refusal)
        JobRun.objects.filter(name=job.name).update(finished_at=now, ok_at=now, error=said)
        return Ran(job.name, True, said)
    except Exception as error:
        logger.exception("job %s failed", job.name)
        said = f"{type(error).__name__}: {error}"
        JobRun.objects.filter(name=job.name).update(finished_at=now, error=said)
        return Ran(job.name, False, said)
    JobRun.objects.filter(name=job.name).update(finished_at=now, ok_at=now, error="")
    return Ran(job.name, True)


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
