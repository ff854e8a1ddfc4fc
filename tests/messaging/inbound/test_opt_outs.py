"""Opt-outs and the way back, over the whole wire."""

from datetime import UTC, datetime, timedelta

from arbook.audit.models import Entry
from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from customers.models import ConsentEvent
from messaging.models import Message, Thread
from tests.messaging.inbound.hearing import standing
from tests.messaging.phone import NUMBER, PHONE


def test_stop_blocks_the_number_at_once_and_is_not_answered_twice(line):
    line.hears("STOP")

    event = ConsentEvent.objects.latest("pk")
    message = Message.objects.get()
    assert standing(line.company) == "withdrawn"
    assert (event.source, event.wording) == ("carrier", "STOP")
    assert event.evidence["vendor_id"] == message.vendor_id
    assert line.received() == []
    assert message.thread.state == Thread.State.CLOSED
    assert message.thread.outcome == Thread.Outcome.OPTED_OUT


def test_an_opt_out_in_other_words_is_confirmed_once(line):
    line.hears("please stop texting me")
    line.hears("I said stop texting me!")

    assert standing(line.company) == "withdrawn"
    assert ConsentEvent.objects.latest("pk").source == ConsentEvent.Source.REPLY
    (confirmation,) = line.received()
    assert confirmation.startswith("Harbor Dental: ")
    assert "no more texts" in confirmation
    sent = Message.objects.get(purpose=Message.Purpose.CONFIRMATION)
    assert sent.state == Message.State.DELIVERED
    assert Thread.objects.get().state == Thread.State.NEEDS_REPLY


def test_a_company_may_leave_opt_outs_unconfirmed(line):
    row = Connection.objects.get()
    row.options |= {"confirms_stops": False}
    row.save()

    line.hears("no mas mensajes")

    assert standing(line.company) == "withdrawn"
    assert line.received() == []


def test_no_confirmation_leaves_at_night(line):
    movable.move_to(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))

    line.hears("take me off your list")

    assert standing(line.company) == "withdrawn"
    assert line.received() == []


def test_start_gives_consent_back_only_by_the_carriers_own_word(line):
    line.hears("STOP")
    line.hears("YES")

    assert standing(line.company) == "withdrawn"
    assert Thread.objects.get().state == Thread.State.NEEDS_REPLY
    assert Entry.objects.filter(verb="consent.asked").exists()

    line.hears("START")

    assert standing(line.company) == "given"
    assert ConsentEvent.objects.latest("pk").source == ConsentEvent.Source.CARRIER


def test_a_start_that_comes_late_lifts_no_newer_opt_out(line):
    line.hears("STOP")
    line.sandbox.delivery.hold("twilio")
    line.sandbox.phone(PHONE).reply("START", to=NUMBER)
    movable.move(timedelta(minutes=2))
    line.sandbox.phone(PHONE).reply("please don't text me again", to=NUMBER)
    start, stop = line.sandbox.delivery.waiting("twilio")

    for parcel in (stop, start):
        assert line.sandbox.delivery.send(parcel) == 200
        until_quiet()

    assert standing(line.company) == "withdrawn"
    line.sandbox.delivery.discard("twilio")


def test_a_start_after_an_opt_out_is_heard_in_the_next_second(line):
    line.hears("please don't text me again")
    line.hears("START")

    assert standing(line.company) == "given"
