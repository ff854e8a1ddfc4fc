"""``manage.py`` as an operator runs it: a process of its own on the test's database."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How one command ended."""

    status: int
    said: str
    complained: str


def manage(environment: dict, *arguments: str, told: str = "", **more: str) -> Ended:
    """Run one command to its end; ``told`` is its standard input, ``more`` further environment."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=environment | more,
        input=told,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ended(done.returncode, done.stdout, done.stderr)
