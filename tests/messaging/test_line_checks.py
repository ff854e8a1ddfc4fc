"""Lookup before the first text; numbers that carriers gave up or that changed hands."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.sandbox import clock as movable
from customers import consent, contacts, lines
from customers import jobs as customer_jobs
from customers.models import Channel, ConsentEvent, Contact
from messaging import jobs
from messaging.models import Message
from tests.messaging.desk import MOBILE


def lookups(desk) -> int:
    return desk.sandbox.faults.count("twilio", "lookup.fetch")


def contact(number=MOBILE) -> Contact:
    return Contact.objects.get(address=number)


def leave(desk, message):
    desk.approve(message)
    desk.pass_undo()
    desk.send()


def test_the_first_text_asks_what_the_number_is_and_the_next_one_remembers(desk):
    leave(desk, desk.ready())

    assert len(desk.texts()) == 1
    assert (contact().line_type, contact().line_carrier) == ("mobile", "Example Wireless")
    assert lookups(desk) == 1
    assert lines.unasked(desk.company, [MOBILE], now=desk.now) == []
    later = desk.now + lines.GOOD_FOR + timedelta(days=1)
    assert lines.unasked(desk.company, [MOBILE], now=later) == [MOBILE]


@pytest.mark.parametrize("kind", ["landline", "fixedVoip", "nonFixedVoip", "tollFree", "pager"])
def test_a_line_that_is_no_mobile_is_not_texted_and_says_why(desk, kind):
    desk.sandbox.phone(MOBILE).data.line = kind
    message = desk.ready()
    leave(desk, message)

    message.refresh_from_db()
    row = contact()
    assert desk.texts() == []
    assert row.state == Contact.State.NOT_TEXTABLE
    assert row.state_reason == f"{lines.NO_MOBILE[kind]} (Lookup, Nov 20, 2026)"
    # The step may go by mail: it is proposed anew, for a person to see.
    assert message.state != Message.State.HANDED_OVER

    contacts.mark(row, state=Contact.State.USABLE, reason="", by=desk.bookkeeper, now=desk.now)
    assert lines.unasked(desk.company, [MOBILE], now=desk.now) == []


def test_where_carriers_do_not_know_the_text_itself_will_tell(desk):
    desk.sandbox.phone(MOBILE).data.lookup_error = 60600
    leave(desk, desk.ready())

    assert len(desk.texts()) == 1
    assert contact().line_type == lines.UNKNOWN


def test_while_lookup_does_not_answer_the_first_text_waits(desk):
    desk.sandbox.faults.add("twilio", "lookup.fetch", "500", times=1)
    message = desk.ready()
    leave(desk, message)
    assert desk.texts() == []

    movable.move(timedelta(minutes=3))
    desk.send()

    assert len(desk.texts()) == 1


def test_numbers_are_asked_about_while_their_texts_wait_for_a_yes(desk):
    desk.ready()

    jobs.look_up_lines(clock.now())
    jobs.look_up_lines(clock.now())

    assert lookups(desk) == 1
    assert contact().line_type == "mobile"


def test_an_old_consent_is_lost_when_the_number_changed_hands_since(desk):
    desk.sandbox.phone(MOBILE).data.reassigned_on = "2026-06-01"
    message = desk.ready()
    ConsentEvent.objects.update(at=desk.now - timedelta(days=300))
    leave(desk, message)

    last = ConsentEvent.objects.latest("pk")
    assert desk.texts() == []
    assert (last.direction, last.source) == ("withdrawn", "carrier")
    assert contact().state == Contact.State.WRONG_PERSON


def test_a_number_reassigned_before_they_agreed_is_still_theirs(desk):
    desk.sandbox.phone(MOBILE).data.reassigned_on = "2025-06-01"
    message = desk.ready()
    ConsentEvent.objects.update(at=desk.now - timedelta(days=300))
    leave(desk, message)

    assert len(desk.texts()) == 1


def test_numbers_the_carriers_gave_up_lose_their_consent_day_by_day(desk):
    desk.ready()
    customer_jobs.read_deactivations(clock.now())
    assert contact().is_usable

    desk.sandbox.phone(MOBILE).data.gave_up_on = "2026-11-21"
    movable.move(timedelta(days=4))
    customer_jobs.read_deactivations(clock.now())
    customer_jobs.read_deactivations(clock.now())

    row = contact()
    assert row.state == Contact.State.UNREACHABLE and "Nov 21, 2026" in row.state_reason
    assert consent.standing(desk.company, Channel.SMS, MOBILE).is_withdrawn
    assert ConsentEvent.objects.filter(direction="withdrawn").count() == 1
    # One list for each day that had passed, none twice.
    assert desk.sandbox.faults.count("twilio", "deactivations.fetch") == 5
