"""Fair turns between companies, for effects and for events, and between kinds of effects.

The shares of several companies are worked at side by side. A company whose vendor is slow begins
nothing more once its turn is over; what it has not begun goes back in line, and the others go on.
"""

import contextvars
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, connections

from arbook import wall
from arbook.heartbeat.keeping import Keeper
from arbook.outbox.registry import Kind

# How many companies one claim serves.
COMPANIES = 4
# Seconds after which a company begins nothing more in this turn.
LENGTH = 5.0


# How long a kind may wait before it comes ahead of those of higher rank.
PATIENCE = timedelta(seconds=8)

_had_at: dict[str, datetime] = {}


def in_order(ranked: list[Kind], waiting: dict[str, datetime], now: datetime) -> list[Kind]:
    """Who is asked first: kinds that wait for long, the longest first, then by rank.

    ``waiting`` is since when the oldest row of each kind has been due. It stands in the database,
    so a worker that has just been started knows it as well; a kind that had a turn since waits from
    that turn on.
    """
    since = {name: max(due, _had_at.get(name, due)) for name, due in waiting.items() if due <= now}
    first = [kind for kind in ranked if now - since.get(kind.name, now) > PATIENCE]
    first.sort(key=lambda kind: since[kind.name])
    return first + [kind for kind in ranked if kind not in first]


def had(kind: Kind, now: datetime) -> None:
    """This kind was asked, whether it had anything due or not."""
    _had_at[kind.name] = now


def never() -> bool:
    return False


class Turn:
    """The turn of one company: whether it may begin one more call."""

    def __init__(self, keeper: Keeper, stopping: Callable[[], bool], *, at_least: int = 1):
        """``at_least`` calls begin however long it took to get ready for them."""
        self._keeper = keeper
        self._stopping = stopping
        self._at_least = at_least
        self._began_at = time.monotonic()
        self._begun = 0

    def may_begin(self) -> bool:
        if self._stopping() or not self._keeper.is_safe:
            return False
        if self._begun >= self._at_least and time.monotonic() - self._began_at > LENGTH:
            return False
        self._begun += 1
        return True


def by_company(rows: Iterable) -> list[list]:
    """The rows of each company, in their order."""
    shares = defaultdict(list)
    for row in rows:
        shares[row.company_id].append(row)
    return list(shares.values())


def last_of(served: set[int], *, after: int) -> int:
    """The company served last, when turns begin with the first one after ``after``."""
    return max(served, key=lambda company: (company <= after, company))


def are_side_by_side(shares: list[list]) -> bool:
    # Threads have connections of their own and would not see what a transaction has not committed.
    return len(shares) > 1 and settings.OUTBOX_THREADS > 1 and not connection.in_atomic_block


def serve(shares: list[list], work: Callable[[list], Counter]) -> Counter:
    """Let every company have its turn, side by side where there are several."""
    outcome: Counter = Counter()
    if not are_side_by_side(shares):
        for share in shares:
            outcome += _inside(work, share)
        return outcome
    with ThreadPoolExecutor(len(shares)) as pool:
        running = [
            pool.submit(contextvars.copy_context().run, _apart, work, share) for share in shares
        ]
        wait(running)
    for one in running:
        outcome += one.result()
    return outcome


def _inside(work: Callable[[list], Counter], share: list) -> Counter:
    # Whatever is done in a company's turn sees that company only.
    with wall.around(share[0].company_id):
        return work(share)


def _apart(work: Callable[[list], Counter], share: list) -> Counter:
    try:
        return _inside(work, share)
    finally:
        close_connections()


def close_connections() -> None:
    """A thread leaves no connection behind."""
    for used in connections.all(initialized_only=True):
        used.close()
