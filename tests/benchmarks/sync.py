"""How fast the books are read into the mirror, against a bare COPY of the same rows.

Needs an empty migrated database. The simulated QuickBooks runs as a process of its own, as in the
demo, on the ports the settings name.
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

import requests
from django.conf import settings
from django.db import connection, transaction

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import connections, quickbooks
from invoices import sync
from invoices.models import Invoice

CONTROL = f"{settings.SANDBOX_URL}/_control"


def run(sizes: tuple[int, ...] = (1_000, 100_000)) -> list[str]:
    """Lines with rows per second of reading, of a bare COPY, and their ratio."""
    lines = []
    with _vendor():
        for number, size in enumerate(sizes):
            lines += _measure(size, realm=f"91303500000{number:05}")
    return lines


def _measure(size: int, *, realm: str) -> list[str]:
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
    whole = time.perf_counter() - began
    calls = sum(sum(one.values()) for one in _control("GET", "/calls").values())
    rows = sum(sum(counts.values()) for counts in report.counts.values())
    again = sync.full(company, now=clock.now()).seconds
    copied = _bare_copy()
    speed, bare = size / report.seconds, size / copied
    return [
        f"sync {size:>7,} invoices: {speed:>9,.0f} rows/s, bare COPY {bare:>9,.0f} rows/s,"
        f" ratio {speed / bare:.2f} (at least 0.25)",
        f"     {calls} calls for {rows:,} rows (at most {rows / 1000 + 10:.0f});"
        f" with the plan {size / whole:,.0f} rows/s; unchanged again {size / again:,.0f} rows/s",
    ]


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
