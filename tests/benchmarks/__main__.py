"""``make bench``: every promise about speed, as a ratio measured against a limit in one run.

Names of benchmarks may be given; without any, all run. The exit status tells of a breach.
"""

import sys
from importlib import import_module

from tests import environment

NAMES = ["sync", "aging", "reminders", "webhooks", "inbox", "triage"]


def main() -> int:
    environment.prepare()
    import django

    django.setup()
    from arbook import embedded
    from tests.benchmarks.measure import database

    names = sys.argv[1:] or NAMES
    unknown = set(names) - set(NAMES)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
        return 2
    ratios = []
    try:
        for name in names:
            with database():
                for ratio in import_module(f"tests.benchmarks.{name}").run():
                    print(ratio, flush=True)
                    ratios.append(ratio)
    finally:
        embedded.stop()
    promised = [ratio for ratio in ratios if ratio.limit is not None]
    breached = [ratio for ratio in promised if not ratio.holds]
    print(f"{len(promised)} promises, {len(breached)} breached")
    return 1 if breached else 0


if __name__ == "__main__":
    sys.exit(main())
