"""The offer of a payment plan on the wire: once, where it may go, else by a person."""

from datetime import timedelta

import pytest

from arbook.companies.models import Role
from arbook.sandbox import clock as movable
from customers import consent
from invoices import plan_schedule, plans
from invoices.models import Approval, Task
from messaging.models import Message
from tests import factories
from tests.messaging.desk import MOBILE


@pytest.fixture
def offered(desk):
    """A plan that a manager approved, for a customer with a number and no mail address."""
    desk.owes("Alder Finch", "900.00")
    desk.read()
    desk.allows_texts("Alder Finch")
    customer = desk.customer("Alder Finch")
    customer.contacts.filter(channel="email").delete()
    plan = plans.propose(
        customer,
        invoices=list(customer.invoices.all()),
        count=3,
        every=plan_schedule.MONTH,
        first_on=desk.now.date(),
        by=None,
        now=desk.now,
    )
    approval = Approval.objects.get()
    manager = factories.member(desk.company, Role.MANAGER)
    plans.approve(approval, by=manager, now=desk.now, content_hash=approval.content_hash)
    return plan


def handed_to_a_person() -> bool:
    return Task.objects.open().filter(title__startswith="Hand the payment plan").exists()


def test_the_offer_leaves_as_a_text_once(desk, offered):
    for _ in range(2):
        desk.send("messaging.plan_offer")

    (text,) = desk.texts()
    assert "900.00" in text
    assert desk.sandbox.faults.count("twilio", "lookup.fetch") == 1
    assert not handed_to_a_person()


def test_a_number_that_takes_no_texts_is_found_before_the_first_one(desk, offered):
    desk.sandbox.phone(MOBILE).data.line = "landline"

    desk.send("messaging.plan_offer")

    assert desk.texts() == []
    assert Message.objects.get().state == Message.State.WITHDRAWN
    assert handed_to_a_person()


def test_an_offer_that_a_stop_holds_back_is_handed_over_by_a_person(desk, offered):
    desk.sandbox.faults.add("twilio", "messages.create", "429", times=1)
    desk.send("messaging.plan_offer")
    consent.withdraw(
        desk.company, channel="sms", address=MOBILE, source="reply", by=None, now=desk.now
    )
    movable.move(timedelta(minutes=2))

    desk.send("messaging.plan_offer")

    assert desk.texts() == []
    assert handed_to_a_person()
