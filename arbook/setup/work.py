"""The worker's round: understand what arrived, then do what was decided."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from arbook import clock
from arbook.audit import sealing
from arbook.outbox import claiming as outbound_claims
from arbook.outbox import turns
from arbook.outbox.drain import drain
from arbook.outbox.registry import KINDS
from arbook.webhooks import claiming as inbound_claims
from arbook.webhooks.process import process_waiting


@dataclass(frozen=True)
class Round:
    """How many rows ended in which state in one round."""

    inbound: Counter
    outbound: Counter

    @property
    def did_something(self) -> bool:
        return bool(self.inbound or self.outbound)

    @property
    def left_something_dead(self) -> bool:
        return bool(self.inbound["dead"] or self.outbound["dead"])


def one_round(
    *,
    rounds: int = 50,
    kinds: Iterable[str] | None = None,
    pulse: Callable[[float], None] | None = None,
    stopping: Callable[[], bool] = turns.never,
) -> Round:
    """Payments and replies first, and again before every chunk: they may stop what leaves next."""
    inbound: Counter = Counter()

    def hear() -> None:
        inbound.update(
            process_waiting(
                now=clock.now,
                rounds=rounds,
                pulse=pulse,
                stopping=stopping,
                seconds=turns.LENGTH,
            )
        )

    hear()
    outbound = drain(
        now=clock.now, kinds=kinds, rounds=rounds, pulse=pulse, news=hear, stopping=stopping
    )
    # Last, when everything is committed: nobody waits for a seal.
    sealing.seal_waiting(now=clock.now(), batches=5)
    return Round(inbound, outbound)


def until_quiet(*, most: int = 50) -> Round:
    """Rounds until nothing due is left, for a foreground tick and for tests."""
    inbound: Counter = Counter()
    outbound: Counter = Counter()
    for _ in range(most):
        step = one_round()
        inbound += step.inbound
        outbound += step.outbound
        if not step.did_something:
            break
    return Round(inbound, outbound)


def kinds_in_turn() -> list[str]:
    """The kinds of effects that a worker does one chunk after the other."""
    return [name for name, kind in KINDS.items() if not kind.is_long]


def long_kinds() -> list[str]:
    """The kinds that a worker does beside everything else."""
    return [name for name, kind in KINDS.items() if kind.is_long]


def seconds_until_due(*, now: datetime) -> float | None:
    """How long nothing becomes due by itself, as far as is known; None when nothing waits."""
    found = [
        (due - now).total_seconds()
        for due in (inbound_claims.next_due(now), outbound_claims.next_due(now))
        if due
    ]
    found += [
        lapse.total_seconds() + 0.05
        for lapse in (inbound_claims.next_lapse(), outbound_claims.next_lapse())
        if lapse is not None
    ]
    return max(min(found), 0.0) if found else None
