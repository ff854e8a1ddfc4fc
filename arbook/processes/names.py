"""How a process signs its heartbeats: what it is, on which machine, under which number."""

import os
import socket


def here(pid: int | None = None) -> str:
    """This machine and the number of a process on it; without one, of this very process."""
    return f"{socket.gethostname().split('.')[0][:40]}:{pid or os.getpid()}"


def worker(pid: int | None = None) -> str:
    """How a worker signs."""
    return f"worker@{here(pid)}"
