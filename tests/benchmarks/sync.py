"""How fast the books are read into the mirror, against a bare COPY of the same rows.

The simulated QuickBooks runs as a process of its own, as in the demo, on the ports the settings
name. The bare COPY brings the very rows that were read into the very table, its indexes and foreign
keys included, and ends with its commit. The pace that Intuit asks for is lifted for the stand-in;
what it alone would cost is said apart.
"""

import contextlib
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import requests
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import connections, pace, quickbooks
from invoices import sync
from invoices.models import Invoice
from tests.benchmarks.measure import Ratio

CONTROL = f"{settings.SANDBOX_URL}/_control"
TURNS = 3
# Requests a second and a minute that no stand-in is kept from.
FAST = (1_000, 60_000)
INTUITS = 10
LEAST = 0.25


def run(sizes: tuple[int, ...] = (1_000, 100_000)) -> list[Ratio]:
    """Reading and bare COPY in turns, for each number of invoices; the promise is of the last."""
    ratios, per_row = [], {}
    usual = settings.QUICKBOOKS_PER_SECOND, settings.QUICKBOOKS_PER_MINUTE
    settings.QUICKBOOKS_PER_SECOND, settings.QUICKBOOKS_PER_MINUTE = FAST
    try:
        return _run(sizes, ratios, per_row)
    finally:
        settings.QUICKBOOKS_PER_SECOND, settings.QUICKBOOKS_PER_MINUTE = usual


def _run(sizes: tuple[int, ...], ratios: list[Ratio], per_row: dict[int, float]) -> list[Ratio]:
    with _vendor():
        for size in sizes:
            turns = [_measure(size, realm=f"9130350000{turn:06}") for turn in range(TURNS)]
            per_row[size] = median(one.reading for one in turns) / size
            ratios += _judged(size, turns, is_promised=size == sizes[-1])
    few, many = sizes[0], sizes[-1]
    how = f"{per_row[few] * 1e6:.0f} µs a row, then {per_row[many] * 1e6:.0f}"
    ratios.append(
        Ratio(f"sync, time a row at {many:,} to {few:,}", per_row[many] / per_row[few], how=how)
    )
    return ratios


@dataclass(frozen=True)
class Turn:
    """One first reading and what it is held against; times in seconds."""

    reading: float  # the whole wire, all entities, written and committed
    with_plan: float  # the same until each invoice has its next touch
    again: float  # the same books read in full once more
    bare: float
    calls: int
    rows: int


def _judged(size: int, turns: list[Turn], *, is_promised: bool) -> list[Ratio]:
    name = f"sync of {size:,} invoices"
    bare = median(size / one.bare for one in turns)
    speed = median(size / one.reading for one in turns)
    how = f"{speed:,.0f} rows/s against {bare:,.0f}, median of {len(turns)} turns"
    if not is_promised:
        how += "; fixed costs of a reading weigh most here, nothing is promised"
    calls, rows = turns[-1].calls, turns[-1].rows
    return [
        Ratio(
            f"{name}, speed to a bare COPY",
            median(one.bare / one.reading for one in turns),
            LEAST if is_promised else None,
            True,
            how,
        ),
        Ratio(f"{name}, calls", calls, rows / 1000 + 10, False, f"{rows:,} rows of all kinds"),
        Ratio(f"{name}, seconds that Intuit's pace alone costs", _paced(calls), how=_pace_said()),
        Ratio(
            f"{name}, planned as well, to a bare COPY",
            median(one.bare / one.with_plan for one in turns),
            how=f"{median(size / one.with_plan for one in turns):,.0f} rows/s",
        ),
        Ratio(
            f"{name}, unchanged and read again, to a bare COPY",
            median(one.bare / one.again for one in turns),
            how=f"{median(size / one.again for one in turns):,.0f} rows/s",
        ),
    ]


def _paced(calls: int) -> float:
    """Seconds until the last of so many bulk reads may leave at ten requests a second."""
    with override_settings(QUICKBOOKS_PER_SECOND=INTUITS):
        return (calls - 1) // pace.at_once(bulk=True) * pace.WINDOW


def _pace_said() -> str:
    with override_settings(QUICKBOOKS_PER_SECOND=INTUITS):
        return f"{pace.at_once(bulk=True)} requests in {pace.WINDOW} s; lifted in this benchmark"


def _measure(size: int, *, realm: str) -> Turn:
    _control("POST", "/reset")
    _control("POST", "/quickbooks/app", client_id="sandbox", client_secret="sandbox-secret")
    token = f"RT-{realm}"
    _control("POST", "/quickbooks/realms", realm=realm, name="Bench", refresh_token=token)
    _control("POST", f"/quickbooks/realms/{realm}/bulk", invoices=size)
    time.sleep(1.2)  # change data capture counts whole seconds
    _empty()
    connections.forget()
    company = Company.objects.create(slug=f"bench-{size}", name="Bench")
    quickbooks.adopt(company, realm, token, clock.now())
    _control("DELETE", "/calls")

    began = time.perf_counter()
    report = sync.full(company, now=clock.now())
    with_plan = time.perf_counter() - began
    calls = sum(sum(one.values()) for one in _control("GET", "/calls").values())
    rows = sum(sum(counts.values()) for counts in report.counts.values())
    again = sync.full(company, now=clock.now()).seconds
    return Turn(report.seconds, with_plan, again, _bare_copy(), calls, rows)


def _bare_copy() -> float:
    """Seconds that COPY alone needs to bring the same rows into the same, emptied table."""
    held = io.BytesIO()
    table = Invoice._meta.db_table
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} TO STDOUT") as copy:
            for piece in copy:
                held.write(piece)
        cursor.execute(f"TRUNCATE {table} CASCADE")
        began = time.perf_counter()
        with transaction.atomic(), cursor.copy(f"COPY {table} FROM STDIN") as copy:
            copy.write(held.getvalue())
        return time.perf_counter() - began


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE companies_company CASCADE")


def _control(method: str, path: str, **sent):
    answer = requests.request(method, CONTROL + path, json=sent, timeout=120)
    answer.raise_for_status()
    return answer.json()


@contextlib.contextmanager
def _vendor() -> Iterator[None]:
    """The simulated vendor on its port: the one that runs, else one of our own."""
    if _listens():
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        ports = [
            "--port",
            str(settings.SANDBOX_PORT),
            "--smtp-port",
            str(settings.SANDBOX_SMTP_PORT),
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "arbook.sandbox", *ports, "--state", folder],
            env=os.environ,
            stdout=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 20
            while not _listens():
                if time.monotonic() > deadline:
                    raise TimeoutError("The simulated vendor did not start.")
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _listens() -> bool:
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", settings.SANDBOX_PORT), timeout=1),
    ):
        return True
    return False
