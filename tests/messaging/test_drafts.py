"""What somebody begins to write stays, for them alone, until it is sent."""

import pytest

from arbook.companies.models import Company, Role
from arbook.sandbox import clock as movable
from messaging import drafts
from messaging.models import Draft, Thread
from tests import factories
from tests.messaging.talks import NOW, client_of, says, somebody, url

WORDS = "It is for Octo"


@pytest.fixture
def company(db):
    movable.move_to(NOW)
    made = factories.company(slug="harbor", name="Harbor Dental", mode="review")
    yield Company.objects.get(pk=made.pk)
    movable.reset()


def types(client, company, thread, body=WORDS, **fields):
    sent = {"kind": "sms", "body": body, "seen": thread.messages.last().pk} | fields
    return client.post(url(company, "thread_measure", thread.pk), sent)


def written(client, thread, address="") -> str:
    page = client.get(address or thread.get_absolute_url()).content.decode()
    return page.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0]


def test_a_draft_is_there_again_on_every_page_of_its_writer_and_on_no_other(company):
    thread, ana, ben = somebody(company, 1), client_of(company), client_of(company)

    types(ana, company, thread, kind="note", leave_at="2026-11-23T10:00")
    elsewhere = client_of(company, person=ana.person)

    for client in (ana, elsewhere):
        assert written(client, thread) == WORDS
        assert written(client, thread, url(company, "thread_composer", thread.pk)) == WORDS
    page = ana.get(thread.get_absolute_url()).content.decode()
    assert 'value="note" data-key="n" checked' in page
    assert 'value="2026-11-23T10:00"' in page
    assert "Your draft, kept for you" in page
    assert ">Draft<" in ana.get(url(company, "inbox")).content.decode()
    assert written(ben, thread) == ""
    assert ">Draft<" not in ben.get(url(company, "inbox")).content.decode()
    types(ben, company, thread, "Mine")
    assert (written(ana, thread), written(ben, thread)) == (WORDS, "Mine")
    assert types(client_of(company, Role.VIEWER), company, thread).status_code == 403
    types(ana, company, thread, "  ")
    assert written(ana, thread) == ""


@pytest.mark.parametrize("then", ["", "close"])
@pytest.mark.parametrize("kind", ["sms", "note"])
def test_a_draft_is_gone_when_it_was_sent_and_late_strokes_bring_nothing_back(company, kind, then):
    thread, client = somebody(company, 1), client_of(company)
    seen = thread.messages.last().pk
    types(client, company, thread)

    sent = {"kind": kind, "body": "It is for  October.", "seen": seen, "then": then}
    client.post(url(company, "thread_reply", thread.pk), sent)
    types(client, company, thread, WORDS, seen=seen)

    assert not Draft.objects.exists()
    types(client, company, thread, "Another word", seen=seen)
    assert Draft.objects.get().body == "Another word"


def test_words_that_were_refused_or_put_in_are_kept_as_well(company):
    thread, client = somebody(company, 1), client_of(company)

    client.post(url(company, "thread_saved", thread.pk), {"saved": "who", "body": "Hello."})
    refused = {"kind": "sms", "body": "We will sue you", "leave_at": "2020-01-01T10:00"}
    answer = client.post(url(company, "thread_reply", thread.pk), refused)

    assert answer.status_code == 422
    assert written(client, thread) == "We will sue you"


def test_who_leaves_in_the_middle_of_a_word_writes_no_more(company):
    thread, ana, ben = somebody(company, 1), client_of(company), client_of(company)
    pulse = f"{url(company, 'inbox_pulse')}?thread={thread.pk}"

    types(ana, company, thread)
    assert "is writing here" in ben.get(pulse).content.decode()
    assert types(ana, company, thread, left="1").status_code == 204

    assert "is writing here" not in ben.get(pulse).content.decode()
    assert written(ana, thread) == WORDS


def test_a_draft_goes_with_the_conversation_of_a_stranger(company):
    known, stranger = somebody(company, 1), says(company, "+13125550177", "It is me")
    client = client_of(company)
    types(client, company, stranger)

    client.post(url(company, "thread_link", stranger.pk), {"customer": known.customer_id})

    assert not Thread.objects.filter(pk=stranger.pk).exists()
    assert drafts.of(known, client.person).body == WORDS
