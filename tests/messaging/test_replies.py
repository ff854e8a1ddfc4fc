"""Answers over the whole wire, and the reasons why one does not leave."""

from datetime import UTC, datetime, timedelta

import pytest

from arbook.companies.models import Company, Role
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from customers.models import Channel, Contact
from messaging import replies, threads, ways
from messaging.models import Message, Thread
from messaging.replies import ReplyRefused
from tests import factories
from tests.messaging import phone
from tests.messaging.phone import PHONE

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def line(live, sandbox, settings):
    settings.OUTBOX_THREADS = 1
    movable.move_to(NOON)
    return phone.line(sandbox)


@pytest.fixture
def clerk(line):
    return factories.member(line.company, Role.BOOKKEEPER)


def thread_of(line) -> Thread:
    return threads.of(line.customer)


def answer(line, clerk, body="We look into it today.", **fields):
    return replies.reply(thread_of(line), body=body, by=clerk, now=movable.now(), **fields)


def test_an_answer_reaches_the_phone_and_its_receipt_the_thread(line, clerk):
    line.hears("What is this for?")

    message = answer(line, clerk)
    line.work()

    message.refresh_from_db()
    assert line.received() == ["We look into it today."]
    assert message.state == Message.State.DELIVERED
    thread = thread_of(line)
    assert (thread.state, thread.owner) == (Thread.State.WAITING, clerk)


def test_an_answer_whose_fate_is_unknown_is_looked_up_and_never_doubled(line, clerk):
    line.hears("What is this for?")
    message = answer(line, clerk)
    line.sandbox.delivery.hold("twilio")
    line.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)

    line.work()
    assert Effect.objects.get(kind="messaging.reply").state == Effect.State.UNSURE
    movable.move(timedelta(minutes=5))
    line.work()
    line.sandbox.delivery.release("twilio")

    message.refresh_from_db()
    assert len(line.received()) == 1
    assert message.vendor_id


def test_no_answer_to_who_opted_out(line, clerk):
    line.hears("stop texting me please")

    with pytest.raises(ReplyRefused, match="takes no texts"):
        answer(line, clerk, medium="sms")


def test_an_opt_out_between_the_click_and_the_wire_wins(line, clerk):
    line.hears("What is this for?")
    message = answer(line, clerk)

    line.hears("STOP")

    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN
    assert line.received() == []
    assert thread_of(line).state == Thread.State.NEEDS_REPLY


def test_an_answer_at_night_waits_for_a_decent_hour_and_says_so(line, clerk):
    line.hears("What is this for?")
    movable.move_to(NIGHT)

    message = answer(line, clerk)
    line.work()

    # Saturday night in Hartford: Monday at nine.
    assert message.send_after == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert line.received() == []
    way = ways.of(thread_of(line), now=movable.now())["sms"]
    assert "09:00 Mon" in way.said

    movable.move_to(message.send_after)
    line.work()
    assert len(line.received()) == 1


def test_an_answer_leaves_at_the_time_somebody_chose(line, clerk):
    line.hears("What is this for?")
    later = NOON + timedelta(hours=3)

    message = answer(line, clerk, leave_at=later)
    line.work()
    assert (message.send_after, line.received()) == (later, [])

    movable.move_to(later)
    line.work()
    assert line.received() == ["We look into it today."]


