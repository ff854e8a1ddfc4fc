import time

import pytest

from arbook import clock
from arbook.sandbox import clock as movable
from reconciliation import checkout, paylinks
from tests.desk import MORNING, Desk
from tests.system.foretelling.dead import PHONE


@pytest.fixture
def desk(sandbox):
    movable.move_to(MORNING)
    sandbox.delivery.hold()
    desk = Desk(sandbox)
    desk.ids = desk.owes("Blue Door Cafe", "162.07", "80.00", mobile=PHONE)
    desk.sync()
    return desk


@pytest.fixture
def paid(desk):
    """The customer paid by card; Stripe's events wait for us."""
    customer = desk.invoice(desk.ids[0]).customer
    link = paylinks.link_for(customer, [desk.invoice(one) for one in desk.ids], now=clock.now())
    checkout.open_page(link, now=clock.now())
    desk.sandbox.pace = 0.02
    desk.payer.pay(link.attempts.get().session_id)
    # Stripe knows its fee a moment later; both runs shall meet the same Stripe.
    while not desk.sandbox.tasks.idle:
        time.sleep(0.01)
    return desk
