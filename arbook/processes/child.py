"""One running process: started in a group of its own, its output prefixed, its end followed up."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

from arbook.embedded.kernel import die_with_parent
from arbook.processes import warden
from arbook.processes.plan import CHECKOUT, Process

LONGEST_PAUSE = 30
STEADY = 60  # seconds of life after which earlier deaths are forgotten
ORDERLY = 5  # seconds of life after which an end with exit code 0 is an order, not a failure


class Child:
    """A process of the plan and what became of it so far."""

    def __init__(self, process: Process, say: Callable[[str, str], None], note: Callable) -> None:
        self.process = process
        self.name = process.name
        self._say = say
        self._note = note
        self._running: subprocess.Popen | None = None
        self._deaths = 0
        self.started_at = 0.0
        # Whether it had no heartbeat at all at the last look.
        self.is_missing = False
        self._next_start = 0.0

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def beats(self) -> str | None:
        """The name of the heartbeat row of what runs now."""
        beats = self.process.beats
        return beats(self._running.pid) if callable(beats) and self._running else beats

    @property
    def age(self) -> float:
        """Seconds since it was last started."""
        return time.monotonic() - self.started_at

    def start(self) -> None:
        """Start it. Call from the main thread: the kernel's death note is bound to the thread."""
        self._running = subprocess.Popen(
            self.process.command,
            cwd=CHECKOUT,
            env=os.environ | self.process.environment | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
        self._note("+", self._running.pid)
        self.started_at = time.monotonic()
        self.is_missing = False
        threading.Thread(target=self._read, args=(self._running,), daemon=True).start()

    @property
    def has_died(self) -> bool:
        """It ended and nobody has taken note yet."""
        return self._running is not None and self._running.poll() is not None

    @property
    def is_due(self) -> bool:
        """It is down, and its pause is over."""
        return self._running is None and time.monotonic() >= self._next_start

    @property
    def ending(self) -> str:
        """How it ended, for the terminal."""
        code = self._running.returncode
        return f"ended (signal {-code})" if code < 0 else f"ended (exit code {code})"

    def clear_away(self, reason: str) -> None:
        """Kill what is left of the group, say so, and plan the next start."""
        if self._running is not None and self._running.poll() == 0 and self.age > ORDERLY:
            # Somebody asked it to end, a deploy for instance: its successor is waited for.
            self._deaths, pause = 0, 0.0
        else:
            self._deaths = 1 if self.age > STEADY else self._deaths + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (self._deaths - 1))
        self.kill()
        when = f"in {pause:.0f} s" if pause else "at once"
        self._say("arbook", f"{self.name} {reason}; starting it again {when}")
        self._next_start = time.monotonic() + pause

    def ask_to_end(self) -> None:
        """Ask the main process alone: it knows how to end its own children."""
        if self.is_running:
            warden.tell(self._running.pid, signal.SIGTERM, leader_only=True)

    def kill(self) -> None:
        """End the whole group by force, orphans included."""
        if self._running is None:
            return
        group = self._running.pid
        warden.tell(group, signal.SIGKILL)
        self._running.wait()
        deadline = time.monotonic() + 5
        while warden.is_alive(group) and time.monotonic() < deadline:
            time.sleep(0.01)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-group, os.WNOHANG)[0]:
                pass  # orphans of the group, which became ours to bury
        self._note("-", group)
        self._running = None

    def wait(self, until: float) -> int | None:
        """Wait for its end, at most until that monotonic time; None when it still runs."""
        if self._running is None:
            return None
        try:
            return self._running.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None

    def _read(self, running: subprocess.Popen) -> None:
        for line in running.stdout:
            self._say(self.name, line.rstrip("\n"))
