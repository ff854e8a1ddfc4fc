"""Calls that come in: kept once, missed ones called back."""

import pytest

from arbook.audit.models import Entry
from customers.models import Channel
from invoices.models import Task
from messaging import heard_calls
from messaging.models import Message, Thread
from tests import factories
from tests.factories import NOW
from tests.messaging import phone

NUMBER = "+18605550142"


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def customer(company):
    row = factories.customer(company, name="Alder & Finch")
    factories.contact(row, Channel.SMS, NUMBER)
    return row


def hear(company, status="completed", *, seconds=0, sid="CA1", sender=NUMBER):
    return heard_calls.hear(
        company, sid=sid, sender=sender, status=status, seconds=seconds, at=NOW, now=NOW
    )


def test_an_answered_call_stands_in_the_conversation_and_asks_for_nothing(company, customer):
    message = hear(company, seconds=200)

    assert (message.thread.customer, message.body) == (customer, "Answered, 3 min 20 s.")
    assert not Task.objects.exists()


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled", "completed"])
def test_a_missed_call_is_called_back_once(company, customer, status):
    assert hear(company, status).body == "Missed: nobody took it."
    hear(company, status, sid="CA2")

    assert Task.objects.get().title == "Call Alder & Finch back"


def test_a_call_told_twice_or_not_over_is_kept_once(company, customer):
    assert hear(company, "ringing") is None
    assert hear(company, "in-progress") is None
    assert hear(company, seconds=5)
    assert hear(company, seconds=5) is None
    assert Message.objects.count() == 1


def test_a_stranger_who_called_in_vain_waits_in_the_inbox(company):
    hear(company, "no-answer", sender="+12125550188")

    assert Thread.objects.get().state == Thread.State.NEEDS_REPLY


def test_it_comes_through_the_door_of_texts_and_knows_its_cause(live, sandbox):
    line = phone.line(sandbox)

    sandbox.phone(phone.PHONE).call(phone.NUMBER, status="no-answer")
    sandbox.settle()
    line.work()

    message = Message.objects.get()
    assert (message.medium, message.customer) == ("call", line.customer)
    assert Entry.objects.get(verb="call.missed").cause.verb == "webhook.twilio"
