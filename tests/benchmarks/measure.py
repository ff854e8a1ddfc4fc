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


@dataclass(frozen=True)
class Page:
    """A page to a signed-in browser against the bare SQL behind it; medians in seconds."""

    page: float
    bare: float
    statements: int

    @property
    def times(self) -> float:
        return self.page / self.bare

    @property
    def words(self) -> str:
        times = f"{self.page * 1000:.0f} ms against {self.bare * 1000:.1f} ms"
        return f"{times}, {self.statements} statements"

    @property
    def of_few(self) -> str:
        return f"{self.words}; the frame of a page weighs most here, nothing is promised"


def page(person, address: str, bare: list[str], values: dict, *, turns: int) -> Page:
    """Ask for the page and read its SQL in turns, after one of each that warms up."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    client = Client(headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".")})
    client.force_login(person)

    def ask():
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")

    def read():
        for sql in bare:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                cursor.fetchall()

    ask()
    read()
    statements = []

    def counted(execute, sql, *rest):
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(counted):
        ask()
    pairs = [(seconds(ask), seconds(read)) for _ in range(turns)]
    asked, bare_time = (median(times) for times in zip(*pairs, strict=True))
    return Page(asked, bare_time, len(statements))


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
