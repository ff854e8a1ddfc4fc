"""Doing what was written down: claim, last look, one call, outcome. Safe beside other drains.

The call runs outside any transaction; the outcome and ``done`` are one transaction, fenced by the
attempt that made the claim. What may stop other things leaves first: see ``Kind.rank``.
"""

import contextvars
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

from django.conf import settings

from arbook.audit import log
from arbook.heartbeat import keeping
from arbook.outbox import outcomes, turns
from arbook.outbox.claiming import begin, claim, oldest_due, release, renew, sweep
from arbook.outbox.doubt import settle_unsure
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind, Later
from arbook.outbox.turns import Turn

Pulse = Callable[[float], None]


class NotBegun:
    """In place of a result: the turn was over before the call, and the effect goes back in line."""


NOT_BEGUN = NotBegun()


def drain(
    *,
    now: Callable[[], datetime],
    kinds: Iterable[str] | None = None,
    rounds: int = 1000,
    pulse: Pulse | None = None,
    news: Callable[[], object] | None = None,
    stopping: Callable[[], bool] = turns.never,
) -> Counter:
    """Do everything that is due; returns how many effects ended in which state.

    ``now`` is asked again for every chunk. After each chunk the first kinds are asked again, and
    ``news`` is called before: what came in may stop what would leave next. A kind whose rows wait
    for a while comes first once, so that a busy day keeps none waiting. Stops after ``rounds``
    chunks of each kind, so that one endless queue cannot starve the caller's other work, and when
    ``stopping`` says so. ``pulse`` hears how many seconds may pass until it is called again.
    """
    outcome: Counter = Counter()
    ordered = sorted(
        (KINDS[name] for name in (KINDS if kinds is None else kinds)), key=lambda kind: kind.rank
    )
    left = {kind.name: rounds for kind in ordered}
    sweep()
    outcome += settle_unsure(ordered, now=now, pulse=pulse, stopping=stopping)
    while not stopping():
        for kind in turns.in_order(ordered, oldest_due(now()), now()):
            if not left[kind.name]:
                continue
            claimed = claim(kind, now=now())
            turns.had(kind, now())
            if claimed:
                break
        else:
            break
        left[kind.name] -= 1
        outcome += _do_chunk(kind, claimed, now, pulse, stopping)
        if news:
            news()
    return outcome


def _do_chunk(
    kind: Kind,
    claimed: list[Effect],
    now: Callable[[], datetime],
    pulse: Pulse | None,
    stopping: Callable[[], bool],
) -> Counter:
    open_still = {effect.pk: effect for effect in claimed}

    def keep() -> None:
        renew(list(open_still.values()))
        if pulse:
            pulse(keeping.SECONDS)

    shares = turns.by_company(claimed)
    threads = settings.OUTBOX_THREADS
    if turns.are_side_by_side(shares):
        threads = max(1, threads // len(shares))
    if pulse:
        pulse(keeping.SECONDS)
    with keeping.Keeper(keep, longest=kind.lease_seconds) as keeper:

        def work(share: list[Effect]) -> Counter:
            outcome: Counter = Counter()
            given_back = []
            for effect, result in _perform_all(kind, share, now, keeper, stopping, threads):
                if result is NOT_BEGUN:
                    given_back.append(effect)
                else:
                    with log.because(effect.cause_id):
                        outcome[outcomes.conclude(kind, effect, result, now())] += 1
                open_still.pop(effect.pk, None)
            release(given_back)
            return outcome

        return turns.serve(shares, work)


def _perform_all(kind: Kind, effects: list[Effect], now, keeper, stopping, threads: int):
    """Yield each effect with its result or with the exception that ended it."""
    for effect in [row for row in effects if row.attempts > kind.max_attempts]:
        yield effect, outcomes.DeadlyCall("Its worker died in the call, again and again.")
        effects.remove(effect)
    if not effects:
        return
    prepared: dict = {}
    if kind.prepare:
        try:
            prepared = kind.prepare(effects[0].company, effects, now())
        except Exception as trouble:
            # One company's trouble (no connection, a bug in its data) must not stop the others.
            trouble.before_the_call = True
            for effect in effects:
                yield effect, trouble
            return
        for effect in [row for row in effects if isinstance(prepared.get(row.key), Later)]:
            yield effect, prepared[effect.key]
            effects.remove(effect)
    threads = min(threads, len(effects))
    turn = Turn(keeper, stopping, at_least=max(threads, 1))
    if threads <= 1:
        for effect in effects:
            is_ours = _begin(kind, [effect])
            yield effect, _perform(kind, effect, prepared, turn) if is_ours else NOT_BEGUN
        return
    with ThreadPoolExecutor(threads) as pool:
        running: dict[Future, Effect] = {}
        while effects or running:
            if effects and len(running) <= threads:
                # Never many more than are called at once: these are in doubt if we die now.
                batch, effects = effects[:threads], effects[threads:]
                ours = _begin(kind, batch)
                for effect in batch:
                    if effect.pk not in ours:
                        yield effect, NOT_BEGUN
                        continue
                    arguments = (_perform_apart, kind, effect, prepared, turn)
                    running[pool.submit(contextvars.copy_context().run, *arguments)] = effect
            for finished in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(finished), finished.result()


def _begin(kind: Kind, effects: list[Effect]) -> set[int]:
    """Note that these calls begin, where a call that was cut off would leave a doubt."""
    return begin(effects) if kind.resolve else {effect.pk for effect in effects}


def _perform(kind: Kind, effect: Effect, prepared: dict, turn: Turn):
    if not turn.may_begin():
        return NOT_BEGUN
    with log.because(effect.cause_id):
        try:
            return kind.perform(effect, prepared.get(effect.key)) or {}
        except Exception as trouble:
            return trouble


def _perform_apart(kind: Kind, effect: Effect, prepared: dict, turn: Turn):
    try:
        return _perform(kind, effect, prepared, turn)
    finally:
        turns.close_connections()
