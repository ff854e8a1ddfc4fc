"""What runs: the command of each process, and how its health is told."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Process:
    """One part. ``beats`` names the heartbeat row that tells whether it still works."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    beats: str | None = None
    silent_after: float = 120
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
        Process("worker", manage("work"), beats="worker", silent_after=300, grace=25),
        Process("heartbeat", manage("qcluster"), beats="schedule"),
    ]
