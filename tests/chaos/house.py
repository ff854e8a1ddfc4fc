"""``python -m tests.chaos.house FILE``: the product under its own supervisor."""

import json
import os
import sys
from dataclasses import replace

from arbook.processes import heartbeat, plan
from arbook.processes.plan import Process
from arbook.processes.supervisor import Stopped, Supervisor


def main(file: str) -> int:
    with open(file) as written:
        os.environ.update(json.load(written))
    try:
        with Supervisor(last_beat=heartbeat.age) as supervisor:
            parts = plan.product({"PORT": int(os.environ["PORT"])})
            supervisor.start([_under(file, process) for process in parts])
            supervisor.keep()
    except Stopped:
        pass
    return 0


def _under(file: str, process: Process) -> Process:
    start = (sys.executable, "-m", "tests.chaos.launch", file)
    return replace(process, command=(*start, *process.command))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
