"""`python -m arbook.sandbox`: the simulated vendors as a process of their own."""

import argparse
import os
import signal
import sys
import threading
from datetime import date
from pathlib import Path

from arbook.sandbox import Sandbox, seed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m arbook.sandbox", description=__doc__)
    environment = os.environ.get
    web = int(environment("PORT", "8000"))
    parser.add_argument("--port", type=int, default=int(environment("SANDBOX_PORT", web + 10)))
    parser.add_argument(
        "--smtp-port", type=int, default=int(environment("SANDBOX_SMTP_PORT", web + 25))
    )
    data = environment("ARBOOK_DATA") or Path(__file__).resolve().parents[2] / ".data"
    parser.add_argument("--state", default=str(Path(data) / "sandbox"), help="folder of the state")
    parser.add_argument("--seed", type=int, metavar="NUMBER", help="plant the seed when empty")
    parser.add_argument("--today", type=date.fromisoformat, help="the seed's today")
    options = parser.parse_args()

    try:
        sandbox = Sandbox(options.state, options.port, options.smtp_port)
        sandbox.start()
    except OSError as error:
        ports = f"{options.port} (pages) and {options.smtp_port} (mail)"
        sys.stderr.write(f"The sandbox cannot listen on ports {ports}: {error.strerror}.\n")
        return 1
    if options.seed is not None and not sandbox.state.facts:
        seed.plant(sandbox, number=options.seed, today=options.today)
    sys.stdout.write(f"Sandbox at {sandbox.url}/ with mail on port {sandbox.smtp_port}\n")
    sys.stdout.flush()

    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    done.wait()
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
