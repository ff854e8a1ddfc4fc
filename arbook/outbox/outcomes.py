"""How one try of an effect ends: done, later, in doubt, or dead; each written with a fence.

A row is written only while this attempt owns it, so whoever lost the lease changes nothing.
"""

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction

from arbook.gateways import errors
from arbook.outbox.models import Effect
from arbook.outbox.registry import Kind, Later

logger = logging.getLogger(__name__)

State = Effect.State
# A lost connection waits for a person; this is how often it is looked at again meanwhile.
RECONNECT = timedelta(minutes=15)


def conclude(kind: Kind, effect: Effect, result: object, now: datetime) -> str:
    match result:
        case Later():
            settle(
                effect,
                now,
                state=State.PENDING,
                not_before=result.at,
                error=str(result),
                attempts=effect.attempts - 1,
            )
            return State.PENDING
        case errors.Throttled():
            return _again(kind, effect, result, now, timedelta(seconds=result.retry_after))
        case errors.Unreachable():
            return _again(kind, effect, result, now, backoff(effect.attempts))
        case errors.Disconnected():
            # Until a person reconnects; costs no attempt.
            settle(
                effect,
                now,
                state=State.PENDING,
                not_before=now + RECONNECT,
                failure=result.failure,
                error=str(result),
                attempts=effect.attempts - 1,
            )
            return State.PENDING
        case errors.Unknown():
            state = State.UNSURE if kind.resolve else State.PENDING
            if not kind.resolve and effect.attempts >= kind.max_attempts:
                return die(kind, effect, result, now)
            settle(
                effect,
                now,
                state=state,
                not_before=now + backoff(effect.attempts),
                failure=result.failure,
                error=str(result),
            )
            return state
        case errors.Refused():
            return die(kind, effect, result, now)
        case Exception():
            # A bug of ours: keep the row, say so, and let a person decide.
            logger.error("effect %s %s failed", effect.kind, effect.pk, exc_info=result)
            return die(kind, effect, result, now)
        case _:
            return finish(kind, effect, result, now)


def backoff(attempts: int) -> timedelta:
    """How long to wait after this many tries: doubling up to an hour, spread so that none crowd."""
    ceiling = min(5 * 2 ** max(attempts - 1, 0), 3600)
    return timedelta(seconds=ceiling * random.uniform(0.5, 1.0))  # noqa: S311 (spread, not secrecy)


def _again(kind: Kind, effect: Effect, error, now: datetime, wait: timedelta) -> str:
    if effect.attempts >= kind.max_attempts:
        return die(kind, effect, error, now)
    settle(
        effect,
        now,
        state=State.PENDING,
        not_before=now + wait,
        failure=error.failure,
        error=str(error),
    )
    return State.PENDING


def die(kind: Kind, effect: Effect, error: Exception, now: datetime) -> str:
    with transaction.atomic():
        failure = getattr(error, "failure", "bug")
        if (
            settle(
                effect, now, state=State.DEAD, failure=failure, error=str(error), finished_at=now
            )
            and kind.failed
        ):
            kind.failed(effect, error, now)
    return State.DEAD


def finish(kind: Kind, effect: Effect, result: dict, now: datetime) -> str:
    try:
        with transaction.atomic():
            if (
                settle(
                    effect,
                    now,
                    state=State.DONE,
                    result=result,
                    failure="",
                    error="",
                    finished_at=now,
                )
                and kind.then
            ):
                kind.then(effect, result, now)
    except Exception as trouble:
        # The vendor has done it; only our writing failed. Ask the vendor, or repeat the same key.
        logger.exception("outcome of effect %s %s not written", effect.kind, effect.pk)
        if effect.attempts >= kind.max_attempts:
            settle(
                effect, now, state=State.DEAD, failure="bug", error=str(trouble), finished_at=now
            )
            return State.DEAD
        settle(
            effect,
            now,
            state=State.UNSURE if kind.resolve else State.PENDING,
            not_before=now + backoff(effect.attempts),
            failure="bug",
            error=f"{type(trouble).__name__}: {trouble}",
        )
        return State.UNSURE
    return State.DONE


def settle(effect: Effect, now: datetime, **values) -> bool:
    """Write the row if this attempt still owns it; whoever lost the lease changes nothing."""
    return bool(
        Effect.objects.filter(
            pk=effect.pk,
            attempts=effect.attempts,
            state__in=[State.IN_FLIGHT, State.UNSURE],
        ).update(leased_until=None, **values)
    )
