"""A process that asks for a company's books as fast as it may; run by the tests of the pace.

python -m tests.gateways.hammer SLUG SECONDS
"""

import os
import sys
import time

import django


def main(slug: str, seconds: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbook.settings")
    django.setup()
    from arbook.companies.models import Company
    from arbook.gateways import quickbooks
    from arbook.gateways.errors import Resting

    books = quickbooks.of(Company.objects.get(slug=slug))
    asked = rested = 0
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            books.count("Invoice")
            asked += 1
        except Resting:
            rested += 1
            time.sleep(0.2)
    print(asked, rested)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
