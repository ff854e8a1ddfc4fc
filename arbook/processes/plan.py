"""What runs: the command of each process, and how its health is told."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from arbook.processes import names

CHECKOUT = Path(__file__).resolve().parents[2]


MOST_WORKERS = 100


class WorkersRefused(Exception):
    """``WORKERS`` is no number of workers. The message is a sentence for the terminal."""


@dataclass(frozen=True)
class Process:
    """One part. ``beats`` names the heartbeat row that tells whether it still works.

    It is a name, or a function that makes one of the process's number.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    beats: str | Callable[[int], str] | None = None
    silent_after: float = 100
    """Seconds without that beat after which it counts as stalled."""
    grace: float = 15
    """Seconds between asking it to end and ending it by force."""


def manage(*arguments: str) -> tuple[str, ...]:
    """A management command of this checkout under this Python."""
    return (sys.executable, str(CHECKOUT / "manage.py"), *arguments)


def sandbox(ports: Mapping[str, int], data: Path) -> Process:
    """The simulated vendors."""
    command = [sys.executable, "-m", "arbook.sandbox"]
    command += ["--port", str(ports["SANDBOX_PORT"]), "--state", str(data / "sandbox")]
    command += ["--smtp-port", str(ports["SANDBOX_SMTP_PORT"])]
    return Process("sandbox", tuple(command))


def product(ports: Mapping[str, int]) -> list[Process]:
    """The web server, the worker that drains both logs, and the heartbeat."""
    address = os.environ.get("BIND", "127.0.0.1")
    web = [sys.executable, "-m", "gunicorn", "arbook.wsgi", "--bind", f"{address}:{ports['PORT']}"]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "8"]
    web += ["--log-level", "warning", "--graceful-timeout", "10", "--no-control-socket"]
    return [
        Process("web", tuple(web)),
        *workers(),
        # django-q2 looks every half minute what is due: up to 90 seconds pass between two beats.
        Process("heartbeat", manage("qcluster"), beats="schedule", silent_after=100, grace=25),
    ]


def workers() -> list[Process]:
    """As many workers as ``WORKERS`` says. Each beats every few seconds, also at long work."""
    count = _count_of_workers(os.environ.get("WORKERS") or "1")
    return [
        Process(
            "worker" if count == 1 else f"worker-{number}",
            manage("work"),
            beats=names.worker,
            silent_after=40,
            grace=25,
        )
        for number in range(1, count + 1)
    ]


def _count_of_workers(written: str) -> int:
    try:
        count = int(written)
    except ValueError:
        count = -1
    if not 0 <= count <= MOST_WORKERS:
        raise WorkersRefused(
            f"WORKERS={written} is not a number of workers: give one from 0 to {MOST_WORKERS}."
        )
    return count
