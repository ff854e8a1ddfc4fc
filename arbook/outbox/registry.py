"""Which function does which kind of effect; found at start in every app's ``effects`` module."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from arbook.outbox.models import Effect


class Later(Exception):
    """The last look says: not now. The effect waits until ``at`` and costs no attempt."""

    def __init__(self, at: datetime, reason: str):
        super().__init__(reason)
        self.at = at


class StillUnknown(Exception):
    """The vendor cannot say yet whether an unsure effect happened."""


@dataclass(frozen=True)
class Foretold:
    """What doing an effect now would do, said beforehand; ``result`` is what of it is known."""

    sentences: list[str]
    happens: bool = True
    # How the effect would end, when nothing happens outside.
    state: str = Effect.State.DONE
    result: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """How one kind of effect is done.

    ``perform(effect, prepared)`` makes the one vendor call and returns a JSON result. It runs
    outside any transaction, perhaps in a thread.
    ``prepare(company, effects, now)`` looks once for a whole chunk of one company and returns what
    ``perform`` gets as ``prepared``, by effect key. An effect it maps to ``Later`` waits.
    ``then(effect, result, now)`` writes the outcome, in one transaction with ``done``.
    ``resolve(effect, now)`` asks the vendor what became of an effect in doubt: a result when it
    happened, None when it surely did not, ``StillUnknown`` otherwise. Without it the vendor knows
    our key, and the call is simply made again.
    ``failed(effect, error, now)`` writes that the effect is dead, in one transaction with that.
    ``chunk`` is how many of one company are done in one turn. ``lease_seconds`` is how long a chunk
    may take at the very most; a worker that lives holds on to it that long.
    ``rank`` orders the kinds: money (10) before answers, answers before reminders (90).
    ``is_long`` takes minutes (reading all books), so a worker does it beside everything else.
    ``preview(effect, now)`` takes the last look and says what would happen. It runs in a rehearsal
    (``arbook/gateways/rehearsal.py``): whatever it writes is undone, and a vendor is only asked.
    """

    name: str
    perform: Callable[[Effect, Any], dict | None]
    then: Callable[[Effect, dict, datetime], None] | None = None
    prepare: Callable[..., dict[str, Any]] | None = None
    resolve: Callable[[Effect, datetime], dict | None] | None = None
    failed: Callable[[Effect, Exception, datetime], None] | None = None
    preview: Callable[[Effect, datetime], Foretold] | None = None
    chunk: int = 20
    lease_seconds: int = 120
    max_attempts: int = 12
    rank: int = 50
    is_long: bool = False


KINDS: dict[str, Kind] = {}


def effect(name: str, **how):
    """Register the decorated function as the performer of effects of this kind."""

    def register(perform):
        if name in KINDS:
            raise RuntimeError(f"Two functions do {name}.")
        KINDS[name] = Kind(name=name, perform=perform, **how)
        return perform

    return register
