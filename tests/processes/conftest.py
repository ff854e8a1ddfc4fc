"""A supervisor as a process of its own, over tiny shell commands, and a look at what is left."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


class Terminal:
    """A started command, its output in a file, and every process that carries our mark."""

    def __init__(self, folder: Path, mark: str) -> None:
        self.output = folder / "output"
        self.mark = mark
        self.started: list[subprocess.Popen] = []

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        marked = os.environ | environment | {"ARBOOK_TEST_MARK": self.mark}
        with open(self.output, "ab") as output:
            running = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=marked,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.started.append(running)
        return running

    def supervise(self, *lines: str) -> subprocess.Popen:
        """Put shell lines under the supervisor and wait until they run."""
        running = self.start(sys.executable, "-m", "tests.processes.dummy", *lines)
        self.wait_for("started")
        return running

    @property
    def text(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str, *, times: int = 1) -> None:
        wait_until(lambda: self.text.count(words) >= times, lambda: f"{words!r} in:\n{self.text}")

    def alive(self) -> list[int]:
        """Every process with our mark in its environment, the dead and unburied left out."""
        wanted = f"ARBOOK_TEST_MARK={self.mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def wait_until_empty(self) -> None:
        wait_until(lambda: not self.alive(), lambda: f"left: {self.alive()}\n{self.text}")


def wait_until(done, said, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)


@pytest.fixture
def terminal(tmp_path):
    terminal = Terminal(tmp_path, tmp_path.name + str(os.getpid()))
    yield terminal
    for pid in terminal.alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for running in terminal.started:
        running.wait()
