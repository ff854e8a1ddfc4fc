"""What a person did in the inbox is taken back by one press, as one act, and nothing is lost."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from arbook import clock
from arbook.companies.models import Company, Role
from arbook.sandbox import clock as movable
from invoices import disputes, holds, promises, tasks
from invoices.models import Dispute, Hold, PromiseToPay, Task
from messaging import talk, thread_keys, threads
from messaging.models import Message, Thread
from tests import factories
from tests.messaging.talks import NOW, client_of, somebody, url

State = Thread.State


@pytest.fixture
def company(db):
    movable.move_to(NOW)
    made = factories.company(slug="harbor", name="Harbor Dental", mode="review")
    yield Company.objects.get(pk=made.pk)
    movable.reset()


def act(client, company, name, thread, **fields) -> str:
    """Do something; returns the address that takes it back."""
    page = client.post(url(company, name, thread.pk), fields, follow=True).content.decode()
    found = re.search(r'action="(/c/harbor/[^"]*/undo/[^"]+)" [^>]*data-until=', page)
    return found[1] if found else ""


def again(row):
    return type(row).objects.get(pk=row.pk)


def quiet(thread) -> set[str]:
    rows = holds.active(thread.company, [thread.customer_id], now=clock.now())
    return {one.reason for one in rows[thread.customer_id]}


def test_a_promise_taken_back_leaves_the_word_before_it_and_the_conversation_as_they_were(company):
    thread, client = somebody(company, 1, "Who is this? Please help"), client_of(company)
    invoice = thread.customer.invoices.get()
    earlier = promises.record_promise(
        invoice=invoice, amount=Decimal("40"), due_on=date(2026, 11, 25), by=None, now=NOW
    )
    before = (Thread.objects.values().get(pk=thread.pk), quiet(thread))
    open_tasks = set(Task.objects.open().values_list("title", flat=True))
    assert open_tasks

    fields = {"invoice": invoice.pk, "amount": "100.00", "due_on": "2026-12-01", "closes": "on"}
    undo = act(client, company, "thread_promise", thread, **fields)
    assert again(thread).state == State.CLOSED
    assert again(earlier).state == PromiseToPay.State.REPLACED
    assert not Task.objects.open().exists()
    told = client.post(undo, follow=True)

    assert "Taken back: the promise, the conversation is open again." in told.content.decode()
    assert (Thread.objects.values().get(pk=thread.pk), quiet(thread)) == before
    assert again(earlier).state == PromiseToPay.State.OPEN
    assert promises.record_of(thread.customer).judged == 0
    assert set(Task.objects.open().values_list("title", flat=True)) == open_tasks
    assert Hold.objects.get(source=f"promise:{earlier.pk}", lifted_at=None).until.day == 28
    said = [item.text for item in talk.read(again(thread), now=clock.now()).items]
    assert any(words.startswith("Promise taken back: $100.00") for words in said)


def test_a_dispute_taken_back_asks_for_the_whole_bill_and_opens_its_task_again(company):
    thread, client = somebody(company, 1, "Invoice INV-1 is wrong"), client_of(company)
    invoice = thread.customer.invoices.get()
    key = thread_keys.dispute_key(thread)
    before = quiet(thread)

    fields = {"invoice": invoice.pk, "amount": "100.00", "reason": "Wrong", "kind": "price"}
    undo = act(client, company, "thread_dispute", thread, **fields)
    assert disputes.disputed_amounts([invoice.pk])
    assert Task.objects.get(key=key).done_at
    client.post(undo)

    assert not disputes.disputed_amounts([invoice.pk])
    assert Dispute.objects.get().state == Dispute.State.UNDONE
    assert Task.objects.get(key=key).done_at is None
    assert quiet(thread) == before
    assert again(thread).state == State.NEEDS_REPLY


def test_who_had_a_conversation_before_has_it_again(company):
    thread, client = somebody(company, 1), client_of(company)
    other = factories.member(company)
    threads.assign(thread, owner=other, by=other, now=NOW)

    undo = act(client, company, "thread_assign", thread)
    assert again(thread).owner == client.person
    client.post(undo)

    assert again(thread).owner == other
    assert "moved on" in client.post(undo, follow=True).content.decode()


def test_what_was_put_away_or_closed_stands_where_it_stood(company):
    thread, client = somebody(company, 1), client_of(company)
    client.post(url(company, "thread_reply", thread.pk), {"kind": "sms", "body": "For October."})
    assert again(thread).state == State.WAITING

    client.post(act(client, company, "thread_snooze", thread, until="2026-11-24"))
    assert (again(thread).state, again(thread).snoozed_until) == (State.WAITING, None)
    closing = {"outcome": "answered", "next_step": "Nothing.", "quiet_until": "2026-11-30"}
    undo = act(client, company, "thread_close", thread, **closing)
    assert quiet(thread) == {Hold.Reason.PERSON}
    client.post(undo)

    assert again(thread).state == State.WAITING
    assert quiet(thread) == {Hold.Reason.REPLY}
    assert Message.objects.get(purpose="reply").state == "approved"


def test_many_at_once_come_back_at_once(company):
    rows = [somebody(company, number) for number in range(3)]
    client = client_of(company)
    sent = {"act": "close", "threads": [row.pk for row in rows], "queue": "needs"}
    sent |= {"outcome": "nothing", "next_step": "Nothing to do."}
    done = client.post(url(company, "inbox_many"), sent, headers={"HX-Request": "true"})
    assert {again(row).state for row in rows} == {State.CLOSED}

    undo = re.search(r'"undo": "([^"]+)"', done["HX-Trigger"])[1]
    told = client.post(undo, headers={"HX-Request": "true"})

    assert "open again (3 conversations)" in told["HX-Trigger"]
    assert {again(row).state for row in rows} == {State.NEEDS_REPLY}


def test_what_has_moved_on_stays(company):
    thread, client = somebody(company, 1), client_of(company)
    invoice = thread.customer.invoices.get()
    fields = {"invoice": invoice.pk, "amount": "100.00", "due_on": "2026-12-01"}
    undo = act(client, company, "thread_promise", thread, **fields)

    # Only who did it takes it back, and nobody invents an instant.
    assert "moved on" in client_of(company).post(undo, follow=True).content.decode()
    assert client_of(company, Role.VIEWER).post(undo).status_code == 403
    for moment in ("yesterday", "2026-11-20", "9" * 300):
        address = url(company, "inbox_undo", moment)
        assert "moved on" in client.post(address, follow=True).content.decode()
    promises.record_promise(
        invoice=invoice, amount=Decimal("10"), due_on=date(2026, 12, 2), by=None, now=clock.now()
    )
    assert "moved on" in client.post(undo, follow=True).content.decode()
    assert PromiseToPay.objects.open().get().amount == 10
    late = act(client, company, "thread_assign", thread)
    movable.move(timedelta(minutes=11))
    assert "Too late" in client.post(late, follow=True).content.decode()
    assert again(thread).owner == client.person


def test_a_task_that_came_anew_stays_the_open_one(company):
    thread = somebody(company, 1, "Please help")
    task = Task.objects.open().get()
    tasks.finish(task, by=None, now=NOW, outcome="Called.")
    other = somebody(company, 1 + 1, "Please help")

    assert tasks.reopen(Task.objects.get(pk=task.pk), by=client_of(company).person, now=NOW)
    twin = Task.objects.open().get(customer=thread.customer)
    tasks.finish(twin, by=None, now=NOW, outcome="Called.")
    Task.objects.open().filter(customer=other.customer).update(key=task.key)
    assert not tasks.reopen(twin, by=client_of(company).person, now=NOW)
