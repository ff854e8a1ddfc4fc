"""Which function does which kind of effect; found at start in every app's ``effects`` module."""

from collections.abc import Callable
from dataclasses import dataclass
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
    """

    name: str
    perform: Callable[[Effect, Any], dict | None]
    then: Callable[[Effect, dict, datetime], None] | None = None
    prepare: Callable[..., dict[str, Any]] | None = None
    resolve: Callable[[Effect, datetime], dict | None] | None = None
    failed: Callable[[Effect, Exception, datetime], None] | None = None
    chunk: int = 20
    lease_seconds: int = 120
    max_attempts: int = 12


KINDS: dict[str, Kind] = {}


def effect(name: str, **how):
    """Register the decorated function as the performer of effects of this kind."""

    def register(perform):
        if name in KINDS:
            raise RuntimeError(f"Two functions do {name}.")
        KINDS[name] = Kind(name=name, perform=perform, **how)
        return perform

    return register
