"""What people do with a conversation while the customer goes on writing."""

import json

import pytest

from arbook.companies.models import Role
from messaging import replies, threads
from messaging.models import Message, Thread
from messaging.replies import ReplyRefused
from tests import factories
from tests.messaging.talks import NOW, client_of, says, somebody, url

pytestmark = pytest.mark.django_db
CLOSES = {"outcome": "answered", "next_step": "Reminders go on."}


@pytest.fixture
def thread():
    return somebody(factories.company(mode="review"), 1)


def newest(thread) -> int:
    return thread.messages.latest("pk").pk


def test_nobody_closes_over_words_that_came_meanwhile(thread):
    client, place = client_of(thread.company), url(thread.company, "thread_close", thread.pk)
    page = client.get(place).content.decode()
    assert f'name="seen" value="{newest(thread)}"' in page
    seen = newest(thread)
    says(thread.company, "+12125550001", "And it is the wrong amount!")

    refused = client.post(place, CLOSES | {"seen": seen})

    thread.refresh_from_db()
    assert refused.status_code == 422
    assert "And it is the wrong amount!" in refused.content.decode()
    assert f'name="seen" value="{newest(thread)}"' in refused.content.decode()
    assert thread.state == Thread.State.NEEDS_REPLY

    client.post(place, CLOSES | {"seen": newest(thread)})
    thread.refresh_from_db()
    assert thread.state == Thread.State.CLOSED


def test_an_answer_waits_for_who_wrote_it_to_read_what_came_meanwhile(thread):
    by, seen = factories.member(thread.company, Role.BOOKKEEPER), newest(thread)
    says(thread.company, "+12125550001", "Never mind, I found it.")

    with pytest.raises(ReplyRefused, match="Never mind") as refused:
        replies.reply(thread, body="It is for March.", by=by, seen=seen, now=NOW)

    assert not Message.objects.filter(direction="out").exists()
    replies.reply(thread, body="Good.", by=by, seen=refused.value.other.pk, now=NOW)
    assert threads.heard_since(thread, seen) == refused.value.other


def test_many_are_not_closed_over_words_that_came_meanwhile(thread):
    company, other = thread.company, somebody(thread.company, 2)
    client, place = client_of(company), url(company, "inbox_many")
    page = client.get(url(company, "inbox")).content.decode()
    seen = {f"seen-{row.pk}": newest(row) for row in (thread, other)}
    for name, value in seen.items():
        assert f'name="{name}" value="{value}"' in page
    says(company, "+12125550001", "And it is the wrong amount!")
    sent = CLOSES | seen | {"act": "close", "threads": [thread.pk, other.pk], "queue": "needs"}

    told = client.post(place, sent, headers={"HX-Request": "true"})

    thread.refresh_from_db()
    other.refresh_from_db()
    assert (thread.state, other.state) == (Thread.State.NEEDS_REPLY, Thread.State.CLOSED)
    said = json.loads(told["HX-Trigger"])["toast"]["message"]
    assert said.startswith("1 conversation is closed. Left as it is, because they wrote meanwhile:")
    assert said.endswith(f"{thread.customer}.")

    for act in ("close", "snooze"):
        again = client.post(place, sent | {"act": act, "threads": [thread.pk]}, follow=True)
        assert "they wrote meanwhile" in again.content.decode()
    thread.refresh_from_db()
    assert thread.state == Thread.State.NEEDS_REPLY
    client.post(place, sent | {"threads": [thread.pk], f"seen-{thread.pk}": newest(thread)})
    thread.refresh_from_db()
    assert thread.state == Thread.State.CLOSED
