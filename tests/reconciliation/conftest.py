"""A desk with one customer who owes, and a pay page open at Stripe."""

import pytest

from arbook import clock
from reconciliation import checkout, paylinks
from tests.desk import MORNING, Desk


@pytest.fixture
def desk(db, sandbox):
    from arbook.sandbox import clock as movable

    movable.move_to(MORNING)
    sandbox.delivery.hold()
    return Desk(sandbox)


@pytest.fixture
def owing(desk):
    """The books' ids of two open invoices of one customer."""
    ids = desk.owes("Blue Door Cafe", "162.07", "80.00", mobile="+12125550111")
    desk.sync()
    return ids


@pytest.fixture
def link(desk, owing):
    return paylinks.link_for(
        desk.invoice(owing[0]).customer, [desk.invoice(one) for one in owing], now=clock.now()
    )


@pytest.fixture
def page(desk, link):
    """The session of a page the customer just opened."""
    checkout.open_page(link, now=clock.now())
    return link.attempts.get()
