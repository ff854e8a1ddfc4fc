"""Periodic jobs: our own table says what is due, so a missed or doubled beat is harmless."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.module_loading import import_string

from arbook import clock
from arbook.companies.models import Company
from arbook.heartbeat.models import Beat, JobRun

logger = logging.getLogger(__name__)


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


def beat(name: str) -> None:
    """Leave a sign of life, on the machine's own clock."""
    Beat.objects.update_or_create(name=name, defaults={"last_at": clock.system()})


def run_due(jobs: Iterable[Job], *, now: datetime, everything: bool = False) -> list[Ran]:
    """Run each due job once; ``everything`` runs also those that are not due."""
    return [_run(job, now) for job in jobs if _start(job, now, everything)]


def _start(job: Job, now: datetime, everything: bool) -> bool:
    """Take the job for this run; False when it is not due or another process has it."""
    with transaction.atomic():
        JobRun.objects.get_or_create(name=job.name)
        row = JobRun.objects.select_for_update(skip_locked=True).filter(name=job.name).first()
        if row is None:
            return False
        # A movable clock may have been moved back: a start in the future does not count.
        last = row.started_at if row.started_at and row.started_at <= now else None
        if last and not everything and now - last < job.every:
            return False
        row.started_at = now
        row.save(update_fields=["started_at"])
        return True


def _run(job: Job, now: datetime) -> Ran:
    try:
        import_string(job.path)(now)
    except Exception as error:
        logger.exception("job %s failed", job.name)
        said = f"{type(error).__name__}: {error}"
        JobRun.objects.filter(name=job.name).update(finished_at=now, error=said)
        return Ran(job.name, False, said)
    JobRun.objects.filter(name=job.name).update(finished_at=now, ok_at=now, error="")
    return Ran(job.name, True)


class SomeCompaniesFailed(Exception):
    """A job went through all companies; these had trouble, the others are done."""


def each_company(
    work: Callable[[Company, datetime], object], now: datetime, *, companies=None
) -> None:
    """Do one job for every active company; one company's trouble does not stop the others."""
    failed = []
    for company in companies if companies is not None else Company.objects.active():
        try:
            work(company, now)
        except Exception as error:
            logger.exception("%s failed for %s", work.__name__, company.slug)
            failed.append(f"{company.slug}: {type(error).__name__}: {error}")
    if failed:
        raise SomeCompaniesFailed("; ".join(failed))
