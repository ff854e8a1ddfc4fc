"""Stands in for the whole plan: `python -m tests.processes.dummy COMMAND...`.

Each COMMAND is a line of shell run under the supervisor, named p0, p1 and so on.
"""

import sys

from arbook.processes.plan import Process
from arbook.processes.supervisor import Stopped, Supervisor


def main() -> None:
    processes = [
        Process(f"p{number}", ("sh", "-c", line), grace=3)
        for number, line in enumerate(sys.argv[1:])
    ]
    try:
        with Supervisor() as supervisor:
            supervisor.follow_parent()
            supervisor.start(processes)
            supervisor.say("started")
            supervisor.keep()
    except Stopped:
        pass


if __name__ == "__main__":
    main()
