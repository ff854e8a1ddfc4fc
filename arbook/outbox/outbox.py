"""Saying what we want done outside, and taking it back while that is still possible."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, models, transaction

from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.gateways.errors import Unknown
from arbook.outbox import retention
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS

CHANNEL = "arbook_work"
# The kind of failure that is ours and no vendor's.
BUG = "bug"


@dataclass(frozen=True)
class Wanted:
    """One effect to enqueue; ``not_before`` None means at once."""

    kind: str
    key: str
    company: Company | None
    payload: dict = field(default_factory=dict)
    not_before: datetime | None = None
    lane: str = ""


def wake() -> None:
    """Tell waiting workers, at commit, that there is work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def enqueue(
    kind: str,
    *,
    key: str,
    company: Company | None,
    now: datetime,
    payload: dict | None = None,
    not_before: datetime | None = None,
    lane: str = "",
) -> Effect:
    """Write the intent down, in the deciding transaction. The same key twice is one effect."""
    wanted = Wanted(kind, key, company, payload or {}, not_before, lane)
    enqueue_many([wanted], now=now)
    return Effect.objects.get(key=key)


def enqueue_many(wanted: Iterable[Wanted], *, now: datetime) -> None:
    """Write many intents in two statements; keys that exist are left as they are."""
    rows = [
        Effect(
            kind=one.kind,
            key=one.key,
            company=one.company,
            payload=one.payload,
            not_before=one.not_before or now,
            lane=one.lane,
            cause_id=log.current_cause(),
            created_at=now,
        )
        for one in wanted
    ]
    if rows:
        Effect.objects.bulk_create(rows, ignore_conflicts=True)
        wake()


def cancel(effects: models.QuerySet[Effect], *, reason: str, now: datetime) -> int:
    """Take back what no worker has claimed yet; returns how many. The rest is already leaving."""
    return effects.filter(state=Effect.State.PENDING).update(
        state=Effect.State.CANCELLED, error=reason, finished_at=now
    )


def hurry(effects: models.QuerySet[Effect], *, now: datetime) -> int:
    """Let waiting effects leave now, for instance after a reconnect."""
    count = effects.filter(state=Effect.State.PENDING, not_before__gt=now).update(not_before=now)
    wake()
    return count


def in_doubt(effect: Effect) -> bool:
    """Whether it may have happened and its vendor can be asked."""
    kind = KINDS.get(effect.kind)
    asks = kind is not None and kind.resolve is not None
    return asks and effect.failure in (Unknown.failure, BUG)


def retry(effect: Effect, *, now: datetime, by: User | None = None) -> bool:
    """Give a dead effect another life; False when it is not dead any more.

    One that may have happened is asked after first, where its vendor can be asked.
    """
    doubtful = in_doubt(effect)
    with transaction.atomic():
        revived = Effect.objects.filter(pk=effect.pk, state=Effect.State.DEAD).update(
            state=Effect.State.UNSURE if doubtful else Effect.State.PENDING,
            attempts=0,
            not_before=now,
            failure=Unknown.failure if doubtful else "",
            error="",
            finished_at=None,
        )
        if revived:
            _record("effect.retried", f"{effect.kind} is tried again", effect, by, now)
            wake()
    return bool(revived)


def give_up(effect: Effect, *, reason: str, now: datetime, by: User | None = None) -> bool:
    """A person lets a dead effect rest for good; False when it is not dead any more."""
    with transaction.atomic():
        rests = Effect.objects.filter(pk=effect.pk, state=Effect.State.DEAD).update(
            state=Effect.State.CANCELLED,
            error=f"Given up: {reason} (was: {effect.error})",
            finished_at=now,
        )
        if rests:
            _record("effect.given_up", f"{effect.kind} is given up: {reason}", effect, by, now)
    return bool(rests)


def _record(verb: str, said: str, effect: Effect, by: User | None, now: datetime) -> None:
    log.record(
        verb,
        said,
        about=[effect],
        by=by,
        at=now,
        cause=effect.cause_id,
        key=effect.key,
        failure=effect.failure,
        # The record would keep what is about to go.
        error="" if retention.WORDS_GO in effect.payload else effect.error,
    )
