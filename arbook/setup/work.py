"""The worker's round: understand what arrived, then do what was decided."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from arbook import clock
from arbook.audit import sealing
from arbook.outbox.drain import drain
from arbook.webhooks.process import process_waiting


@dataclass(frozen=True)
class Round:
    """How many rows ended in which state in one round."""

    inbound: Counter
    outbound: Counter

    @property
    def did_something(self) -> bool:
        return bool(self.inbound or self.outbound)


def one_round(*, rounds: int = 50, pulse: Callable[[float], None] | None = None) -> Round:
    """Payments and replies first: they may stop what would leave next."""
    inbound = process_waiting(now=clock.now, rounds=rounds, pulse=pulse)
    done = Round(inbound, drain(now=clock.now, rounds=rounds, pulse=pulse))
    # Last, when everything is committed: nobody waits for a seal.
    sealing.seal_waiting(now=clock.now(), batches=5)
    return done


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
