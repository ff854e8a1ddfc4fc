"""Ends the process groups of a supervisor that could not do it itself.

The supervisor writes ``+<group>`` and ``-<group>`` into our standard input as groups come and go.
When that pipe closes while groups are left, the supervisor was killed: they are asked to end, and
killed when they do not.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

GRACE = 10


def watch(lines: Iterable[str]) -> None:
    """Follow the supervisor's notes to their end, then clear away what is left."""
    groups: set[int] = set()
    for line in lines:
        note, group = line[0], int(line[1:])
        if note == "+":
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        tell(group, signal.SIGTERM, leader_only=True)
    deadline = time.monotonic() + GRACE
    while any(map(_leader_runs, groups)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in groups:
        tell(group, signal.SIGKILL)


def tell(group: int, number: signal.Signals, *, leader_only: bool = False) -> None:
    """Send a signal to a group, or only to the process that leads it; gone is fine."""
    try:
        if leader_only:
            os.kill(group, number)
        else:
            os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass


def is_alive(group: int) -> bool:
    """Whether a process of the group still runs; the dead that nobody has buried do not count."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    stats = list(Path("/proc").glob("[0-9]*/stat"))
    return not stats or any(_runs_in(stat, group) for stat in stats)


def _leader_runs(group: int) -> bool:
    try:
        return _facts(Path(f"/proc/{group}/stat"))[0] not in "ZX"
    except (OSError, ValueError):
        return not Path("/proc/self").exists() and is_alive(group)


def _runs_in(stat: Path, group: int) -> bool:
    try:
        state, its_group = _facts(stat)
    except (OSError, ValueError):
        return False
    return its_group == group and state not in "ZX"


def _facts(stat: Path) -> tuple[str, int]:
    """State and group out of Linux's line about a process, whose name may hold anything."""
    state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
    return state, int(group)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watch(sys.stdin)
