"""Signs of life: which processes live, and since when one of them is silent."""

import time
from collections.abc import Iterable
from datetime import timedelta

from arbook import clock
from arbook.heartbeat.models import Beat

SCHEDULE = "schedule"
# What must be alive somewhere for the product to work: the kinds of processes that beat.
KINDS = ("worker", SCHEDULE)
REMEMBERED = timedelta(minutes=10)


def beat(name: str, *, busy: float = 0) -> None:
    """Leave a sign of life, on the machine's own clock; ``busy`` announces seconds of silence."""
    now = clock.system()
    Beat.objects.bulk_create(
        [Beat(name=name, last_at=now, busy_until=now + timedelta(seconds=busy) if busy else None)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["last_at", "busy_until"],
    )


def busy(name: str, seconds: float) -> None:
    """Say that a process still works at what it began; that is no look at anything new."""
    Beat.objects.filter(name=name).update(busy_until=clock.system() + timedelta(seconds=seconds))


class Pulse:
    """The beats of one process: called as often as is handy, written every few seconds."""

    EVERY = 5.0

    def __init__(self, name: str):
        self._name = name
        self._next = 0.0
        self._announced = 0.0

    def __call__(self, busy: float = 0) -> None:
        """``busy`` is how many seconds may pass until the next call."""
        now = time.monotonic()
        # A silence longer than announced is told at once, or a watcher would not wait for it.
        if now < self._next and now + busy <= self._announced:
            return
        beat(self._name, busy=busy)
        self._next, self._announced = now + self.EVERY, now + busy + self.EVERY


def age_of(row: Beat) -> float:
    """Seconds since this sign of life; 0 while within a silence that it announced."""
    last = max(row.last_at, row.busy_until or row.last_at)
    return max((clock.system() - last).total_seconds(), 0.0)


def silence(kind: str, rows: Iterable[Beat] | None = None) -> float | None:
    """Seconds since the liveliest process of a kind gave a sign; None when there is none."""
    rows = Beat.objects.all() if rows is None else rows
    return min((age_of(row) for row in rows if row.kind == kind), default=None)


def looked_ago() -> float | None:
    """Seconds since the heartbeat last looked what is due; None when it never did."""
    row = Beat.objects.filter(name=SCHEDULE).first()
    return (clock.system() - row.last_at).total_seconds() if row else None


def forget(name: str) -> None:
    """A process ends in good order: nobody needs to miss it."""
    Beat.objects.filter(name=name).delete()


def forget_the_dead() -> int:
    """Remove the rows of processes that have been gone for a while; returns how many."""
    long_ago = clock.system() - REMEMBERED
    gone = Beat.objects.filter(name__contains="@", last_at__lt=long_ago).exclude(
        busy_until__gte=long_ago
    )
    return gone.delete()[0]
