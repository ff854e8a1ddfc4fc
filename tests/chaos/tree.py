"""Which processes of the product run now, told by /proc and by what they say of themselves.

django-q2 forks all its parts under one command line; only its log says which is which.
"""

import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

ROLES = (
    ("monitoring at", "monitor"),
    ("pushing tasks at", "pusher"),
    ("ready for work at", "q2 worker"),
)
SAID = re.compile(r"(Process-\w+) (monitoring at|pushing tasks at|ready for work at) (\d+)")
BEGAN = re.compile(r"(Process-\w+) processing ")
ENDED = re.compile(r"Processed '|Failed '")


@dataclass(frozen=True)
class Seen:
    """One running process of the product."""

    pid: int
    kind: str
    group: int


@dataclass(frozen=True)
class _Facts:
    pid: int
    parent: int
    group: int
    command: str


class Tree:
    """The house's processes by kind."""

    def __init__(self, log: Path):
        self._log = log
        self._read = 0
        self._roles: dict[int, str] = {}
        self._names: dict[str, int] = {}
        self._working: set[str] = set()

    def look(self, house: int) -> list[Seen]:
        """Everything below the supervisor with this process id, by kind."""
        self._listen()
        facts = {one.pid: one for one in _processes()}
        if house not in facts:
            return []
        below = _below(facts, house)
        found = [Seen(house, "supervisor", facts[house].group)]
        for one in below:
            kind = self._kind(one, below, house)
            if kind:
                found.append(Seen(one.pid, kind, one.group))
        return found

    def is_busy(self, pid: int) -> bool:
        """Whether this worker of django-q2 is in a task."""
        self._listen()
        return any(self._names.get(name) == pid for name in self._working)

    def _kind(self, one: _Facts, below: list[_Facts], house: int) -> str:
        is_leader = one.pid == one.group and one.parent == house
        if "gunicorn" in one.command:
            return "web master" if is_leader else "web worker"
        if "manage.py work" in one.command:
            return "drain" if is_leader else ""
        if "manage.py qcluster" not in one.command:
            return ""
        if is_leader:
            return "q2 main"
        if role := self._roles.get(one.pid):
            if role != "q2 worker":
                return role
            return "q2 worker busy" if self.is_busy(one.pid) else "q2 worker idle"
        has_children = any(other.parent == one.pid for other in below)
        return "sentinel" if has_children else ""

    def _listen(self) -> None:
        """Read what the processes said since the last look."""
        try:
            with open(self._log, "rb") as log:
                log.seek(self._read)
                fresh = log.read()
        except FileNotFoundError:
            return
        whole, _, _ = fresh.rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        for line in whole.decode(errors="replace").splitlines():
            if said := SAID.search(line):
                name, words, pid = said.groups()
                self._roles[int(pid)] = dict(ROLES)[words]
                self._names[name] = int(pid)
            elif began := BEGAN.search(line):
                self._working.add(began[1])
            elif ENDED.search(line):
                # There is one task at a time; whoever had it has handed it over.
                self._working.clear()


def kill(pid: int, number: signal.Signals, *, group: bool = False) -> bool:
    """Send a signal; False when there is nobody any more."""
    try:
        if group:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _processes() -> list[_Facts]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):
            continue
        if state not in "ZX":
            found.append(_Facts(int(entry.name), int(parent), int(group), command))
    return found


def _below(facts: dict[int, _Facts], root: int) -> list[_Facts]:
    """All descendants, orphans that the root adopted included."""
    found, wanted = [], {root}
    while wanted:
        children = [one for one in facts.values() if one.parent in wanted]
        found += children
        wanted = {one.pid for one in children}
    return found
