from datetime import timedelta

import pytest

from arbook.audit import log, sealing
from arbook.audit.models import Entry
from tests.factories import NOW, company, customer, user


@pytest.fixture
def chain() -> list[Entry]:
    """Nine sealed entries of two companies; the fifth (seal 5) is the one attacked."""
    owners = [customer(company()), customer(company())]
    person = user()
    entries = [
        log.record(
            "test.happened",
            f"Number {n}",
            about=[owners[n % 2]],
            by=person,
            at=NOW + timedelta(seconds=n),
            amount="12.50",
            share=0.25,
            nested={"b": [1, None], "a": "é"},
        )
        for n in range(9)
    ]
    sealing.seal_waiting(now=NOW)
    return entries
