"""A real django-q2 cluster on the test's own database, and beats sent through its broker."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.workers import CHECKOUT

SEND = "from django_q.tasks import async_task; async_task('arbook.schedule.beat')"


class Cluster:
    """``manage.py qcluster`` in a process group of its own."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "qcluster"],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def send_beat(self) -> None:
        """Put a beat into the queue; some process of the cluster will take it."""
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", SEND],
            cwd=CHECKOUT,
            env=self.environment,
            check=True,
            timeout=60,
        )

    def members(self) -> list[int]:
        """Every process of the group: main, sentinel, pusher, monitor, workers."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
                if int(group) == self.process.pid and state not in "ZX":
                    found.append(int(stat.parent.name))
        return sorted(found)

    def stop(self) -> None:
        """Ask the main process alone, which lets its workers finish; then end what is left."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
