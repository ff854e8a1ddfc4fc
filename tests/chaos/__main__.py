"""``make chaos``: a day in which everything fails, and the books compared at its end.

Exit status 1 when a promise was broken; the data folder with its logs is kept then.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from tests.chaos import report
from tests.chaos.cast import CUSTOMERS, cast
from tests.chaos.conductor import Conductor
from tests.chaos.judges import judge_all
from tests.chaos.world import World

CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the same plan as that run's")
    parser.add_argument("--minutes", type=float, default=6.0, help="how long the day lasts")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="of each company")
    parser.add_argument("--keep", action="store_true", help="keep the data folder in any case")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    # Ended from outside, it leaves nothing running all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    base = Path(os.environ.get("ARBOOK_DATA") or CHECKOUT / ".data").resolve()
    folder = base / "chaos" / f"{time.strftime('%m%d-%H%M%S')}-{seed}"
    print(f"seed {seed}, {options.minutes:g} minutes, {folder}", flush=True)
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)

    clients = cast(seed, customers=options.customers)
    world = World(folder, seed, clients, options.customers)
    is_fine = False
    try:
        world.build()
        conductor = Conductor(world, minutes=options.minutes, say=say)
        conductor.prepare()
        bills = sum(len(payer.bills) for client in clients for payer in client.payers)
        say(f"{len(clients)} companies, {bills} invoices, 3 workers: the day begins")
        ledger = conductor.run()
        verdicts = judge_all(ledger)
        print(report.table(conductor, ledger, verdicts, seed, time.monotonic() - began))
        is_fine = not any(verdict.breaches for verdict in verdicts)
        report.keep(folder, ledger, verdicts)
    finally:
        world.close()
        if is_fine and not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"kept: {folder} (house.log, sandbox.log, report.txt, ledger.pickle)")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
