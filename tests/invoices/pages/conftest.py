from datetime import timedelta

import pytest

from arbook.sandbox import clock as movable
from tests import factories as make
from tests.factories import NOW, TODAY


@pytest.fixture(autouse=True)
def _clock():
    movable.move_to(NOW)
    yield
    movable.reset()


@pytest.fixture
def company(db):
    company = make.company()
    make.books(company)
    return company


@pytest.fixture
def desk(company, client):
    client.force_login(make.member(company))
    return client


@pytest.fixture
def books(company):
    """Three customers over several buckets, with credit and an invoice in another currency."""
    alder, birch, cedar = (
        make.customer(company, name=name) for name in ("Alder", "Birch", "Cedar")
    )
    make.invoice(alder, "100.00", due_on=TODAY + timedelta(days=3))
    make.invoice(alder, "250.50", due_on=TODAY - timedelta(days=12))
    make.invoice(alder, "49.50", due_on=TODAY - timedelta(days=20))
    make.invoice(birch, "1000.00", due_on=TODAY - timedelta(days=95))
    make.payment(birch, "75.25")
    make.invoice(cedar, "800.00", currency="CAD")
    return {"alder": alder, "birch": birch, "cedar": cedar}
