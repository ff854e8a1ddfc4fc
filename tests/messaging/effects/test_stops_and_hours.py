"""A stop is heard at the wire, and a text waits for a decent hour."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from arbook.sandbox import clock as movable
from arbook.setup import stopping
from customers import consent
from messaging import hand_over, lastlook, stopped
from messaging.models import Message
from tests.messaging.effects.approved import approved


def test_a_stop_between_approval_and_sending_is_heard(desk):
    message = approved(desk)
    consent.withdraw(
        desk.company, channel="sms", address=message.address, source="staff", by=None, now=desk.now
    )

    desk.send()

    message.refresh_from_db()
    assert desk.texts() == []
    assert message.state in (Message.State.WITHDRAWN, Message.State.PROPOSED)


def test_a_text_waits_for_a_decent_hour(desk):
    message = desk.ready()
    movable.move(timedelta(hours=10))
    desk.approve(message)
    desk.pass_undo()

    desk.send()

    assert desk.texts() == []
    effect = Effect.objects.get(key=f"msg:{message.pk}")
    # Monday, nine in Hartford: the weekend is closed.
    assert effect.not_before.isoformat() == "2026-11-23T14:00:00+00:00"
    movable.move_to(effect.not_before + timedelta(seconds=1))
    desk.send()
    assert desk.texts() == [message.body]


def test_the_carrier_may_not_hold_a_text_past_closing(desk):
    approved(desk)
    movable.move_to(desk.now.replace(hour=23, minute=30))
    desk.send()

    (text,) = desk.carrier.outbound("+18605550142")
    # Closing is at 19:30 in Hartford, 00:30 UTC.
    assert 3000 < text.validity <= 3600


def test_a_text_looked_at_before_closing_is_not_handed_over_after_it(desk):
    approved(desk)
    movable.move_to(desk.now.replace(hour=0, minute=29, second=40) + timedelta(days=1))
    effect = Effect.objects.get(kind="messaging.send")
    (ready,) = lastlook.prepare(desk.company, [effect], now=desk.now).values()
    late = replace(ready, began_at=ready.began_at - timedelta(seconds=30))

    with pytest.raises(Later, match="decent hours"):
        hand_over.call(late)

    assert desk.texts() == []


def test_a_stopped_company_sends_nothing_and_goes_on_afterwards(desk):
    message = approved(desk)
    Company.objects.filter(pk=desk.company.pk).update(stopped_at=desk.now)
    desk.send()
    assert desk.texts() == []

    Company.objects.filter(pk=desk.company.pk).update(stopped_at=None)
    movable.move(timedelta(minutes=16))
    desk.send()
    message.refresh_from_db()
    assert desk.texts() == [message.body]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_stop_pressed_while_a_chunk_leaves_holds_the_rest_of_it(
    desk, settings, monkeypatch, threads
):
    settings.OUTBOX_THREADS = threads
    monkeypatch.setattr(stopped, "LOOK_EVERY", 0.1)
    messages = [desk.ready(f"Alder{n} Ltd", mobile=f"+1860555030{n}") for n in range(9)]
    desk.approve(*messages)
    desk.pass_undo()
    stopped.forget()
    desk.sandbox.faults.add("twilio", "messages.create", "slow", seconds=0.2)
    desk.bookkeeper  # noqa: B018 (made here, used in both threads)
    pressed = threading.Thread(target=_press_once_one_has_left, args=[desk, messages])
    pressed.start()
    desk.send()
    pressed.join()

    held = Effect.objects.filter(kind="messaging.send", state="pending")
    assert 0 < held.count() < 9
    assert all(one.error.startswith("Held: ") and one.attempts == 0 for one in held)
    texts = [text for one in messages for text in desk.texts(one.address)]
    assert len(texts) == 9 - held.count()

    desk.sandbox.faults.clear()
    stopping.resume(desk.company, by=desk.bookkeeper, now=desk.now)
    desk.send()
    assert [len(desk.texts(one.address)) for one in messages] == [1] * 9


def _press_once_one_has_left(desk, messages) -> None:
    try:
        while not any(desk.texts(one.address) for one in messages):
            time.sleep(0.01)
        stopping.stop(desk.company, reason="wrong", by=desk.bookkeeper, now=desk.now)
    finally:
        connection.close()


def test_while_texts_leave_a_stop_is_looked_for_once_a_second_at_most(
    desk, django_assert_num_queries
):
    stopped.forget()
    with django_assert_num_queries(1):
        for _ in range(100):
            stopped.hold_back(desk.company)


def test_a_text_outside_its_hours_is_never_made_ready(desk):
    message = desk.ready()
    night = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    found = hand_over.ready_text(
        desk.company,
        message,
        client=None,
        place=message.customer.place(message.address),
        now=night,
        read_at=night,
    )

    assert isinstance(found, Later)
    assert found.at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
