"""What a person does in the inbox: ticks, tags, many at once, taken up again, on to the next."""

import re
from datetime import date

import pytest

from arbook.companies.models import Company, Role
from arbook.sandbox import clock as movable
from customers import tags
from invoices import holds
from invoices.models import PromiseToPay
from messaging import beside, closing, inbox, ticks
from messaging.models import Message, Thread
from messaging.threads import ThreadRefused
from tests import factories
from tests.messaging.talks import NOW, client_of, says, somebody, url

State = Thread.State


@pytest.fixture
def company(db):
    movable.move_to(NOW)
    made = factories.company(slug="harbor", name="Harbor Dental", mode="review")
    yield Company.objects.get(pk=made.pk)
    movable.reset()


def states(*rows: Thread) -> list[str]:
    return [Thread.objects.get(pk=row.pk).state for row in rows]


def test_a_conversation_is_about_what_was_read_until_a_person_ticks(company):
    thread = somebody(company, 1, "Invoice INV-1 is wrong")
    other = factories.invoice(thread.customer, "40.00", number="77")
    named = thread.customer.invoices.get(number="INV-1")
    client = client_of(company)

    def ticked():
        found = beside.of(Thread.objects.get(pk=thread.pk), now=NOW)
        return [one.invoice.number for one in found.invoices if one.is_ticked]

    assert ticked() == ["INV-1"]
    client.post(url(company, "thread_tick", thread.pk), {"invoices": [other.pk]})
    assert ticked() == ["77"]
    form = client.get(url(company, "thread_dispute", thread.pk)).content.decode()
    assert f'value="{other.pk}" selected' in form
    foreign = factories.invoice(factories.customer(company))
    client.post(url(company, "thread_tick", thread.pk), {"invoices": [foreign.pk, named.pk, "x"]})
    assert ticked() == ["INV-1"]
    with pytest.raises(ThreadRefused):
        ticks.tick(says(company, "+13125550177", "Hi"), invoices=[], by=client.person, now=NOW)


def test_a_queue_can_be_narrowed_to_what_it_is_about(company):
    paid = somebody(company, 1, "I paid that last week")
    asks = somebody(company, 2, "What is this for?")
    client = client_of(company)

    _, about = inbox.numbers(company, "needs", client.person, now=NOW)
    assert {one.intent: one.count for one in about} == {"paid": 1, "question": 1}
    page = client.get(url(company, "inbox") + "?queue=needs&tag=paid").content.decode()
    assert paid.get_absolute_url() in page
    assert asks.get_absolute_url() not in page
    empty = client.get(url(company, "inbox") + "?queue=mine&tag=paid").content.decode()
    assert "Nothing here is about PAID" in empty


def test_what_was_closed_can_be_taken_up_again(company):
    thread, client = somebody(company, 1), client_of(company)
    form = {"outcome": "answered", "next_step": "Reminders go on."}

    page = client.post(url(company, "thread_close", thread.pk), form, follow=True)

    assert "data-until=" in page.content.decode()
    undo = url(company, "thread_reopen", thread.pk)
    assert not holds.active(company, [thread.customer_id], now=NOW)[thread.customer_id]
    client.post(undo)
    thread.refresh_from_db()
    assert (thread.state, thread.outcome, thread.closed_at) == (State.NEEDS_REPLY, "", None)
    assert thread.needs_reply_since == thread.messages.first().created_at
    assert holds.active(company, [thread.customer_id], now=NOW)[thread.customer_id]
    client.post(url(company, "thread_snooze", thread.pk), {"until": "2026-11-24"})
    client.post(undo)
    assert states(thread) == [State.NEEDS_REPLY]


