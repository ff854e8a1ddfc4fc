"""How one try of an effect ends: done, later, in doubt, or dead; each written with a fence.

A row is written only while this attempt owns it, so whoever lost the lease changes nothing.
"""

import logging
import math
import random
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from arbook.encryption import CannotDecrypt
from arbook.gateways import errors
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.outbox.registry import Kind, Later, StillUnknown

logger = logging.getLogger(__name__)

State = Effect.State
# A lost connection waits for a person; this is how often it is looked at again meanwhile.
RECONNECT = timedelta(minutes=15)
# Seconds beyond which nobody is made to wait, whatever the vendor says or how often it failed.
LONGEST = 3600
# A vendor that names its own time is asked again after this at the latest, if that time is over.
IMPATIENT = timedelta(minutes=5)


class DeadlyCall(errors.Unknown):
    """Every worker that began it died in it. What the vendor can tell was asked after each death,
    so there is nothing left to wait for: a person decides, and is told now."""


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
        case errors.Resting() | errors.Disconnected():
            # The vendor was not asked, or cannot be before a person reconnects: no attempt.
            settle(
                effect,
                now,
                state=State.PENDING,
                not_before=now + pause_of(result, effect.attempts),
                failure=result.failure,
                error=str(result),
                attempts=effect.attempts - 1,
            )
            return State.PENDING
        case errors.Throttled() | errors.Unreachable():
            return _again(kind, effect, result, now)
        case DeadlyCall():
            return die(kind, effect, result, now)
        case errors.Unknown():
            return _in_doubt(kind, effect, result, now)
        case errors.Refused():
            return die(kind, effect, result, now)
        case Exception() if may_heal(result):
            # Ours, and soon over: a deadlock, a server that restarts. The call may have been made.
            logger.warning("effect %s %s was interrupted: %s", effect.kind, effect.pk, result)
            # Without the secret nothing was sent.
            if getattr(result, "before_the_call", False) or isinstance(result, CannotDecrypt):
                return _again(kind, effect, result, now)
            return _in_doubt(kind, effect, result, now)
        case Exception():
            # A bug of ours: keep the row, say so, and let a person decide.
            logger.error("effect %s %s failed", effect.kind, effect.pk, exc_info=result)
            return die(kind, effect, result, now)
        case _:
            return finish(kind, effect, result, now)


def may_heal(error: Exception) -> bool:
    """Whether trouble in our own house passes by itself: the database was away or undid it, or keys
    are being changed and this process has yet to be restarted with the new ones."""
    return isinstance(error, OperationalError | InterfaceError | CannotDecrypt)


def failure_of(error: Exception) -> str:
    """The kind of a failure, as it stands on the row."""
    if isinstance(error, StillUnknown):
        return errors.Unknown.failure
    return error.failure if isinstance(error, errors.VendorError) else outbox.BUG


def said_of(error: Exception) -> str:
    """What went wrong in words; a bug with its name, a vendor as it spoke."""
    if isinstance(error, errors.VendorError | StillUnknown):
        return str(error) or "The vendor cannot say whether it happened."
    return f"{type(error).__name__}: {error}"


def backoff(attempts: int) -> timedelta:
    """How long to wait after this many tries: doubling up to an hour, spread so that none crowd."""
    ceiling = min(5 * 2 ** min(max(attempts - 1, 0), 20), LONGEST)
    return timedelta(seconds=ceiling * random.uniform(0.5, 1.0))  # noqa: S311 (spread, not secrecy)


def pause_of(error: Exception, attempts: int) -> timedelta:
    """How long to leave the vendor alone after this error.

    Never less than the vendor asked for, unless that is out of all reason: more than an hour, or no
    number at all.
    """
    if isinstance(error, errors.Disconnected):
        return RECONNECT
    if not isinstance(error, errors.Throttled):
        return backoff(attempts)
    asked = error.retry_after
    if not isinstance(asked, int | float) or not math.isfinite(asked):
        asked = 60.0
    asked = min(max(asked, 1.0), LONGEST)
    spread = timedelta(seconds=asked * random.uniform(1.0, 1.2))  # noqa: S311
    if isinstance(error, errors.Resting):
        return spread
    # A vendor that says "in a second" again and again would use up all tries within a minute.
    return max(spread, min(backoff(attempts), IMPATIENT))


def _again(kind: Kind, effect: Effect, error: Exception, now: datetime) -> str:
    if effect.attempts >= kind.max_attempts:
        return die(kind, effect, error, now)
    settle(
        effect,
        now,
        state=State.PENDING,
        not_before=now + pause_of(error, effect.attempts),
        failure=failure_of(error),
        error=said_of(error),
    )
    return State.PENDING


def _in_doubt(kind: Kind, effect: Effect, error: Exception, now: datetime) -> str:
    """It may have happened: ask the vendor, or say the same again where it knows our key."""
    if not kind.resolve:
        return _again(kind, effect, error, now)
    settle(
        effect,
        now,
        state=State.UNSURE,
        not_before=now + backoff(effect.attempts),
        failure=failure_of(error),
        error=said_of(error),
    )
    return State.UNSURE


def die(kind: Kind, effect: Effect, error: Exception, now: datetime) -> str:
    """No further try by itself: a person decides."""
    values = {"state": State.DEAD, "failure": failure_of(error), "finished_at": now}
    try:
        with transaction.atomic():
            if settle(effect, now, error=said_of(error), **values) and kind.failed:
                kind.failed(effect, error, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as trouble:
        # What follows from the failure cannot be written. The row must not try for ever.
        logger.exception("the end of effect %s %s not written", effect.kind, effect.pk)
        settle(effect, now, error=f"{said_of(error)} (and {said_of(trouble)})", **values)
    return State.DEAD


def finish(kind: Kind, effect: Effect, result: dict, now: datetime) -> str:
    """The vendor did it: write the outcome and ``done`` in one."""
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
            if effect.lane:
                outbox.wake()  # the next of the lane may go, perhaps in another process
    except Exception as trouble:
        # The vendor has done it; only our writing failed. Ask the vendor, or repeat the same key.
        logger.exception("outcome of effect %s %s not written", effect.kind, effect.pk)
        if effect.attempts >= kind.max_attempts and not may_heal(trouble):
            settle(
                effect,
                now,
                state=State.DEAD,
                failure=outbox.BUG,
                error=said_of(trouble),
                finished_at=now,
            )
            return State.DEAD
        state = State.UNSURE if kind.resolve else State.PENDING
        settle(
            effect,
            now,
            state=state,
            not_before=now + backoff(effect.attempts),
            failure=outbox.BUG,
            error=said_of(trouble),
        )
        return state
    return State.DONE


def settle(effect: Effect, now: datetime, **values) -> bool:
    """Write the row if this attempt still owns it; whoever lost the lease changes nothing."""
    return bool(
        Effect.objects.filter(
            pk=effect.pk,
            attempts=effect.attempts,
            state__in=[State.IN_FLIGHT, State.UNSURE],
        ).update(leased_until=None, begun=True, **values)
    )
