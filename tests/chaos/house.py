"""``python -m tests.chaos.house FILE``: the product, supervised, with three workers."""

import json
import os
import sys
from dataclasses import replace

from arbook.processes import heartbeat, plan
from arbook.processes.plan import Process
from arbook.processes.supervisor import Stopped, Supervisor

WORKERS = 3


def main(file: str) -> int:
    with open(file) as written:
        os.environ.update(json.load(written))
    try:
        with Supervisor(last_beat=heartbeat.age) as supervisor:
            supervisor.start([_under(file, process) for process in parts()])
            supervisor.keep()
    except Stopped:
        pass
    return 0


def parts() -> list[Process]:
    """What the product runs, its worker three times."""
    found = plan.product({"PORT": int(os.environ["PORT"])})
    (worker,) = [process for process in found if process.name == "worker"]
    others = [process for process in found if process.name != "worker"]
    return others + [replace(worker, name=f"worker-{at + 1}") for at in range(WORKERS)]


def _under(file: str, process: Process) -> Process:
    start = (sys.executable, "-m", "tests.chaos.launch", file)
    return replace(process, command=(*start, *process.command))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
