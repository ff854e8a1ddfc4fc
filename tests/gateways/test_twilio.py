"""Twilio through its own SDK against the simulated one."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.gateways import twilio
from arbook.gateways.errors import Disconnected, Refused, Throttled, Unknown, Unreachable
from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from tests.gateways.conftest import NUMBER

CUSTOMER = "+12125550142"
BODY = "Harbor Dental: invoice 1037, $162.07, is past due. http://127.0.0.1:8000/p/abc"


def send(texts, **fields):
    facts = {"to": CUSTOMER, "body": BODY, "callback_url": "", "validity_seconds": 3600}
    return texts.send_text(**facts | fields)


def test_a_text_leaves_as_written(texts, carrier, sandbox):
    sent = send(texts)
    sandbox.settle()

    (message,) = carrier.outbound(CUSTOMER)
    assert message.body == BODY
    assert message.sid == sent.sid
    assert message.validity == 3600
    assert sandbox.phone(CUSTOMER).received[0].body == BODY
    assert texts.read_text(sent.sid).state == "delivered"


def test_a_text_whose_answer_was_lost_is_unknown_and_can_be_found(texts, carrier, sandbox):
    since = clock.now()
    sandbox.faults.add("twilio", "*", "drop_after", times=1)

    with pytest.raises(Unknown):
        send(texts)

    found = texts.find_text(to=CUSTOMER, body=BODY, since=since)
    assert found.sid == carrier.outbound(CUSTOMER)[0].sid
    assert texts.find_text(to=CUSTOMER, body=BODY + "!", since=since) is None
    later = since + timedelta(minutes=5)
    assert texts.find_text(to=CUSTOMER, body=BODY, since=later) is None


def test_a_lost_text_is_found_at_a_stand_in_that_does_not_follow_our_moved_clock(texts, sandbox):
    sent = send(texts)
    movable.move(timedelta(days=10))

    found = texts.find_text(to=CUSTOMER, body=BODY, since=clock.now() - timedelta(minutes=1))

    assert found.sid == sent.sid


@pytest.mark.parametrize(
    ("kind", "error"), [("429", Throttled), ("500", Unreachable), ("revoked", Disconnected)]
)
def test_what_a_failed_list_means(texts, sandbox, kind, error):
    sandbox.faults.add("twilio", "*", kind)

    with pytest.raises(error):
        texts.find_text(to=CUSTOMER, body=BODY, since=clock.now())


@pytest.mark.parametrize(
    ("kind", "error"),
    [("429", Throttled), ("500", Unknown), ("html502", Unknown), ("drop_before", Unknown)],
)
def test_what_a_failed_text_means(texts, sandbox, kind, error):
    sandbox.faults.forget()
    sandbox.faults.add("twilio", "*", kind, times=1)

    with pytest.raises(error):
        send(texts)

    assert sandbox.faults.count("twilio") == 1


def test_a_text_that_takes_too_long_is_unknown(company, texts, sandbox, settings):
    settings.VENDOR_TIMEOUT = 0.3
    sandbox.faults.add("twilio", "*", "slow", seconds=1.0, times=1)

    with pytest.raises(Unknown, match="in time"):
        send(twilio.of(company))


def test_who_opted_out_is_refused_with_twilios_code(texts, sandbox):
    sandbox.phone(CUSTOMER).reply("STOP", to=NUMBER)

    with pytest.raises(Refused) as caught:
        send(texts)

    assert caught.value.code == "21610"


@pytest.mark.parametrize(
    "fields", [{"body": "x" * 1601}, {"validity_seconds": 0}, {"validity_seconds": -5}]
)
def test_a_text_that_cannot_be_right_never_leaves(texts, carrier, fields):
    with pytest.raises(Refused):
        send(texts, **fields)

    assert not carrier.outbound()


def test_what_customers_wrote_is_read(texts, sandbox):
    since = clock.now() - timedelta(seconds=2)
    sandbox.phone(CUSTOMER).reply("I paid yesterday", to=NUMBER)
    send(texts)

    (text,) = texts.inbound_since(since)

    assert (text.sender, text.to, text.body) == (CUSTOMER, NUMBER, "I paid yesterday")
    assert abs(text.received_at - clock.now()) < timedelta(seconds=30)


def test_the_registration_is_read(texts, carrier):
    assert texts.campaign().is_verified
    carrier.set_campaign("FAILED")

    campaign = texts.campaign()

    assert not campaign.is_verified
    assert campaign.state == "FAILED"
    assert campaign.brand_state == "APPROVED"


def test_a_number_is_looked_up(texts):
    line = texts.lookup(CUSTOMER)

    assert line.valid
    assert line.checked
    assert line.kind == "mobile"


def test_whose_account_it_is(texts):
    assert texts.account() == "Harbor Dental"


def test_a_broken_line_is_tried_once_more_for_a_read(texts, sandbox):
    sandbox.faults.add("twilio", "*", "drop_before", times=1)

    assert texts.account() == "Harbor Dental"


def test_a_revoked_token_needs_a_person(company, texts, sandbox):
    sandbox.faults.add("twilio", "*", "revoked", times=1)

    with pytest.raises(Disconnected):
        texts.account()

    assert Connection.objects.get(company=company).state == Connection.State.RECONNECT


def test_nobody_listening_means_nothing_was_sent(texts, settings):
    settings.TWILIO_API_URL = "http://127.0.0.1:9"

    with pytest.raises(Unreachable):
        send(texts)


def test_the_environment_of_the_process_is_ignored(company, texts, monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "ACforeign")

    assert twilio.of(company).account() == "Harbor Dental"


def test_without_a_messaging_service_no_text_leaves(company, texts):
    Connection.objects.update(options={})

    with pytest.raises(Refused, match="messaging service"):
        send(twilio.of(company))