@pytest.mark.parametrize(
    ("leave_at", "why"),
    [
        (NOON - timedelta(minutes=1), "still to come"),
        (NOON + timedelta(days=31), "within 30 days"),
        (NIGHT, "no decent hour"),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_a_decent_one_offered(line, clerk, leave_at, why):
    line.hears("What is this for?")

    with pytest.raises(ReplyRefused, match=why) as caught:
        answer(line, clerk, leave_at=leave_at)

    # Monday, nine in the morning in Hartford.
    monday = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert caught.value.offered == (monday if leave_at == NIGHT else None)
    assert not Effect.objects.filter(kind=replies.SEND).exists()


def test_an_answer_that_waits_does_not_leave_when_they_write_again(line, clerk):
    line.hears("What is this for?")
    message = answer(line, clerk, leave_at=NOON + timedelta(hours=3))
    movable.move(timedelta(hours=1))
    line.hears("Never mind, I found it")

    movable.move(timedelta(hours=3))
    line.work()

    message.refresh_from_db()
    assert line.received() == []
    assert "they wrote again" in f"{message.notice} {message.error}"
    assert thread_of(line).state == Thread.State.NEEDS_REPLY


def test_a_waiting_answer_can_be_taken_back(line, clerk):
    line.hears("What is this for?")
    movable.move_to(NIGHT)
    message = answer(line, clerk)

    replies.cancel(message, by=clerk, now=movable.now())
    movable.move_to(message.send_after)
    line.work()

    assert line.received() == []
    assert thread_of(line).state == Thread.State.NEEDS_REPLY
    with pytest.raises(ReplyRefused):
        replies.cancel(message, by=clerk, now=movable.now())


def test_the_second_of_two_people_sees_the_first_answer_instead(line, clerk):
    line.hears("What is this for?")
    seen = Message.objects.latest("pk").pk
    other = factories.member(line.company)
    answer(line, other, "It is for October.", seen=seen)

    with pytest.raises(ReplyRefused, match="It is for October") as caught:
        answer(line, clerk, "It is for September.", seen=seen)

    assert caught.value.other.approved_by == other
    answer(line, clerk, "I mean September.", seen=caught.value.other.pk)
    line.work()
    assert sorted(line.received()) == ["I mean September.", "It is for October."]


def test_nobody_is_texted_who_never_agreed_nor_wrote(line, clerk):
    customer = factories.customer(line.company)
    factories.contact(customer, Channel.SMS, "+12125550199")

    with pytest.raises(ReplyRefused, match="never agreed"):
        replies.reply(threads.of(customer), body="Hello", medium="sms", by=clerk, now=movable.now())


def test_a_dry_run_goes_to_the_test_number(line, clerk):
    line.hears("What is this for?")
    Company.objects.update(mode="dry_run", test_phone="")
    with pytest.raises(ReplyRefused, match="test number"):
        answer(line, clerk, medium="sms")

    Company.objects.update(test_phone="+18605550999")
    answer(line, clerk, medium="sms")
    line.work()

    assert line.received() == []
    (text,) = line.received("+18605550999")
    assert text.startswith("TEST for (212) 555-0142")


def test_the_stop_button_holds_answers_too(line, clerk):
    line.hears("What is this for?")
    Company.objects.update(stopped_at=movable.now())
    answer(line, clerk)
    line.work()
    assert line.received() == []

    Company.objects.update(stopped_at=None)
    movable.move(timedelta(minutes=20))
    line.work()
    assert len(line.received()) == 1


def test_an_answer_by_mail_goes_to_their_address(line, clerk):
    factories.contact(line.customer, Channel.EMAIL, "ana@alder.example")

    answer(line, clerk, "Here is what you asked for.", medium="email")
    line.work()

    (letter,) = line.sandbox.mailbox
    assert letter.to == ["ana@alder.example"] or "ana@alder.example" in str(letter.to)
    assert Message.objects.get().state == Message.State.HANDED_OVER


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  \n",
        "x" * 1601,
        "We are collecting on behalf of Harbor Dental.",
        "See https://bit.ly/abc",
        "Text us your card and we charge it.",
        "Is 4111 1111 1111 1111 still the card?",
    ],
)
def test_what_even_a_person_may_not_send(line, clerk, body):
    with pytest.raises(ReplyRefused):
        answer(line, clerk, body, medium="sms")


def test_a_long_invoice_number_and_a_name_are_no_card_and_no_threat(line, clerk):
    factories.invoice(line.customer, number="4111111111111111")
    line.customer.name = "Lien & Sons"
    line.customer.save()

    said = answer(line, clerk, "Lien & Sons: 4111111111111111 is corrected.", medium="sms")

    assert said.state == Message.State.APPROVED


def test_a_wrong_number_is_not_answered(line, clerk):
    line.hears("What is this for?")
    Contact.objects.update(state=Contact.State.WRONG_PERSON)

    with pytest.raises(ReplyRefused, match="wrong person"):
        answer(line, clerk, medium="sms")


def test_a_landline_fails_with_a_reason(line, clerk):
    line.hears("What is this for?")
    line.sandbox.phone(PHONE).data.fate = "30006"

    message = answer(line, clerk)
    line.work()

    message.refresh_from_db()
    assert (message.state, message.error_code) == (Message.State.FAILED, "30006")
    assert thread_of(line).state == Thread.State.NEEDS_REPLY
    assert Contact.objects.get().state == Contact.State.NOT_TEXTABLE
