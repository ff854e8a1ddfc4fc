"""Real worker processes that a test starts, watches and kills.

A worker is known to PostgreSQL by its application name, so that a test sees where it waits and,
after a SIGKILL, ends the statement the server would otherwise still finish for the dead.
"""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import psycopg
from django.db import connection

from arbook import clock
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from arbook.webhooks.models import WebhookEvent

CHECKOUT = Path(__file__).resolve().parents[1]
_number = count(1)


def wait_for(condition: Callable, what: str, seconds: float = 30.0):
    """The first true answer of the condition; fails with ``what`` when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds:.0f} seconds in vain for: {what}")


class Worker:
    """One ``manage.py work`` on the test's own database."""

    PAUSE = "0.1"

    def __init__(self, environment: dict[str, str]):
        self.name = f"worker-{next(_number)}"
        url = environment["DATABASE_URL"] + f"&application_name={self.name}"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "work", "--pause", self.PAUSE],
            cwd=CHECKOUT,
            env=environment | {"DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is said, nothing is cleaned up."""
        assert self.process.poll() is None, "the worker died by itself"
        self.process.kill()
        self.process.wait()
        self._end_statements()

    def freeze(self) -> None:
        """SIGSTOP: as a machine that stalls, with its connections open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.thaw()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._end_statements()

    def is_blocked(self) -> bool:
        """Whether it waits for a lock that somebody else holds."""
        return bool(self._backends("AND wait_event_type = 'Lock'"))

    def _end_statements(self) -> None:
        with connection.cursor() as cursor:
            for pid in self._backends():
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        wait_for(lambda: not self._backends(), "the dead worker's connections to end")

    def _backends(self, further: str = "") -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                # Inside a company a session says so behind its own name.
                "SELECT pid FROM pg_stat_activity"
                f" WHERE (application_name = %s OR application_name LIKE %s) {further}",
                [self.name, f"{self.name} inside %"],
            )
            return [pid for (pid,) in cursor.fetchall()]


class Workers:
    """Starts workers, and leaves none behind."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment
        self.started: list[Worker] = []

    def start(self) -> Worker:
        worker = Worker(self.environment)
        self.started.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.started:
            worker.stop()

    @contextlib.contextmanager
    def locked(self, table: str, row: int) -> Iterator[None]:
        """Hold a row, so that whoever wants to change it waits."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as other:
            other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR NO KEY UPDATE", [row])
            yield
            other.rollback()

    def take_over(self, *, most_minutes: int = 60) -> None:
        """The leases of the dead run out; a new worker does what is left, and stays.

        The clock moves on while everything open waits for its time.
        """
        expired = clock.system() - timedelta(seconds=1)
        Effect.objects.filter(state="in_flight").update(leased_until=expired)
        WebhookEvent.objects.filter(state="in_flight").update(leased_until=expired)
        self.start()
        self.until_quiet(most_minutes=most_minutes)

    def until_quiet(self, *, most_minutes: int = 60) -> None:
        """Wait until the running worker has nothing left to do."""
        for _ in range(most_minutes):
            wait_for(lambda: not _due(), "the new worker to do what is due")
            if not _open():
                break
            movable.move(timedelta(minutes=1))
        assert not _open(), f"still open: {_open()}"


def _open() -> list:
    return [
        *Effect.objects.filter(state__in=["pending", "in_flight", "unsure"]),
        *WebhookEvent.objects.filter(state__in=["received", "in_flight"]),
    ]


def _due() -> list:
    return [one for one in _open() if one.state == "in_flight" or one.not_before <= clock.now()]
