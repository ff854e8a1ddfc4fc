"""People put right what triage read, and see how often it was."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from arbook.audit.models import Entry
from arbook.companies.models import Role
from arbook.sandbox import clock as movable
from customers import consent
from customers.models import Channel
from messaging import corrections, retention
from messaging.corrections import CorrectionRefused
from messaging.models import Message, Thread
from tests import factories
from tests.messaging.test_inbox import NOW, client_of, somebody, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    movable.move_to(NOW)
    yield factories.company(slug="harbor", name="Harbor Dental")
    movable.reset()


def reply_of(company, number: int, body: str) -> Message:
    thread = somebody(company, number, body)
    return thread.messages.get(direction=Message.Direction.IN)


def put_right(company, message, intent):
    return corrections.correct(
        message, intent=intent, by=factories.member(company, Role.BOOKKEEPER), now=NOW
    )


def test_one_tap_puts_the_meaning_of_a_reply_right(company):
    message = reply_of(company, 1, "What is this for?")

    response = client_of(company).post(
        url(company, "reading_correct", message.pk), {"intent": "dispute"}, follow=True
    )

    assert response.status_code == 200
    message.refresh_from_db()
    kept = message.triage_correction
    assert (kept.read_intent, kept.right_intent) == ("question", "dispute")
    assert Thread.objects.get(pk=message.thread_id).intent == "dispute"
    assert message.reading["right_intent"] == "dispute"
    assert Entry.objects.get(verb="reply.corrected").data["right"] == "dispute"


def test_who_is_said_to_want_no_more_messages_gets_none(company):
    message = reply_of(company, 1, "What is this for?")

    put_right(company, message, "stop")

    assert consent.standing(company, Channel.SMS, message.address).is_withdrawn


def test_a_stop_that_was_none_gives_no_consent_back(company):
    message = reply_of(company, 1, "please stop texting me")
    assert consent.standing(company, Channel.SMS, message.address).is_withdrawn

    put_right(company, message, "question")

    assert consent.standing(company, Channel.SMS, message.address).is_withdrawn


def test_only_replies_with_their_words_are_put_right(company):
    message = reply_of(company, 1, "What is this for?")
    retention.remove([message], "Taken out.", now=NOW)

    with pytest.raises(CorrectionRefused):
        put_right(company, message, "dispute")
    with pytest.raises(CorrectionRefused):
        put_right(company, message, "nonsense")


def test_the_record_counts_what_people_have_dealt_with(company):
    wrong, right, unseen = (reply_of(company, number, "What is this for?") for number in (1, 2, 3))
    put_right(company, wrong, "dispute")
    put_right(company, right, "question")

    record = corrections.record(company, now=NOW)

    assert (record.read, record.wrong, record.confirmed, record.percent) == (2, 1, 1, 50)
    assert [(line.intent, line.read, line.missed) for line in record.lines] == [
        ("question", 2, 0),
        ("dispute", 0, 1),
    ]
    assert [one.message for one in record.recent] == [wrong]
    assert corrections.record(company, now=NOW + timedelta(days=91)).read == 0
    page = client_of(company, Role.VIEWER).get(url(company, "readings")).content.decode()
    assert "50 %" in page
    assert "What is this for?" in page
    assert unseen.reading["intent"] == "question"


def test_examples_leave_as_labelled_lines_and_never_after_the_words_went(company):
    first, gone = (reply_of(company, number, "What is this for?") for number in (1, 2))
    put_right(company, first, "dispute")
    put_right(company, gone, "dispute")
    retention.remove([gone], "Taken out.", now=NOW)

    response = client_of(company).get(url(company, "readings_export"))

    rows = [json.loads(line) for line in response.content.decode().splitlines()]
    assert [(row["text"], row["intent"], row["must_pause"]) for row in rows] == [
        ("What is this for?", "dispute", True)
    ]


def test_another_companys_reply_is_not_there(company):
    message = reply_of(company, 1, "What is this for?")
    other = factories.company(slug="other")

    address = reverse("messaging:reading_correct", args=[other.slug, message.pk])

    assert client_of(other).post(address, {"intent": "paid"}).status_code == 404
