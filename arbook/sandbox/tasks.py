"""What a vendor does later by itself: settle a bank debit, deliver a text, expire a session.

A task is a name and plain arguments, kept in the state. Some wait for the movable clock ("four
days"), some for real time ("a second later, as a carrier would").
"""

import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from arbook.sandbox import clock
from arbook.sandbox.state import Task

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

POLL = 0.5


class Tasks:
    """One thread that runs what is due, under the sandbox's lock."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.actions: dict[str, Callable[..., None]] = {}
        self._wake = threading.Event()
        self._stop = False
        self._running = False
        self._thread = threading.Thread(target=self._work, daemon=True, name="sandbox-tasks")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop = True
        self._wake.set()
        self._thread.join(timeout=5)

    def later(self, seconds: float, name: str, *args) -> None:
        """Run `name(*args)` after real seconds."""
        self._add(Task(time.time() + seconds, name, args))

    def at(self, stamp: float, name: str, *args) -> None:
        """Run `name(*args)` when the movable clock has reached `stamp`."""
        self._add(Task(stamp, name, args, sandbox_time=True))

    def wake(self) -> None:
        self._wake.set()

    @property
    def idle(self) -> bool:
        """No task waits for real time, and none for an hour that has come."""
        now = clock.stamp()
        with self.sandbox.lock:
            return not any(not t.sandbox_time or t.due <= now for t in self.sandbox.state.tasks)

    def run_due(self) -> int:
        """Run all that is due now; how many there were."""
        with self.sandbox.lock:
            real, moved = time.time(), clock.stamp()
            due = [
                task
                for task in self.sandbox.state.tasks
                if task.due <= (moved if task.sandbox_time else real)
            ]
            for task in sorted(due, key=lambda task: task.due):
                if task in self.sandbox.state.tasks:
                    self.sandbox.state.tasks.remove(task)
                    self._run(task)
        if due:
            self.sandbox.touch()
        return len(due)

    def _run(self, task: Task) -> None:
        try:
            self.actions[task.name](*task.args)
        except Exception:
            # One task that fails must not end the thread that runs all others.
            traceback.print_exc()

    def _add(self, task: Task) -> None:
        with self.sandbox.lock:
            self.sandbox.state.tasks.append(task)
        self.sandbox.touch()
        self._wake.set()

    def _work(self) -> None:
        while not self._stop:
            self._wake.wait(self._pause())
            self._wake.clear()
            if not self._stop:
                self.run_due()

    def _pause(self) -> float:
        now = time.time()
        with self.sandbox.lock:
            dues = [task.due - now for task in self.sandbox.state.tasks if not task.sandbox_time]
        return min(POLL, max(0.005, min(dues, default=POLL)))
