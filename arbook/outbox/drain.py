"""Doing what was written down: claim, last look, one call, outcome. Safe beside other drains.

A claim is one statement and holds no lock afterwards; the call runs outside any transaction; the
outcome and ``done`` are one transaction, fenced by the attempt that made the claim. Leases run on
the machine's clock, because the movable one may jump.
"""

import contextvars
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, connections, transaction

from arbook import clock
from arbook.audit import log
from arbook.gateways import errors
from arbook.outbox import outcomes
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind, Later, StillUnknown

State = Effect.State

CLAIM = """
UPDATE outbox_effect SET state = 'in_flight', attempts = attempts + 1, leased_until = %(lease)s
WHERE id IN (
    SELECT id FROM outbox_effect AS ready
    WHERE state = 'pending' AND kind = %(kind)s AND not_before <= %(now)s
      AND (lane = '' OR NOT EXISTS (
          SELECT 1 FROM outbox_effect AS earlier
          WHERE earlier.lane = ready.lane AND earlier.lane <> '' AND earlier.id < ready.id
            AND earlier.state IN ('pending', 'in_flight', 'unsure')))
    ORDER BY not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING *
"""


def drain(
    *,
    now: Callable[[], datetime],
    kinds: Iterable[str] | None = None,
    rounds: int = 1000,
    pulse: Callable[[float], None] | None = None,
) -> Counter:
    """Do everything that is due; returns how many effects ended in which state.

    ``now`` is asked again for every chunk. Stops after ``rounds`` chunks of each kind, so that one
    endless queue cannot starve the caller's other work. ``pulse`` hears before each chunk how many
    seconds it may take.
    """
    outcome: Counter = Counter()
    sweep()
    for name in list(kinds or KINDS):
        kind = KINDS[name]
        outcome += settle_unsure(kind, now=now)
        for _ in range(rounds):
            claimed = claim(kind, now=now())
            if not claimed:
                break
            if pulse:
                pulse(kind.lease_seconds)
            outcome += _do_chunk(kind, claimed, now)
    return outcome


def claim(kind: Kind, *, now: datetime) -> list[Effect]:
    """Take up to one chunk of due effects of a kind, in the order they became due."""
    with transaction.atomic():
        rows = Effect.objects.raw(
            CLAIM,
            {
                "lease": clock.system() + timedelta(seconds=kind.lease_seconds),
                "kind": kind.name,
                "now": now,
                "limit": kind.chunk,
            },
        )
        return sorted(rows, key=lambda row: (row.not_before, row.pk))


def sweep() -> int:
    """Free effects whose worker died: in doubt where the vendor has no key of ours, else ready."""
    expired = Effect.objects.filter(state=State.IN_FLIGHT, leased_until__lt=clock.system())
    doubtful = [name for name, kind in KINDS.items() if kind.resolve]
    count = expired.filter(kind__in=doubtful).update(
        state=State.UNSURE, failure=errors.Unknown.failure, error="The worker died in the call."
    )
    return count + expired.exclude(kind__in=doubtful).update(state=State.PENDING)


def settle_unsure(kind: Kind, *, now: Callable[[], datetime]) -> Counter:
    """Ask the vendor what became of effects in doubt."""
    outcome: Counter = Counter()
    if not kind.resolve:
        return outcome
    rows = Effect.objects.filter(kind=kind.name, state=State.UNSURE, not_before__lte=now())
    for effect in rows.select_related("company")[: kind.chunk]:
        attempt = effect.attempts
        # The attempt number is the fence: a second drain asking at the same time changes nothing.
        if not Effect.objects.filter(pk=effect.pk, state=State.UNSURE, attempts=attempt).update(
            attempts=attempt + 1, not_before=now() + outcomes.backoff(attempt + 1)
        ):
            continue
        effect.attempts = attempt + 1
        with log.because(effect.cause_id):
            try:
                result = kind.resolve(effect, now())
            except (StillUnknown, errors.VendorError) as trouble:
                if effect.attempts >= kind.max_attempts:
                    outcome[outcomes.die(kind, effect, trouble, now())] += 1
                else:
                    outcome[State.UNSURE] += 1
                continue
            if result is None:
                outcomes.settle(effect, now(), state=State.PENDING, not_before=now())
                outcome[State.PENDING] += 1
            else:
                outcome[outcomes.finish(kind, effect, result, now())] += 1
    return outcome


def _do_chunk(kind: Kind, claimed: list[Effect], now: Callable[[], datetime]) -> Counter:
    outcome: Counter = Counter()
    by_company = defaultdict(list)
    for effect in claimed:
        by_company[effect.company_id].append(effect)
    for effects in by_company.values():
        for effect, result in _perform_all(kind, effects, now):
            with log.because(effect.cause_id):
                outcome[outcomes.conclude(kind, effect, result, now())] += 1
    return outcome


def _perform_all(kind: Kind, effects: list[Effect], now: Callable[[], datetime]):
    """Yield each effect with its result or with the exception that ended it."""
    prepared: dict = {}
    if kind.prepare:
        try:
            prepared = kind.prepare(effects[0].company, effects, now())
        except Exception as trouble:
            # One company's trouble (no connection, a bug in its data) must not stop the others.
            for effect in effects:
                yield effect, trouble
            return
        for effect in [row for row in effects if isinstance(prepared.get(row.key), Later)]:
            yield effect, prepared[effect.key]
            effects.remove(effect)
    threads = min(settings.OUTBOX_THREADS, len(effects))
    if threads <= 1:
        for effect in effects:
            yield effect, _perform(kind, effect, prepared)
        return
    with ThreadPoolExecutor(threads) as pool:
        running = {
            pool.submit(
                contextvars.copy_context().run, _perform_apart, kind, effect, prepared
            ): effect
            for effect in effects
        }
        for finished in as_completed(running):
            yield running[finished], finished.result()


def _perform(kind: Kind, effect: Effect, prepared: dict):
    with log.because(effect.cause_id):
        try:
            return kind.perform(effect, prepared.get(effect.key)) or {}
        except Exception as trouble:
            return trouble


def _perform_apart(kind: Kind, effect: Effect, prepared: dict):
    try:
        return _perform(kind, effect, prepared)
    finally:
        for used in connections.all(initialized_only=True):
            used.close()


def next_due() -> datetime | None:
    """When the earliest waiting effect may leave."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(not_before) FROM outbox_effect WHERE state = 'pending'")
        return cursor.fetchone()[0]
