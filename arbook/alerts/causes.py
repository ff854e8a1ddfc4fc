"""Telling staff what is stuck: once for each cause, with a count once a day, never for each row.

A cause is a company, a place (outbound, inbound, a connection), a kind of work and a kind of
failure. It is over when nothing suffers from it any more; if it comes back, staff hear of it anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from arbook.alerts import alerts
from arbook.alerts.models import Cause
from arbook.companies.models import Company
from arbook.gateways.models import Connection, Line
from arbook.outbox import figures as outbound
from arbook.webhooks import figures as inbound

Where = Cause.Where
# How long something may be in doubt, or a vendor away, before staff hear of it.
PATIENCE = timedelta(hours=1)
AWAY = timedelta(minutes=15)
DIGEST_EVERY = timedelta(hours=24)
# How long a cause that is over stays to be read.
KEPT = timedelta(days=90)

FAILURES = {
    "unreachable": "could not be reached",
    "throttled": "asked us to slow down until our tries were used up",
    "refused": "refused it",
    "disconnected": "must be reconnected",
    "unknown": "did not say whether it happened",
    "bug": "our own error",
}


@dataclass(frozen=True)
class Trouble:
    """One cause as it stands now."""

    company_id: int
    where: str
    what: str
    failure: str
    error: str = ""
    count: int = 1

    @property
    def key(self) -> tuple:
        return self.company_id, self.where, self.what, self.failure


def tell_staff(now: datetime) -> int:
    """Tell of what is newly stuck, count what grew, close what is over; returns how many alerts."""
    found = {one.key: one for one in troubles(now)}
    told = 0
    with transaction.atomic():
        known = Cause.objects.select_for_update().filter(over_at=None).select_related("company")
        for cause in known:
            trouble = found.pop(_key_of(cause), None)
            if trouble is None:
                cause.over_at = now
                cause.save(update_fields=["over_at"])
            else:
                told += _still(cause, trouble, now)
        companies = Company.objects.in_bulk([one.company_id for one in found.values()])
        for trouble in found.values():
            told += _first(companies[trouble.company_id], trouble, now)
    return told


def troubles(now: datetime) -> Iterator[Trouble]:
    """Everything that waits for a person now; what belongs to no company is in the status."""
    for dead in outbound.dead():
        if dead.company_id:
            yield Trouble(
                dead.company_id, Where.OUTBOUND, dead.kind, dead.failure, dead.error, dead.count
            )
    for one in _merged(inbound.dead()):
        yield one
    for doubt in outbound.in_doubt(now - PATIENCE):
        if doubt.company_id:
            yield Trouble(
                doubt.company_id, Where.DOUBT, doubt.kind, "unknown", doubt.error, doubt.count
            )
    for one in Connection.objects.filter(state=Connection.State.RECONNECT):
        yield Trouble(one.company_id, Where.CONNECTION, one.vendor, "disconnected", one.error)
    away = Line.objects.filter(resting=Line.Resting.FAILING, failing_since__lt=now - AWAY)
    for line in away:
        vendor, _, company = line.key.partition(":")
        if company.isdigit() and vendor:
            yield Trouble(int(company), Where.LINE, vendor, "unreachable", line.reason)


def forget_old(now: datetime) -> int:
    """Remove causes that were over long ago; returns how many."""
    return Cause.objects.filter(over_at__lt=now - KEPT).delete()[0]


def _merged(found: list[inbound.Dead]) -> Iterator[Trouble]:
    for dead in found:
        if dead.company_id:
            what = f"{dead.vendor} {dead.kind}"
            yield Trouble(
                dead.company_id, Where.INBOUND, what, dead.failure, dead.error, dead.count
            )


def _key_of(cause: Cause) -> tuple:
    return cause.company_id, cause.where, cause.what, cause.failure


def _first(company: Company, trouble: Trouble, now: datetime) -> int:
    cause = Cause.objects.create(
        company=company,
        where=trouble.where,
        what=trouble.what,
        failure=trouble.failure,
        error=trouble.error,
        count=trouble.count,
        told_count=trouble.count,
        seen_at=now,
        told_at=now,
    )
    alerts.tell(
        company,
        key=f"cause:{cause.pk}",
        title=_title(trouble),
        text=_text(trouble),
        url=_place(company, trouble),
        now=now,
    )
    return 1


def _still(cause: Cause, trouble: Trouble, now: datetime) -> int:
    """Keep the count; say it again once a day, and only when it grew."""
    cause.count, cause.error = trouble.count, trouble.error
    is_due = now - cause.told_at >= DIGEST_EVERY and trouble.count > cause.told_count
    if is_due:
        cause.told_at, cause.told_count = now, trouble.count
        alerts.tell(
            cause.company,
            key=f"cause:{cause.pk}:{now:%Y-%m-%d}",
            title=f"Still: {_title(trouble)}",
            text=_text(trouble),
            url=_place(cause.company, trouble),
            now=now,
        )
    cause.save(update_fields=["count", "error", "told_at", "told_count"])
    return int(is_due)


def _place(company: Company, trouble: Trouble) -> str:
    """Where a person sees to it."""
    is_dead = trouble.where in (Where.INBOUND, Where.OUTBOUND)
    return reverse("system:dead" if is_dead else "system:overview", args=[company.slug])


def _title(trouble: Trouble) -> str:
    what = trouble.what
    match trouble.where:
        case Where.CONNECTION:
            return f"{_vendor(what)} must be reconnected"
        case Where.LINE:
            return f"{_vendor(what)} does not answer"
        case Where.INBOUND:
            vendor, _, kind = what.partition(" ")
            return f"What {_vendor(vendor)} told us waits for a person ({kind})"
        case Where.DOUBT:
            return f"Nobody knows yet whether it happened ({what})"
        case _:
            return f"Something to be done outside waits for a person ({what})"


def _text(trouble: Trouble) -> str:
    lines = []
    if trouble.where in (Where.INBOUND, Where.OUTBOUND, Where.DOUBT):
        lines.append("1 waits." if trouble.count == 1 else f"{trouble.count} wait.")
        lines.append(f"Cause: {FAILURES.get(trouble.failure, trouble.failure or 'not known')}.")
    if trouble.error:
        lines.append(trouble.error[:500])
    return "\n".join(lines)


def _vendor(name: str) -> str:
    return dict(Connection.Vendor.choices).get(name, name.capitalize())
