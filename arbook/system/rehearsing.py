"""Doing something for real and undoing it, to know what it would change. Nothing stays.

No lock is waited for longer than a moment, none is held while a vendor answers, no notification
leaves and nothing that waits for a commit runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from django.db import OperationalError, connection, transaction

from arbook import wall
from arbook.gateways.rehearsal import NotOnTape, Tape, WouldWrite
from arbook.system.changes import Change, Watch

T = TypeVar("T")

WAITS = timedelta(seconds=1)
"""How long a rehearsal waits for a row that somebody else is changing."""
LASTS = timedelta(seconds=10)
"""The longest statement of a rehearsal."""
MOST_QUESTIONS = 100
"""More than this no act asks its vendors."""

# Serialization failure, deadlock, lock not available, statement cancelled by its timeout.
_BUSY = frozenset({"40001", "40P01", "55P03", "57014"})


class CannotForetell(Exception):
    """It cannot be said what would happen. The message is fit for the screen."""


@dataclass(frozen=True)
class Rehearsed(Generic[T]):
    """What an act returned, and the rows it would have left differently."""

    result: T
    changes: list[Change]
    labels: dict[tuple[str, int], str]


def rehearse(act: Callable[[], T]) -> Rehearsed[T]:
    """Run ``act`` in a transaction that is rolled back; vendors are read, never written to.

    ``act`` runs once more for each question it asks a vendor, so it must lean on nothing but the
    database and their answers. Raises CannotForetell.
    """
    tape = Tape()
    for _ in range(MOST_QUESTIONS):
        try:
            return _once(act, tape)
        except NotOnTape as question:
            ask = question.ask
        except WouldWrite as refusal:
            raise CannotForetell(str(refusal)) from None
        tape.listen(ask)
    raise CannotForetell("It asks the vendors more than can be foretold.")


def _once(act: Callable[[], T], tape: Tape) -> Rehearsed[T]:
    if connection.in_atomic_block:
        raise CannotForetell("It cannot be looked at from inside another change.")
    watch, troubles = Watch(), _Troubles()
    # The session agrees with its place before the transaction: how it reads must be said first.
    connection.ensure_connection()
    wall.settle()
    try:
        with transaction.atomic(durable=True), connection.execute_wrapper(troubles):
            try:
                _set_up()
                watch.begin()
                mark = transaction.savepoint()
                with tape.playing():
                    result = act()
                troubles.judge()
                watch.see()
                transaction.savepoint_rollback(mark)
                return Rehearsed(result, watch.tell(), watch.labels)
            finally:
                transaction.set_rollback(True)
    except OperationalError as trouble:
        if getattr(trouble.__cause__, "sqlstate", "") in _BUSY:
            raise _busy() from None
        raise


def _set_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(f"SET LOCAL lock_timeout = {int(WAITS.total_seconds() * 1000)}")
        cursor.execute(f"SET LOCAL statement_timeout = {int(LASTS.total_seconds() * 1000)}")


def _busy() -> CannotForetell:
    return CannotForetell(
        "Somebody is changing the same rows at this moment. Look again in a few seconds."
    )


class _Troubles:
    """Notes a lock that was not had, even where the act itself takes it for a common failure."""

    def __init__(self) -> None:
        self._met = False

    def __call__(self, execute, sql, params, many, context):
        try:
            return execute(sql, params, many, context)
        except OperationalError as trouble:
            self._met = self._met or getattr(trouble.__cause__, "sqlstate", "") in _BUSY
            raise

    def judge(self) -> None:
        if self._met:
            raise _busy()
