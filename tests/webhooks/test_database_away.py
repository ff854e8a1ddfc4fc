"""PostgreSQL stops for ten seconds under load: vendors hear of it, and nothing answered is lost."""

import base64
import contextlib
import hmac
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from arbook.embedded import folders
from tests.workers import CHECKOUT, wait_for

AWAY_SECONDS = 10


@pytest.fixture
def house():
    """A web server with a PostgreSQL of its own, which can be stopped and started."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["ARBOOK_DATA"]))
    folder.chmod(0o755)
    house = House(folder)
    try:
        house.start()
        yield house
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)


class House:
    def __init__(self, folder: Path):
        self.place = folders.prepare(folder / "data")
        self.log = open(folder / "web.log", "w+")  # noqa: SIM115
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = os.environ | {
            "ARBOOK_DATA": str(folder / "data"),
            "ARBOOK_POSTGRES_DURABLE": "yes",
        }
        self.environment.pop("DATABASE_URL", None)

    def start(self) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=CHECKOUT, env=self.environment, check=True,
        )  # fmt: skip
        command = [sys.executable, "-m", "gunicorn", "arbook.wsgi", "--workers", "2", "--threads",
                   "4", "--worker-class", "gthread", "--bind", f"127.0.0.1:{self.port}",
                   "--log-level", "warning", "--no-control-socket"]  # fmt: skip
        self.web = subprocess.Popen(
            command, cwd=CHECKOUT, env=self.environment, stdout=self.log, stderr=self.log
        )
        wait_for(self._answers, "the web server")

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, IndexError, ValueError):
            os.kill(self._keeper(), signal.SIGCONT)
        if hasattr(self, "web"):
            self.web.terminate()
            self.web.wait(30)
        self.log.close()

    def take_database_away(self) -> None:
        """End the server, and keep the one who would start it again from noticing."""
        os.kill(self._keeper(), signal.SIGSTOP)
        os.kill(self._server(), signal.SIGQUIT)
        wait_for(lambda: not self._connects(), "the database to be gone")

    def bring_database_back(self) -> None:
        os.kill(self._keeper(), signal.SIGCONT)
        wait_for(self._connects, "the database to be back")

    def stored(self) -> Counter:
        with self._connect() as connection:
            rows = connection.execute("SELECT external_id FROM webhooks_webhookevent")
            return Counter(row[0] for row in rows)

    def words(self) -> str:
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def _server(self) -> int:
        return int((self.place.cluster / "postmaster.pid").read_text().split("\n", 1)[0])

    def _keeper(self) -> int:
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if b"arbook.embedded.keeper" in (entry / "cmdline").read_bytes():
                    data = f"ARBOOK_DATA={self.place.data}".encode()
                    if data in (entry / "environ").read_bytes().split(b"\0"):
                        return int(entry.name)
        raise ProcessLookupError("no keeper")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.place.socket), user="arbook", dbname="arbook", connect_timeout=2
        )

    def _connects(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            self._connect().close()
            return True
        return False


class Vendor(threading.Thread):
    """Sends its events one after the other, each again and again until it hears 200."""

    def __init__(self, port: int, number: int, over: threading.Event):
        super().__init__(daemon=True)
        self.port, self.number, self.over = port, number, over
        self.heard: Counter = Counter()
        self.taken: list[tuple[str, float]] = []

    def run(self) -> None:
        turn = 0
        while not self.over.is_set():
            turn += 1
            name = f"e-{self.number}-{turn}"
            while (status := self._send(name)) != 200:
                self.heard[status] += 1
                time.sleep(0.2)
            self.heard[200] += 1
            self.taken.append((name, time.monotonic()))
            time.sleep(0.005)

    def _send(self, name: str) -> int | str:
        event = {"id": name, "type": "qbo.invoice.updated.v1", "intuitentityid": "1",
                 "intuitaccountid": "310687"}  # fmt: skip
        body = json.dumps([event]).encode()
        digest = hmac.digest(settings.QUICKBOOKS_WEBHOOK_TOKEN.encode(), body, "sha256")
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            signed = {"intuit-signature": base64.b64encode(digest).decode()}
            line.request("POST", "/webhooks/quickbooks/", body, signed)
            return line.getresponse().status
        except OSError as trouble:
            return type(trouble).__name__
        finally:
            line.close()


def test_ten_seconds_without_a_database_lose_nothing_that_was_answered(house):
    over = threading.Event()
    vendors = [Vendor(house.port, number, over) for number in range(4)]
    for vendor in vendors:
        vendor.start()
    wait_for(lambda: all(len(one.taken) > 20 for one in vendors), "events before it stops")

    house.take_database_away()
    gone = time.monotonic()
    time.sleep(AWAY_SECONDS)
    back = time.monotonic()
    house.bring_database_back()
    counts = [len(one.taken) for one in vendors]
    wait_for(
        lambda: all(len(v.taken) > c + 20 for v, c in zip(vendors, counts, strict=True)),
        "events after it came back",
    )
    over.set()
    for vendor in vendors:
        vendor.join(30)

    answered = {name for vendor in vendors for name, _ in vendor.taken}
    between = [at for one in vendors for _, at in one.taken if gone + 0.1 < at < back]
    heard = sum((vendor.heard for vendor in vendors), Counter())
    assert between == [], "nobody is told 200 while nothing can be stored"
    assert set(heard) == {200, 503}, heard
    assert heard[503] >= 20
    stored = house.stored()
    assert set(stored) == answered
    assert set(stored.values()) == {1}
    assert "Traceback" not in house.words()
