"""Stopping everything and letting it go on: one company, or every company at once."""

from datetime import datetime

from django.db import transaction

from arbook import wall
from arbook.audit import log
from arbook.companies import stops
from arbook.companies.models import Company, Standstill, User
from arbook.companies.stops import HELD
from arbook.outbox import outbox
from arbook.outbox.models import Effect

NEEDED = "This needs a manager of every company, with a second factor where one of them wants it."


class StopRefused(Exception):
    """It cannot be stopped so. The message is fit for the screen."""


@transaction.atomic
def stop(
    company: Company,
    *,
    reason: str,
    by: User | None,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Keep everything of the company from leaving, until ``resume`` or until the time given."""
    _judge(until, now)
    Company.objects.filter(pk=company.pk).update(
        stopped_at=now, stopped_reason=reason, stopped_until=until
    )
    said = f"Everything stopped{_until(until, company)}: {reason}"
    log.record("company.stopped", said, about=[company], by=by, at=now, company=company)


@transaction.atomic
def resume(company: Company, *, by: User | None, now: datetime) -> None:
    """Let messages leave again; what waited for it leaves now."""
    Company.objects.filter(pk=company.pk).update(
        stopped_at=None, stopped_reason="", stopped_until=None
    )
    log.record(
        "company.resumed", "Messages may leave again", about=[company], by=by, at=now,
        company=company,
    )  # fmt: skip
    outbox.hurry(_held().filter(company=company), now=now)


def stop_everything(
    *, reason: str, by: User, now: datetime, until: datetime | None = None
) -> Standstill:
    """Keep everything of every company from leaving. Raises StopRefused."""
    _judge(until, now)
    if not stops.may_stop_everything(by):
        raise StopRefused(NEEDED)
    # It is nobody's row and every company's record.
    with wall.outside(), transaction.atomic():
        open_ones = Standstill.objects.select_for_update().filter(ended_at=None)
        for over in open_ones.filter(until__lte=now):
            over.ended_at = over.until
            over.save(update_fields=["ended_at"])
        if open_ones.exists():
            raise StopRefused("Everything is stopped already.")
        made = Standstill.objects.create(reason=reason, by=by, started_at=now, until=until)
        for company in Company.objects.active():
            said = f"Everything of every company stopped{_until(until, company)}: {reason}"
            log.record("company.stopped", said, about=[company], by=by, at=now, company=company)
    return made


def resume_everything(*, by: User, now: datetime) -> bool:
    """Let every company's messages leave again; False when nothing was stopped."""
    if not stops.may_stop_everything(by):
        raise StopRefused(NEEDED)
    with wall.outside(), transaction.atomic():
        ended = Standstill.objects.filter(ended_at=None).update(ended_at=now, ended_by=by)
        if ended:
            for company in Company.objects.active():
                log.record(
                    "company.resumed", "Messages of every company may leave again",
                    about=[company], by=by, at=now, company=company,
                )  # fmt: skip
            outbox.hurry(_held(), now=now)
    return bool(ended)


def _held():
    """Effects that wait for the end of a stop and for nothing else."""
    return Effect.objects.filter(error__startswith=HELD)


def _judge(until: datetime | None, now: datetime) -> None:
    if until is not None and until <= now:
        raise StopRefused("That time is already over.")


def _until(until: datetime | None, company: Company) -> str:
    return f" until {until.astimezone(company.zone):%a %b %d, %H:%M}" if until else ""
