"""What all benchmarks share: a ratio with its limit, and a database of their own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Ratio:
    """One promise as a number: ``value`` must be at least or at most ``limit``.

    Without a limit it is information: nothing was promised, ``how`` says why it is worth reading.
    """

    name: str
    value: float
    limit: float | None = None
    at_least: bool = False
    how: str = ""

    @property
    def holds(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        how = f"  ({self.how})" if self.how else ""
        if self.limit is None:
            return f"info   {self.name}: {self.value:.3g}{how}"
        word = "at least" if self.at_least else "at most"
        verdict = "ok    " if self.holds else "BREACH"
        return f"{verdict} {self.name}: {self.value:.3g}, {word} {self.limit:g}{how}"


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def typical(act: Callable[[], object], *, times: int = 5) -> float:
    """The median of several calls after one that warms up."""
    act()
    return median(seconds(act) for _ in range(times))


@contextmanager
def database() -> Iterator[None]:
    """An empty migrated database, dropped at the end."""
    from django.db import connection

    from tests import record

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    record.let_tables_be_emptied()
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
