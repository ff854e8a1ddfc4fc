"""Starts the processes, starts again what dies or stalls, and leaves nothing behind."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from arbook.embedded.kernel import adopt_orphans, die_with_parent
from arbook.processes.child import Child
from arbook.processes.plan import CHECKOUT, Process

LOOK_EVERY = 5  # seconds between looks at the heartbeats


class Stopped(Exception):
    """Somebody asked the supervisor to end."""


class Supervisor:
    """Keeps a set of processes alive between ``start`` and ``stop``."""

    def __init__(
        self,
        *,
        last_beat: Callable[[str], float | None] | None = None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        """``last_beat`` tells the seconds since a named heartbeat; None when it is not known.

        Infinity when there has been none.
        """
        self._last_beat = last_beat
        self._look_every = look_every
        self._children: list[Child] = []
        self._asked = threading.Event()
        self._insisted = False
        self._voice = threading.Lock()
        self._looked_at = time.monotonic()
        self._warden: subprocess.Popen | None = None

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        adopt_orphans()
        self._warden = subprocess.Popen(
            [sys.executable, "-P", "-m", "arbook.processes.warden"],
            stdin=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
            start_new_session=True,
        )
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def follow_parent(self) -> None:
        """End when the program that started us ends, even by SIGKILL (make, for instance)."""
        parent = os.getppid()
        die_with_parent(signal.SIGTERM)
        if parent == 1 or os.getppid() != parent:
            return
        threading.Thread(target=self._watch_parent, args=(parent,), daemon=True).start()

    def do(self, *command: str) -> int:
        """Run one command to its end, its output unchanged; returns its exit code."""
        child = Child(Process(command[-1], command), lambda _, line: self.say(line), self._note)
        self._children.append(child)
        child.start()
        while (code := child.wait(time.monotonic() + 0.2)) is None:
            self.check()
        time.sleep(0.05)  # its last lines are on their way through the pipe
        child.kill()
        self._children.remove(child)
        return code

    def start(self, processes: Sequence[Process]) -> None:
        for process in processes:
            child = Child(process, self.say_as, self._note)
            self._children.append(child)
            child.start()

    def check(self) -> None:
        """Raise Stopped when somebody asked us to end."""
        if self._asked.is_set():
            raise Stopped

    def keep(self) -> None:
        """Watch over the processes until asked to end."""
        while not self._asked.wait(0.3):
            for child in self._children:
                if child.has_died:
                    child.clear_away(child.ending)
                elif child.is_due:
                    child.start()
            if time.monotonic() - self._looked_at > self._look_every:
                self._looked_at = time.monotonic()
                self.look_for_stalls()

    def look_for_stalls(self) -> None:
        """Kill the group of a process whose heart has stopped: nothing else frees its locks."""
        for child in self._children:
            beats, patience = child.beats, child.process.silent_after
            if self._last_beat is None or not beats or not child.is_running:
                continue
            if child.age < patience:  # it has not had the time to beat
                continue
            silent = self._last_beat(beats)
            was_missing, child.is_missing = child.is_missing, silent == math.inf
            if child.is_missing and not was_missing:
                continue  # a process that ends in good order takes its sign away before it is gone
            if silent is not None and silent > patience:
                said = f"silent for {silent:.0f} s" if math.isfinite(silent) else "silent all along"
                child.clear_away(f"has been {said}")

    def stop(self) -> None:
        """Ask all to end, wait, then end by force what is left of them."""
        self._asked.set()
        for child in reversed(self._children):
            child.ask_to_end()
        grace = max((child.process.grace for child in self._children), default=0.0)
        deadline = time.monotonic() + grace
        for child in self._children:
            while child.is_running and time.monotonic() < deadline and not self._insisted:
                child.wait(min(deadline, time.monotonic() + 0.1))
        for child in self._children:
            child.kill()
        self._children.clear()
        if self._warden is not None:
            self._warden.stdin.close()
            self._warden.wait()
            self._warden = None

    def say(self, line: str) -> None:
        """Write one line; a terminal that has gone is no reason to stop."""
        with self._voice:
            try:
                print(line, flush=True)
            except (OSError, ValueError):
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115

    def say_as(self, name: str, line: str) -> None:
        # A line that is JSON already says where it comes from, and must stay JSON.
        self.say(line if line.startswith("{") else f"{name:>9} | {line}")

    def _note(self, sign: str, group: int) -> None:
        self._warden.stdin.write(f"{sign}{group}\n".encode())
        self._warden.stdin.flush()

    def _on_signal(self, number: int, _frame: object) -> None:
        self._insisted = self._asked.is_set() and number == signal.SIGINT
        self._asked.set()

    def _watch_parent(self, parent: int) -> None:
        """Notice that make was interrupted alone: it then waits for us with SIGINT blocked."""
        while not self._asked.wait(1):
            if _is_interrupted_make(parent):
                self._asked.set()


def _is_interrupted_make(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/status") as status:
            facts = dict(line.split(":\t", 1) for line in status if ":\t" in line)
    except OSError:
        return False
    blocked = int(facts.get("SigBlk", "0"), 16) >> (signal.SIGINT - 1) & 1
    return facts.get("Name", "").strip() in ("make", "gmake") and bool(blocked)
