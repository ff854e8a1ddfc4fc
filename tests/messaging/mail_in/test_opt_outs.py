"""Opt-outs by mail, and answers that no person wrote."""

import pytest

from customers.models import ConsentEvent
from invoices.models import Hold, Task
from messaging.models import Thread
from tests.messaging.post import standing


def test_an_opt_out_from_another_address_counts_for_the_one_we_wrote_to(post):
    post.sends()

    post.answers("Please stop emailing us", sender="jane@lane.example")

    assert (standing(post), standing(post, "jane@lane.example")) == ("withdrawn", "withdrawn")
    assert ConsentEvent.objects.filter(source="reply").count() == 2


def test_the_words_we_quote_are_no_opt_out(post):
    post.sends("Please pay. Reply STOP to stop these mails.")

    heard = post.answers("When was this work done?")

    assert heard.reading["intent"] == "question"
    assert standing(post) != "withdrawn"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Autoreply": "yes"},
        {"Precedence": "auto_reply"},
    ],
)
def test_an_automatic_answer_is_kept_and_nothing_follows(post, headers):
    post.sends()
    before = len(post.sandbox.mailbox)

    heard = post.writes("I am out of the office until Monday. STOP", headers=headers)

    assert heard.reading["automatic"]
    assert heard.thread.state == Thread.State.WAITING
    assert not Hold.objects.exists()
    assert standing(post) != "withdrawn"
    assert len(post.sandbox.mailbox) == before


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "auto-generated"}, {"Precedence": "list", "List-Id": "<ap.x>"}]
)
def test_what_a_help_desk_or_a_list_hands_on_is_a_persons_answer(post, headers):
    said = post.sends()

    post.writes("Please stop emailing us", headers=headers | {"In-Reply-To": said.vendor_id})

    assert standing(post) == "withdrawn"
    post.writes("Our newsletter", sender="news@else.example", headers=headers)
    assert Thread.objects.get(unknown_address="news@else.example").state == Thread.State.WAITING


def test_an_automatic_answer_that_names_a_successor_opens_a_task(post):
    post.writes(
        "I no longer work here. Please contact bill@lane.example from now on.",
        headers={"Auto-Submitted": "auto-replied"},
    )

    assert Task.objects.get().kind == Task.Kind.FIX_DATA
    assert not Hold.objects.exists()
