"""The day's clock: real time between jumps of some minutes, and a journal of every jump.

The journal turns an instant of the movable clock back into the machine's own, so that a judge can
say how many real seconds lay between two things.
"""

import bisect
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from arbook.sandbox import clock
from tests.chaos.cast import DAY, PLACES

ZONE = ZoneInfo("America/New_York")
OPENS = datetime(DAY.year, DAY.month, DAY.day, 8, 0, tzinfo=ZONE)
CLOSES = OPENS + timedelta(hours=15)
"""23:00 in New York, when the last decent hour on the other coast is over as well."""


class Journal:
    """Which offset held since which real second."""

    def __init__(self) -> None:
        self._since: list[float] = []
        self._offset: list[float] = []

    def note(self) -> None:
        self._since.append(time.time())
        self._offset.append(clock.offset())

    def machine(self, instant: datetime) -> float:
        """The real second (since the epoch) at which the movable clock showed this instant."""
        stamp = instant.timestamp()
        for at in range(len(self._since) - 1, -1, -1):
            begun = self._since[at]
            ended = self._since[at + 1] if at + 1 < len(self._since) else float("inf")
            real = stamp - self._offset[at]
            if real >= begun - 0.5:
                return min(real, ended)
        return stamp - self._offset[0]

    def shown(self, real: float) -> datetime:
        """What the movable clock showed at a real second."""
        at = max(0, bisect.bisect_right(self._since, real) - 1)
        return datetime.fromtimestamp(real + self._offset[at], UTC)


class Day:
    """Moves the one clock that product and vendors share."""

    def __init__(self, journal: Journal, *, is_calm: Callable[[], bool]):
        """``is_calm`` tells whether no text is on the wire: only then a closing hour is crossed."""
        self.journal = journal
        self._is_calm = is_calm
        self._borders = sorted(_borders())

    def begin(self, at: datetime = OPENS) -> None:
        clock.move_to(at)
        self.journal.note()

    def forward(self, delta: timedelta) -> None:
        """Jump ahead. Over a closing hour only while nothing that was judged before it leaves."""
        now = clock.now()
        crossed = [border for border in self._borders if now < border <= now + delta]
        if crossed:
            self._wait_until_calm()
        clock.move(delta)
        self.journal.note()

    def _wait_until_calm(self, most: float = 65) -> None:
        end = time.monotonic() + most
        while time.monotonic() < end and not self._is_calm():
            time.sleep(0.2)


def _borders() -> set[datetime]:
    """The closing hours of all places on the day and the day after."""
    found = set()
    for days in (0, 1):
        day = DAY + timedelta(days=days)
        for place in PLACES:
            for hour in (place.closes, 20.0):
                midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(place.zone))
                found.add(midnight + timedelta(hours=hour))
    return found
