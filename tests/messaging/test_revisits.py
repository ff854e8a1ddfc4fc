"""Looking again at what is proposed: many customers at once, each with its own cause."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.outbox.models import Effect
from customers import tags
from customers.models import Customer
from messaging.models import Message
from tests.messaging.desk import Desk

FEW, MANY = 3, 12


@pytest.fixture
def desk(db, sandbox):
    return Desk(sandbox)


def _silence(desk: Desk, *, first: int, count: int) -> list[Customer]:
    """So many customers with a proposal, each of whom is told to be left alone."""
    for number in range(first, first + count):
        desk.owes(f"C{number} Ltd", days=8, mobile="")
    desk.read()
    desk.send("messaging.revisit")
    desk.prepare()
    customers = list(Customer.objects.filter(messages__state="proposed"))
    assert len(customers) == count
    for customer in customers:
        asked = log.record("note", f"{customer} asks", about=[customer], by=None, at=desk.now)
        with log.because(asked.pk):
            tags.put(customer, by=desk.bookkeeper, now=desk.now)
    return customers


def _statements(desk: Desk) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        desk.send("messaging.revisit")
    return len(seen)


def test_each_withdrawal_goes_back_to_what_its_own_customer_asked(desk):
    customers = _silence(desk, first=0, count=FEW)

    desk.send("messaging.revisit")

    assert set(Effect.objects.values_list("state", flat=True)) == {"done"}
    for customer in customers:
        message = Message.objects.get(customer=customer)
        assert message.state == Message.State.WITHDRAWN
        told = Entry.objects.get(verb="message.withdrawn", data__message=message.pk)
        assert told.cause.said == f"{customer} asks"


def test_many_are_looked_at_with_few_statements_each(desk):
    _silence(desk, first=0, count=FEW)
    few = _statements(desk)
    _silence(desk, first=FEW, count=MANY)

    many = _statements(desk)

    # What an effect costs in any case: written that it is done, inside a savepoint.
    assert (many - few) / (MANY - FEW) <= 6
