"""How long vendors take and how their calls end, counted over all processes.

Each process counts in memory and adds its counts to the database every few seconds, in one
statement, from a thread that ends when nothing more comes.
"""

import logging
import os
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the classes of duration, in seconds; one more holds what took longer."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Calls of one kind. ``outcome`` is ``ok``, a kind of failure, or ``bug``; ``within`` counts
    those that took at most each of ``BOUNDS``, and ``count`` all of them."""

    vendor: str
    operation: str
    outcome: str
    count: int
    seconds: float
    within: tuple[int, ...]


class _Tally:
    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.buckets = [0] * (len(BOUNDS) + 1)


_counts: dict[tuple[str, str, str], _Tally] = {}
_lock = threading.Lock()
_flusher: threading.Thread | None = None


class timed:
    """Around one exchange with a vendor."""

    def __init__(self, vendor: str, *, writes: bool):
        self._about = (vendor, "write" if writes else "read")

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, kind, error: BaseException | None, trace) -> None:
        outcome = getattr(error, "failure", "bug") if error else "ok"
        note(*self._about, outcome, time.monotonic() - self._started)


def note(vendor: str, operation: str, outcome: str, seconds: float) -> None:
    """Count one exchange."""
    with _lock:
        tally = _counts.get((vendor, operation, outcome))
        if tally is None:
            tally = _counts[vendor, operation, outcome] = _Tally()
        tally.seconds += seconds
        tally.buckets[bisect_left(BOUNDS, seconds)] += 1
        _start_flusher()


_ADD = """
INSERT INTO gateways_measure AS known (vendor, operation, outcome, seconds, buckets)
VALUES {rows}
ON CONFLICT (vendor, operation, outcome) DO UPDATE SET
    seconds = known.seconds + excluded.seconds,
    buckets = (SELECT array_agg(one + more ORDER BY place)
               FROM unnest(known.buckets, excluded.buckets)
               WITH ORDINALITY AS pair (one, more, place))
"""


def flush() -> None:
    """Add this process's counts to the database."""
    with _lock:
        counts = dict(_counts)
        _counts.clear()
    if not counts:
        return
    rows = sorted(counts.items())  # always in one order, so that two processes cannot block
    values = [value for key, tally in rows for value in (*key, tally.seconds, tally.buckets)]
    places = ", ".join(["(%s, %s, %s, %s, %s::bigint[])"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=places), values)


def snapshot() -> list[Measure]:
    """Everything counted so far, by all processes; up to some seconds old."""
    flush()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vendor, operation, outcome, seconds, buckets FROM gateways_measure"
            " ORDER BY vendor, operation, outcome"
        )
        return [_measure(*row) for row in cursor.fetchall()]


def _measure(vendor, operation, outcome, seconds, buckets) -> Measure:
    within, total = [], 0
    for number in buckets[:-1]:
        total += number
        within.append(total)
    return Measure(vendor, operation, outcome, sum(buckets), seconds, tuple(within))


# -- in the background ----------------------------------------------------------------------------


def _start_flusher() -> None:
    global _flusher
    if _flusher is None and settings.MEASURES_EVERY:
        _flusher = threading.Thread(target=_keep_flushing, daemon=True, name="vendor-measures")
        _flusher.start()


def _keep_flushing() -> None:
    global _flusher
    while True:
        time.sleep(settings.MEASURES_EVERY)
        with _lock:
            if not _counts:
                _flusher = None
                return
        try:
            flush()
        except DatabaseError:
            logger.warning("measures of vendors were lost", exc_info=True)
        finally:
            connection.close()


def _after_fork() -> None:
    global _flusher, _lock
    _lock = threading.Lock()
    _flusher = None
    _counts.clear()


os.register_at_fork(after_in_child=_after_fork)
