"""What Twilio tells us afterwards: forward only, whatever the order."""

import itertools
import random
from datetime import timedelta

import pytest

from arbook.gateways import errors
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from invoices.models import Reminder
from messaging import delivery, jobs
from messaging.models import Message


@pytest.fixture
def sent(desk) -> Message:
    message = desk.ready()
    desk.approve(message)
    desk.pass_undo()
    desk.send()
    message.refresh_from_db()
    return message


def tell(desk, message, status, **fields):
    return delivery.status(
        desk.company, vendor_id=message.vendor_id, status=status, now=desk.now, **fields
    )


def test_shuffled_and_doubled_statuses_only_move_forward(desk, sent):
    statuses = ["accepted", "queued", "sending", "sent", "delivered"] * 2
    for seed in range(6):
        Message.objects.filter(pk=sent.pk).update(state="handed_over", vendor_status="accepted")
        order = list(statuses)
        random.Random(seed).shuffle(order)
        ranks = []
        for status in order:
            tell(desk, sent, status)
            sent.refresh_from_db()
            ranks.append(delivery.RANK[sent.vendor_status])

        assert ranks == sorted(ranks)
        assert sent.state == Message.State.DELIVERED


def test_the_first_final_word_stands(desk, sent):
    for first, second in itertools.permutations(["delivered", "undelivered"]):
        Message.objects.filter(pk=sent.pk).update(state="handed_over", vendor_status="sent")
        tell(desk, sent, first)
        tell(desk, sent, second)
        sent.refresh_from_db()
        assert sent.vendor_status == first


def test_unknown_texts_and_words_are_let_be(desk, sent):
    sent.vendor_id = "SMsomethingelse"
    assert tell(desk, sent, "delivered") is None
    sent.refresh_from_db()
    tell(desk, sent, "levitating")
    sent.refresh_from_db()
    assert sent.vendor_status != "levitating"


def test_a_callback_settles_a_text_whose_answer_was_lost(desk):
    message = desk.ready()
    desk.approve(message)
    desk.pass_undo()
    desk.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)
    desk.send()
    effect = Effect.objects.get(key=f"msg:{message.pk}")
    assert effect.state == Effect.State.UNSURE

    sid = desk.carrier.outbound()[0].sid
    delivery.status(
        desk.company, vendor_id=sid, status="delivered", message_uuid=message.uuid, now=desk.now
    )
    desk.send()

    message.refresh_from_db()
    effect.refresh_from_db()
    assert effect.state == Effect.State.DONE
    assert (message.state, message.vendor_id) == (Message.State.DELIVERED, sid)
    assert message.lines.get().reminder.state == "sent"


def test_a_failure_before_our_own_writing_comes_again_later(desk):
    message = desk.ready()
    desk.approve(message)
    Effect.objects.filter(key=f"msg:{message.pk}").update(state=Effect.State.IN_FLIGHT)

    with pytest.raises(errors.Unreachable):
        delivery.status(
            desk.company,
            vendor_id="SM1",
            status="failed",
            error_code="30006",
            message_uuid=message.uuid,
            now=desk.now,
        )
    message.refresh_from_db()
    assert message.vendor_status == ""


def test_silent_texts_are_asked_for(desk, sent):
    desk.sandbox.settle()
    movable.move(timedelta(hours=3))

    jobs.poll_delivery(desk.now)

    sent.refresh_from_db()
    assert sent.state == Message.State.DELIVERED
    assert sent.price is not None


def test_a_phone_that_was_off_is_tried_on_the_next_day_at_most_twice(desk):
    desk.sandbox.phone("+18605550142").data.fate = "30003"
    # A Monday, so that five working days follow.
    movable.move(-timedelta(days=4))
    message = desk.ready()

    for _ in range(5):
        desk.read()
        desk.prepare()
        found = desk.message()
        if found.state == Message.State.PROPOSED:
            desk.approve(found)
            desk.pass_undo()
            desk.send()
            desk.sandbox.settle()
            movable.move(timedelta(hours=3))
            jobs.poll_delivery(desk.now)
            desk.prepare()
            # Never again on the same day.
            assert desk.message().pk == found.pk
            movable.move(-timedelta(hours=3))
        movable.move(timedelta(days=1))

    tries = Message.objects.filter(customer=message.customer, medium="sms")
    first_step = message.lines.get().reminder
    assert tries.filter(lines__reminder=first_step).count() <= 3
    assert tries.filter(state="failed").count() >= 2
    assert Reminder.objects.filter(invoice=message.lines.get().invoice).exists()


def test_nothing_is_written_twice_on_the_timeline(desk, sent):
    from arbook.audit import timeline

    for _ in range(3):
        tell(desk, sent, "delivered")
    verbs = [line.verb for line in timeline.of(sent)]
    assert verbs.count("message.delivered") == 1
    assert verbs.count("message.sent") == 1
    assert verbs.count("message.approved") == 1
