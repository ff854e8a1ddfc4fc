"""The inbox as pages: what stands where, who may act, and how many statements it takes."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbook.companies.models import Company, Role
from arbook.sandbox import clock as movable
from customers.models import Channel
from invoices import cadence, holds
from invoices.models import Hold, PromiseToPay
from messaging import away, beside, closing, inbound, inbox, talk, threads
from messaging.models import Message, Thread
from tests import factories
from tests.messaging import phone
from tests.messaging.phone import PHONE
from tests.messaging.talks import NOW, client_of, somebody, url


@pytest.fixture
def company(db):
    movable.move_to(NOW)
    yield Company.objects.get(pk=factories.company(slug="harbor", name="Harbor Dental").pk)
    movable.reset()


def statements(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_the_list_takes_as_many_statements_for_forty_as_for_two(company):
    client = client_of(company)
    for number in range(2):
        somebody(company, number)
    few = statements(client, url(company, "inbox"))
    for number in range(2, 40):
        somebody(company, number)

    assert statements(client, url(company, "inbox")) == few
    assert few <= 25


def test_a_long_conversation_takes_as_many_statements_as_a_short_one(company):
    client = client_of(company)
    clerk = factories.member(company)
    thread = somebody(company, 1)
    short = statements(client, url(company, "thread", thread.pk))
    for number in range(30):
        threads.note(thread, body=f"Note {number}", by=clerk, now=NOW)
        invoice = factories.invoice(thread.customer)
        PromiseToPay.objects.create(
            company=company, invoice=invoice, amount=5, due_on=date(2026, 12, 1), made_at=NOW
        )

    assert statements(client, url(company, "thread", thread.pk)) == short
    assert short <= 50


def test_each_queue_holds_what_its_name_says(company):
    clerk = factories.member(company)
    mine, waiting, closed, snoozed = (somebody(company, number) for number in range(4))
    stranger = threads.of_stranger(company, "+13125550177")
    inbound.receive(
        company,
        channel=Channel.SMS,
        sender="+13125550177",
        body="Hello?",
        vendor_id="SMX",
        received_at=NOW,
        now=NOW,
    )
    threads.assign(mine, owner=clerk, by=clerk, now=NOW)
    Thread.objects.filter(pk=waiting.pk).update(state=Thread.State.WAITING)
    closing.close(closed, outcome="answered", next_step="Go on", by=clerk, now=NOW)
    away.snooze(snoozed, until=date(2026, 11, 24), by=clerk, now=NOW)
    reminded = threads.of(factories.customer(company))
    Message.objects.create(
        company=company,
        thread=reminded,
        direction="out",
        medium="sms",
        purpose="reminder",
        state="delivered",
        created_at=NOW,
    )

    def of(which):
        page = inbox.queue(company, which, clerk, now=NOW)
        return {row.thread.pk for row in page.rows}

    assert of("needs") == {mine.pk, stranger.pk}
    assert of("mine") == {mine.pk}
    assert of("unassigned") == {stranger.pk, snoozed.pk}
    assert of("waiting") == {waiting.pk}
    assert of("snoozed") == {snoozed.pk}
    assert of("unknown") == {stranger.pk}
    assert of("closed") == {closed.pk}
    counted = inbox.numbers(company, "mine", clerk, now=NOW)[0]
    assert {key: len(of(key)) for key in counted} == counted
    later = inbox.queue(company, "needs", clerk, now=NOW + timedelta(days=5))
    assert snoozed.pk in {row.thread.pk for row in later.rows}


def test_the_conversation_shows_words_readings_and_what_happened(company):
    thread = somebody(company, 1, "I paid that last week, please check")

    page = client_of(company).get(url(company, "thread", thread.pk)).content.decode()

    assert "I paid that last week, please check" in page
    assert "PAID" in page
    assert "Reminders paused" in page
    assert "Customer &lt;b&gt;1" in page
    assert "<b>1" not in page
    # 16:01 in UTC, shown by the clock of the company's place.
    assert "11:01" in page


def test_without_scripts_an_answer_is_a_form_and_a_redirect(company):
    thread = somebody(company, 1)
    client = client_of(company)

    answered = client.post(
        url(company, "thread_reply", thread.pk), {"kind": "note", "body": "Ask Ana", "seen": "0"}
    )

    assert answered.status_code == 302
    assert answered["Location"] == thread.get_absolute_url()
    assert "Ask Ana" in client.get(thread.get_absolute_url()).content.decode()


def test_a_refused_answer_keeps_what_was_written(company):
    thread = somebody(company, 1)
    client = client_of(company)
    for headers in ({}, {"HX-Request": "true"}):
        refused = client.post(
            url(company, "thread_reply", thread.pk),
            {"kind": "sms", "body": "See https://bit.ly/abc", "seen": ""},
            headers=headers,
        )
        assert refused.status_code == 422
        assert "See https://bit.ly/abc</textarea>" in refused.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "pigeon", "body": "x"},
        {"kind": "sms", "body": "x", "seen": "nonsense"},
        {"kind": "sms", "body": "\x00"},
        {"kind": "letter", "body": "x", "seen": "1"},
    ],
)
def test_nonsense_in_the_composer_is_a_refusal(company, data):
    thread = somebody(company, 1)

    response = client_of(company).post(url(company, "thread_reply", thread.pk), data)

    assert response.status_code == 422
    assert not Message.objects.filter(direction="out").exists()


def test_a_stopped_number_disables_the_composer_with_its_reason(company):
    thread = somebody(company, 1, "stop texting me")

    page = client_of(company).get(thread.get_absolute_url()).content.decode()

    assert "takes no texts" in page
    assert 'value="sms" disabled' in page


def test_fragments_answer_nothing_while_nothing_changed(company):
    thread = somebody(company, 1)
    client = client_of(company)
    stamp = talk.read(thread, now=NOW).stamp
    words = url(company, "thread_talk", thread.pk)
    assert client.get(words, {"stamp": stamp}).status_code == 204
    threads.note(thread, body="New", by=factories.member(company), now=NOW)
    assert client.get(words, {"stamp": stamp}).status_code == 200

    user = factories.member(company)
    stamp = inbox.queue(company, "needs", user, now=NOW).stamp
    listed = url(company, "inbox_list")
    assert client.get(listed, {"stamp": stamp}).status_code == 204
    somebody(company, 2)
    changed = client.get(listed, {"stamp": stamp}, headers={"HX-Request": "true"})
    assert changed.status_code == 200
    assert b"<html" not in changed.content


ACTS = [
    ("thread_reply", {"kind": "note", "body": "x"}),
    ("thread_assign", {}),
    ("thread_close", {"outcome": "answered", "next_step": "x"}),
    ("thread_snooze", {"until": "2026-11-24"}),
    ("thread_promise", {}),
    ("thread_dispute", {}),
    ("thread_payment", {}),
    ("thread_contact", {}),
    ("thread_wrong_person", {}),
    ("thread_stop", {}),
    ("thread_allow", {}),
    ("thread_link", {}),
    ("thread_measure", {}),
]


@pytest.mark.parametrize(("name", "data"), ACTS)
def test_a_viewer_reads_and_cannot_act(company, name, data):
    thread = somebody(company, 1)
    client = client_of(company, Role.VIEWER)

    assert client.post(url(company, name, thread.pk), data).status_code == 403
    page = client.get(thread.get_absolute_url()).content.decode()
    assert "Answering needs a bookkeeper" in page
    assert 'method="post" action="/c/harbor/messages' not in page


@pytest.mark.parametrize(
    "name", [name for name, _ in ACTS if name not in ("thread_reply", "thread_assign")]
)
def test_forms_open_and_nonsense_is_told(company, name):
    thread = somebody(company, 1)
    client = client_of(company)
    if name != "thread_measure":
        assert client.get(url(company, name, thread.pk)).status_code == 200

    for data in ({"address": "x", "invoice": "-1", "amount": "1e9", "due_on": "never"}, {}):
        response = client.post(url(company, name, thread.pk), data)
        assert response.status_code in (200, 302, 422)


def test_another_companys_conversation_is_not_there(company):
    foreign = Company.objects.get(pk=factories.company().pk)
    thread = somebody(foreign, 1)
    client = client_of(company)

    for name in ("thread", "thread_talk", "thread_context", "thread_head", "thread_close"):
        assert client.get(url(company, name, thread.pk)).status_code == 404
        assert client.get(url(foreign, name, thread.pk)).status_code == 404


@pytest.mark.parametrize(
    "query", ["?queue=nonsense", "?page=-1", "?page=99999999999", "?q=%00", "?q=%27%25", "?page=7"]
)
def test_any_address_of_the_list_is_a_page(company, query):
    somebody(company, 1)

    assert client_of(company).get(url(company, "inbox") + query).status_code == 200


def test_the_customer_page_gets_its_part(company):
    thread = somebody(company, 1)
    client = client_of(company)
    address = url(company, "of_customer", thread.customer_id)

    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "What is this for?" in part
    assert "<html" not in part
    assert client.get(address).status_code == 200
    assert (
        client.get(url(company, "of_customer", factories.customer(company).pk)).status_code == 200
    )


def test_the_context_says_why_it_is_quiet_and_what_comes_next(company):
    thread = somebody(company, 1)

    found = beside.of(thread, now=NOW)

    assert found.holds == ["All invoices: an unanswered reply"]
    assert found.next == "None while the customer is paused."
    assert [one.days for one in found.invoices] == [10]
    assert found.reach[0].standing.is_given


def test_the_next_contact_is_not_about_a_paused_invoice(company):
    thread = somebody(company, 1)
    holds.lift(Hold.objects.get(), by=None, now=NOW, reason="answered")
    cadence.ensure_default(company, now=NOW)
    cadence.plan(company, now=NOW)
    assert "about Invoice" in beside.of(thread, now=NOW).next

    for invoice in thread.customer.invoices.all():
        holds.place(invoice, reason=Hold.Reason.PERSON, by=None, now=NOW)

    assert beside.of(thread, now=NOW).next == "None while the invoices are paused."


def test_a_clerk_answers_and_closes_in_the_browser(open_page, live, sandbox, settings):
    settings.OUTBOX_THREADS = 1
    movable.move_to(NOW)
    line = phone.line(sandbox)
    clerk = factories.member(line.company)
    line.hears("What is this for?")
    page = open_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", clerk.email)
    page.fill("input[name=password]", "correct horse battery")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda at: "login" not in at)
    page.goto(f"/c/{line.company.slug}/messages/inbox/")

    page.click("text=Alder & Finch")
    page.fill("#composer textarea", "It is for October.")
    page.wait_for_selector("#composer-size:has-text('18 characters, 1 segment')")
    page.click("#composer .btn-primary")
    page.wait_for_selector(".bubble-out:has-text('It is for October.')")
    page.wait_for_selector("#thread-head:has-text('Waiting for them')")
    line.work()
    assert line.received() == ["It is for October."]

    page.click("#thread-head >> text=Close")
    page.select_option("#dialog select", "answered")
    page.fill("#dialog input[name=next_step]", "Reminders go on.")
    page.click("#dialog .btn-primary")
    page.wait_for_selector("text=The conversation is closed.")
    assert Thread.objects.get().state == Thread.State.CLOSED
    assert line.received(PHONE) == ["It is for October."]
