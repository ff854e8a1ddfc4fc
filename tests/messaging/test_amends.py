"""A message that said something wrong is followed by a correction, ready from the books."""

import pytest
from django.test import Client

from messaging import amends
from messaging.models import Message


@pytest.fixture
def sent(desk):
    desk.ready()
    desk.approve()
    desk.pass_undo()
    desk.send()
    return desk.message()


def test_the_correction_names_what_is_open_now(desk, sent):
    assert sent.state == Message.State.HANDED_OVER
    assert "a correction to our message of Nov 20" in amends.ready(sent)
    invoice = sent.lines.get().invoice

    invoice.balance = 40
    invoice.save()
    assert "$40.00 is open, not $100.00. Sorry" in amends.ready(sent)
    invoice.balance = 0
    invoice.save()
    assert "please disregard our message of Nov 20" in amends.ready(sent)
    sent.customer.language = "es"
    assert "ignore nuestro mensaje del 20 de noviembre" in amends.ready(sent)


def test_it_leaves_as_an_answer_in_the_same_conversation(desk, sent):
    client = Client()
    client.force_login(desk.bookkeeper)
    url = f"/c/{desk.company.slug}/messages/{sent.pk}/correct/"

    assert client.get(url).status_code == 200
    assert client.post(url, {"body": "Harbor Dental: a correction:"}).status_code == 422
    assert client.post(url, {"body": "Harbor Dental: it is paid, sorry."}).status_code == 302
    desk.send("messaging.reply")

    assert desk.texts()[-1] == "Harbor Dental: it is paid, sorry."
    reply = sent.thread.messages.latest("pk")
    assert (reply.purpose, reply.approved_by) == ("reply", desk.bookkeeper)


def test_what_has_not_left_is_taken_back_and_not_corrected(desk):
    message = desk.ready()

    assert not amends.may_amend(message)
    with pytest.raises(amends.AmendRefused):
        amends.ready(message)