def test_what_is_dealt_with_leads_to_the_next_of_the_same_queue(company):
    first, second = somebody(company, 1), somebody(company, 2)
    client = client_of(company)
    closes = {"outcome": "answered", "next_step": "x"}

    done = client.post(url(company, "thread_close", first.pk) + "?queue=needs", closes)
    assert done["Location"] == f"{second.get_absolute_url()}?queue=needs"
    answer = {"kind": "sms", "body": "For October.", "then": "close"}
    address = url(company, "thread_reply", second.pk) + "?queue=needs"
    done = client.post(address, answer, headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == url(company, "inbox") + "?queue=needs"
    assert states(first, second) == [State.CLOSED, State.CLOSED]
    said = Message.objects.get(direction="out")
    assert said.body == "For October."


def test_a_promise_that_closes_leads_on_too(company):
    first, second = somebody(company, 1), somebody(company, 2)
    promised = {
        "invoice": first.customer.invoices.get().pk,
        "amount": "100.00",
        "due_on": "2026-12-01",
        "closes": "on",
    }

    client = client_of(company)
    done = client.post(url(company, "thread_promise", first.pk) + "?queue=needs", promised)

    assert done["Location"] == f"{second.get_absolute_url()}?queue=needs"
    assert PromiseToPay.objects.get().due_on == date(2026, 12, 1)


def many(client, company, act, *rows, **fields):
    keys = [row.pk for row in rows]
    sent = {"act": act, "threads": keys, "queue": "needs"} | fields
    return client.post(url(company, "inbox_many"), sent, follow=True).content.decode()


def test_many_conversations_are_dealt_with_as_one(company):
    rows = [somebody(company, number) for number in range(3)]
    client = client_of(company)

    assert "3 conversations are yours now." in many(client, company, "assign", *rows)
    assert set(Thread.objects.values_list("owner", flat=True)) == {client.person.pk}
    assert "1 conversation is put away" in many(client, company, "snooze", rows[0])
    closes = {"outcome": "nothing", "next_step": "Nothing to do."}
    assert "2 conversations are closed." in many(client, company, "close", *rows[1:], **closes)
    assert states(*rows) == [State.SNOOZED, State.CLOSED, State.CLOSED]


def test_one_that_refuses_keeps_all_of_them_as_they_were(company):
    rows = [somebody(company, number) for number in range(2)]
    closing.close(rows[1], outcome="answered", next_step="x", by=client_of(company).person, now=NOW)
    client = client_of(company)

    assert "closed" in many(client, company, "snooze", *rows)
    assert states(*rows) == [State.NEEDS_REPLY, State.CLOSED]
    assert "Say what happens next." in many(client, company, "close", rows[0], outcome="nothing")
    assert "Choose what to do" in many(client, company, "burn", rows[0])
    assert "Choose conversations first." in many(client, company, "assign")
    foreign = somebody(Company.objects.get(pk=factories.company().pk), 9)
    assert "Choose conversations first." in many(client, company, "assign", foreign)
    assert states(rows[0], foreign) == [State.NEEDS_REPLY, State.NEEDS_REPLY]


@pytest.mark.parametrize(
    "name",
    ["thread_saved", "thread_reopen", "thread_tick", "thread_tag", "inbox_many", "saved_reply_new"],
)
def test_a_viewer_changes_nothing(company, name):
    thread = somebody(company, 1)
    args = [thread.pk] if name.startswith("thread") else []

    assert client_of(company, Role.VIEWER).post(url(company, name, *args)).status_code == 403


def test_the_character_that_makes_a_text_dear_is_marked(company):
    thread = somebody(company, 1)
    sent = {"kind": "sms", "body": "We met at the café — you paid ✓ there."}

    shown = client_of(company).post(url(company, "thread_measure", thread.pk), sent)

    assert "“…ou paid <mark>✓</mark> there.”" in shown.content.decode()
    assert "check mark" in shown.content.decode()
    assert shown.content.decode().count("<mark>") == 1


def test_an_unknown_sender_is_offered_whom_the_words_point_to(company):
    billed = factories.customer(company, name="Elm Street Bakery")
    factories.invoice(billed, number="INV-2041")
    named = factories.customer(company, name="Novak Plumbing", given_name="Ada")
    factories.customer(company, name="Oak Lane")
    foreign = Company.objects.get(pk=factories.company().pk)
    factories.invoice(factories.customer(foreign, name="Novak"), number="INV-2041")

    def offered(number, words):
        thread = says(company, number, words)
        return thread, {one.name for one in beside.of(thread, now=NOW).likely}

    thread, names = offered("+13125550171", "Novak here, it is about inv-2041.")
    assert names == {billed.name, named.name}
    assert offered("+13125550172", "Hello? Who is this?")[1] == set()
    assert offered("+13125550173", "'; -- \\ [a-z]* .+ plumbing(")[1] == {named.name}

    client = client_of(company)
    assert "Perhaps theirs" in client.get(thread.get_absolute_url()).content.decode()
    client.post(url(company, "thread_link", thread.pk), {"customer": billed.pk})
    thread.refresh_from_db()
    assert thread.customer == billed


def test_tags_are_put_and_taken_beside_the_conversation(company):
    thread, client = somebody(company, 1), client_of(company)
    address = url(company, "thread_tag", thread.pk)

    def tagged(**sent):
        page = client.post(address, sent, follow=True).content.decode()
        found = beside.of(Thread.objects.get(pk=thread.pk), now=NOW)
        return [one.name for one in found.tags], page

    assert "every reminder is silent" in tagged(tag=" vip ")[1]
    assert tagged(tag="Slow  payer")[0] == ["Slow payer", "VIP"]
    assert tagged(tag="slow PAYER")[0] == ["Slow payer", "VIP"]
    # A known one that was chosen counts more than what was half written.
    assert tagged(known="Key account", tag="xy")[0] == ["Key account", "Slow payer", "VIP"]
    assert tagged(tag="Slow payer", act="take")[0] == ["Key account", "VIP"]
    assert "Write the tag." in tagged(tag=" ")[1]
    assert "at most 60" in tagged(tag="x" * 61)[1]
    tags.put(thread.customer, source="books", by=None, now=NOW)
    assert tagged(tag="VIP", act="take")[0] == ["Key account", "VIP"]
    _, page = tagged(tag="VIP", act="take")
    assert "QuickBooks marks" in page
    assert "QuickBooks places this tag" in page
    assert 'value="Slow payer"' in page  # offered for the next time
    stranger = says(company, "+13125550177", "Hi")
    refusal = client.post(url(company, "thread_tag", stranger.pk), {"tag": "VIP"}, follow=True)
    assert "First say whose number this is." in refusal.content.decode()


def test_a_tag_is_taken_back_by_the_undo_bar(company):
    thread, client = somebody(company, 1), client_of(company)
    address = url(company, "thread_tag", thread.pk)

    page = client.post(address, {"tag": "VIP"}, follow=True).content.decode()
    client.post(re.search(r'action="([^"]+/undo/[^"]+)"', page)[1])
    assert not beside.of(thread, now=NOW).tags
