"""Webhook receipt, against a bare view that checks the signature and writes one row.

Both run under the same gunicorn with the same workers, in turns, and answer the same load: bodies
made beforehand, sent by a few connections that wait for each answer.
"""

import base64
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.benchmarks.measure import Ratio

CONNECTIONS = 8
REALM = "310687"
TURNS = 31
"""Each of both in turn: a moment in which the machine does something else weighs little."""


def run(sizes: tuple[int, ...] = (1_000, 100_000)) -> list[Ratio]:
    """Rate and 99th percentile, with few and with many rows stored already."""
    from django.conf import settings
    from django.db import connection

    from tests import factories

    company = factories.company()
    factories.connection(company, external_id=REALM)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_row (id bigserial PRIMARY KEY, external_id text UNIQUE,"
            " content text, received_at timestamptz)"
        )
    ratios, typical = [], {}
    with _server("arbook.wsgi") as ours, _server("tests.benchmarks.bare") as bare:
        for size in sizes:
            _fill(company, size)
            rates, tails, bare_rates, bare_tails = [], [], [], []
            for turn in range(TURNS):
                for port, path, rate, tail in (
                    (ours, "/webhooks/quickbooks/", rates, tails),
                    (bare, "/bare/", bare_rates, bare_tails),
                ):
                    requests = _requests(path, 1_000, f"{size}-{turn}", settings)
                    told = _load(port, requests)
                    rate.append(told[0])
                    tail.append(told[1])
            share = median(a / b for a, b in zip(rates, bare_rates, strict=True))
            late = median(a / b for a, b in zip(tails, bare_tails, strict=True))
            typical[size] = median(rates)
            how = f"{median(rates):.0f}/s against {median(bare_rates):.0f}/s"
            ratios.append(Ratio(f"webhook rate, {size:,} rows stored", share, 0.85, True, how))
            how = f"{median(tails) * 1000:.1f} ms against {median(bare_tails) * 1000:.1f} ms"
            ratios.append(
                Ratio(f"webhook 99th percentile, {size:,} rows stored", late, 1.5, False, how)
            )
    few, many = sizes[0], sizes[-1]
    growth = typical[few] / typical[many]
    ratios.append(Ratio(f"webhook, time of a receipt with {many:,} stored to {few:,}", growth))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_row")
    return ratios


class _server:
    """gunicorn with one application on a free port."""

    def __init__(self, application: str):
        self.application = application

    def __enter__(self) -> int:
        from tests.benchmarks.children import environment

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        own = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.bare_settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", self.application, "--bind",
             f"127.0.0.1:{self.port}", "--worker-class", "gthread", "--workers", "2",
             "--threads", "8", "--log-level", "error", "--no-control-socket"],
            env=environment() | (own if "bare" in self.application else {}),
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                _load(self.port, [b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"] * 40)
                return self.port
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.application} did not start")

    def __exit__(self, *error) -> None:
        self.process.terminate()
        self.process.wait(20)


def _fill(company, size: int) -> None:
    """Rows stored before the measurement, in both tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE webhooks_webhookevent, bare_row CASCADE")
        cursor.execute(
            "INSERT INTO webhooks_webhookevent (company_id, vendor, external_id, kind, content,"
            " headers, received_at, state, not_before, attempts, error)"
            " SELECT %s, 'quickbooks', 'old-' || n, 'invoice.updated', '{}', '{}', now(),"
            " 'done', now(), 1, '' FROM generate_series(1, %s) AS n",
            [company.pk, size],
        )
        cursor.execute(
            "INSERT INTO bare_row (external_id, content, received_at)"
            " SELECT 'old-' || n, '{}', now() FROM generate_series(1, %s) AS n",
            [size],
        )
        cursor.execute("ANALYZE webhooks_webhookevent, bare_row")


def _requests(path: str, count: int, word: str, settings) -> list[bytes]:
    made = []
    for number in range(count):
        body = json.dumps(
            [
                {
                    "specversion": "1.0",
                    "id": f"{word}-{number}",
                    "source": "intuit.c2FtcGxl",
                    "type": "qbo.invoice.updated.v1",
                    "datacontenttype": "application/json",
                    "time": "2026-11-20T15:01:02.179851517Z",
                    "intuitentityid": str(number),
                    "intuitaccountid": REALM,
                    "data": {},
                }
            ]
        ).encode()
        key = settings.QUICKBOOKS_WEBHOOK_TOKEN.encode()
        signature = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
        made.append(
            (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nintuit-signature: {signature}\r\n"
                f"Content-Type: application/cloudevents+json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            + body
        )
    return made


def _load(port: int, requests: list[bytes]) -> tuple[float, float]:
    """Answers a second, and the 99th percentile of the answer time in seconds."""
    waits: list[float] = []
    bad: list[bytes] = []

    def one(share: list[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", port), 30) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in share:
                start = time.perf_counter()
                line.sendall(request)
                answer = _answer(line)
                waits.append(time.perf_counter() - start)
                if b" 200 " not in answer[:20] and b"GET /nowhere" not in request:
                    bad.append(answer[:200])

    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(one, [requests[number::CONNECTIONS] for number in range(CONNECTIONS)]))
    spent = time.perf_counter() - start
    if bad:
        raise RuntimeError(f"{len(bad)} requests were refused: {bad[0]!r}")
    return len(requests) / spent, sorted(waits)[int(len(waits) * 0.99)]


def _answer(line: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        part = line.recv(65536)
        if not part:
            raise OSError("the server closed the connection")
        got += part
    head, _, rest = got.partition(b"\r\n\r\n")
    length = 0
    for header in head.split(b"\r\n")[1:]:
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(rest) < length:
        rest += line.recv(65536)
    return head
