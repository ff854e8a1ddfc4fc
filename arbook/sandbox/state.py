"""All that the simulated vendors remember, and how it survives a restart.

One object, pickled into one file of the state folder, replaced atomically. Whoever changes it
holds the sandbox's lock and calls `touch`; a thread writes it out a moment later.
"""

import os
import pickle
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "sandbox.state"


@dataclass
class Task:
    """Something a vendor will do later: a name in the sandbox's actions, and when.

    `sandbox_time` tasks wait for the movable clock, others for real time.
    """

    due: float
    name: str
    args: tuple[Any, ...] = ()
    sandbox_time: bool = False


@dataclass
class Parcel:
    """One webhook delivery under way, kept until the receiver takes it or the vendor gives up."""

    id: int
    vendor: str
    account: str
    url: str
    kind: str
    body: bytes
    due: float
    params: dict[str, str] = field(default_factory=dict)
    lane: str = ""
    about: str = ""
    attempts: int = 0
    held: bool = False
    statuses: list[int] = field(default_factory=list)
    state: str = "waiting"


@dataclass
class State:
    quickbooks: Any = None
    stripe: dict[str, Any] = field(default_factory=dict)
    twilio: dict[str, Any] = field(default_factory=dict)
    phones: dict[str, Any] = field(default_factory=dict)
    slack: Any = None
    mailbox: list[Any] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    delivered: list[Parcel] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, series: str) -> int:
        """The next number of a series, from 1."""
        self.numbers[series] = self.numbers.get(series, 0) + 1
        return self.numbers[series]


def save(state: State, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write(pickle.dumps(state, protocol=pickle.HIGHEST_PROTOCOL), folder)


def write(content: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".sandbox-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    os.replace(temporary, folder / FILE)


def load(folder: Path) -> State | None:
    """The state of last time, or None when there is none."""
    try:
        with open(folder / FILE, "rb") as file:
            return pickle.load(file)
    except FileNotFoundError:
        return None
