"""Whose conversation a mail goes on with, and that it counts once."""

import pytest

from arbook.audit.models import Entry
from arbook.sandbox import clock as movable
from arbook.webhooks.models import WebhookEvent
from customers.models import Channel
from invoices.models import Hold
from messaging import mail_in, reply_address, strangers, threads
from messaging.models import Message
from tests import factories
from tests.messaging.post import ADA, SECRETS


@pytest.mark.parametrize("provider", SECRETS)
def test_an_answer_is_threaded_by_its_reply_address_whoever_sends_it(post, provider):
    post.through(provider)
    said = post.sends()

    heard = post.answers(
        "I'll pay on Friday.\n\nThanks,\nAda Lane\nAccounts\n(860) 555-0142",
        sender="ada.private@home.example",
        html="<p>I'll pay on Friday.</p>",
        files=(("remittance.pdf", b"%PDF-1.7", "application/pdf"),),
    )

    assert heard.thread == said.thread
    assert heard.body == "I'll pay on Friday."
    assert heard.reading["by"] == "the reply address"
    assert heard.reading["intent"] == "promise"
    kept = heard.letter
    assert "Please pay invoice 1042." in kept.text
    assert b"ada.private@home.example" in bytes(kept.raw)
    (file,) = kept.files.all()
    assert (file.name, bytes(file.content)) == ("remittance.pdf", b"%PDF-1.7")
    assert Hold.objects.get().reason == Hold.Reason.REPLY
    event = WebhookEvent.objects.get(kind="inbound", company=post.company)
    assert (event.company, event.state) == (post.company, "done")
    assert Entry.objects.get(verb="reply.received").cause.verb == "webhook.mail"


def test_then_by_what_it_answers_then_by_its_sender_else_nobody_knows(post):
    said = post.sends()
    answered = {"In-Reply-To": said.vendor_id}

    by_headers = post.writes("See below", sender="boss@lane.example", headers=answered)
    by_sender = post.writes("When is it due?")
    stranger = post.writes("Who are you?", sender="who@else.example")

    assert (by_headers.thread, by_headers.reading["by"]) == (said.thread, "its headers")
    assert (by_sender.thread, by_sender.reading["by"]) == (said.thread, "its sender")
    assert stranger.thread.customer is None
    assert stranger.thread.unknown_address == "who@else.example"

    other = factories.customer(post.company, name="Else & Co")
    person = factories.member(post.company)
    strangers.link(stranger.thread, customer=other, by=person, now=movable.now())
    again = post.writes("I meant invoice 7", sender="new@else.example",
                        headers={"References": f"<x@y.example> {stranger.vendor_id}"})  # fmt: skip

    assert again.thread.customer == other


def test_a_reply_address_cannot_be_guessed(post):
    said = post.sends()
    other = threads.of(factories.customer(post.company, name="Somebody"))
    address = reply_address.of(post.company, said.thread_id)
    forged = address.replace(f"+{said.thread_id}.", f"+{other.pk}.")

    assert reply_address.thread_in([post.letter.headers["Reply-To"].rpartition("<")[2].strip(">")])
    assert reply_address.thread_in([forged.rpartition("<")[2].strip(">")]) is None
    assert reply_address.thread_in(["reply+1.aaaaaaaaaaaaaaaaaaaa@reply.arbook.example"]) is None


def test_two_companies_on_one_door_each_get_their_own_mail(post):
    neighbour = factories.company(slug="anchor", name="Anchor")
    theirs = factories.customer(neighbour, name="Ada Lane too")
    factories.contact(theirs, Channel.EMAIL, ADA)
    post.sends()

    mine = post.answers("Got it")
    named = post.writes("Hello", to="Anchor <anchor@reply.arbook.example>")

    assert mine.company == post.company
    assert (named.company, named.thread.customer) == (neighbour, theirs)


def test_the_same_letter_by_two_ways_is_one_reply(post):
    post.sends()
    raw = post.sandbox.postbox.answer(post.letter, "I paid yesterday")
    post.through("mailgun")
    post.sandbox.postbox.hand_in(raw, recipient="", sender=ADA)
    post.sandbox.faults.add("mailgun", "webhook", "doubled", times=1, copies=3)
    post.sandbox.postbox.hand_in(raw, recipient="", sender=ADA)
    post.work()

    assert WebhookEvent.objects.filter(kind="inbound", company=None).count() == 2
    assert Message.objects.filter(direction="in").count() == 1


def test_somebody_elses_letter_with_the_same_id_is_not_swallowed(post):
    same = {"Message-ID": "<1@localhost>"}
    for sender in (ADA, "bob@lane.example"):
        raw = f"From: {sender}\r\nMessage-ID: <1@localhost>\r\n\r\nIt is me".encode()
        post.sandbox.postbox.hand_in(raw, recipient="harbor@reply.arbook.example", sender=sender)
    post.work()

    assert Message.objects.filter(direction="in").count() == 2, same


def test_our_own_letter_that_comes_back_is_no_reply(post):
    post.sends()

    post.sandbox.postbox.hand_in(post.letter.raw, recipient="harbor@reply.arbook.example")
    post.work()

    assert not Message.objects.filter(direction="in").exists()
    assert WebhookEvent.objects.get(company=post.company).state == "done"


def test_the_same_words_on_two_days_are_two_letters_also_without_an_id(post):
    raw = b"From: ada@lane.example\r\nDate: Fri, %d Nov 2026 10:00:00 -0500\r\n\r\nYes."

    for day in (20, 20, 27):
        mail_in.receive(post.company, raw % day, received_at=movable.now(), now=movable.now())

    assert Message.objects.filter(direction="in").count() == 2
