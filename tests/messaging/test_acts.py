"""What people do with a conversation while the customer goes on writing."""

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
