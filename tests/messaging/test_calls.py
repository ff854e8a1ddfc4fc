"""Calls: prepared with number, history and words, ended with one key, counted like any contact."""

from datetime import date, timedelta

import pytest
from django.test import Client

from arbook.audit.models import Entry
from arbook.companies.models import Role
from customers.models import Channel, Contact
from invoices import holds
from invoices.models import Dispute, Hold, PromiseToPay, Task
from invoices.promises import PromiseRefused
from messaging import call_plans, call_results, call_scripts, calls, threads, wording
from messaging.call_results import CallRefused, Told
from messaging.facts import reach
from messaging.models import Message
from tests import factories
from tests.factories import NOW, TODAY

NUMBER = "+18605550142"


@pytest.fixture
def company(db):
    return factories.company(name="Harbor Dental", phone="+18605550100")


@pytest.fixture
def by(company):
    person = factories.user(first_name="Sam", last_name="Lee")
    return factories.membership(company, person=person).user


@pytest.fixture
def customer(company):
    row = factories.customer(company, name="Alder & Finch", state="CT", postal_code="06103")
    factories.contact(row, Channel.SMS, NUMBER, name="Ana")
    factories.invoice(row, "1240.00", number="1042", due_on=TODAY - timedelta(days=10))
    return row


@pytest.fixture
def task(customer, by):
    return calls.ask(customer, by=by, now=NOW)


def keep(task, result, by, *, now=NOW, **told):
    return call_results.keep(task, result, number=NUMBER, told=Told(**told), by=by, now=now)


# --- Prepared -------------------------------------------------------------------------------------


def test_a_call_lies_ready_with_number_last_contacts_and_what_to_say(task, customer, by):
    for days in (9, 5, 3, 1):
        keep(task, "no_answer" if days == 9 else "voicemail", by, now=NOW - timedelta(days=days))
        Task.objects.filter(pk=task.pk).update(snoozed_until=None, done_at=None)
    task.refresh_from_db()

    call = calls.prepare(task, by=by, now=NOW)

    assert (call.number, call.name) == (NUMBER, "Ana")
    assert len(call.said) == 3
    assert "this is Sam Lee from Harbor Dental" in call.script.opening
    assert "$1,240.00 is open, past due since Nov 10" in call.script.ask
    assert "(860) 555-0100" in call.script.voicemail


def test_a_machine_is_told_of_no_debt_and_no_script_threatens():
    values = {"who": "Sam from Harbor Dental", "invoices": "invoice 1042",
              "total": "$5.00", "due": "due May 1", "phone": "", "promised": "$5.00"}  # fmt: skip

    for tone, language in call_scripts.SCRIPTS:
        said = call_scripts.write(tone, language, values)
        assert "1042" not in said.voicemail and "$" not in said.voicemail
        findings = wording.lint(
            f"{said.opening} {said.ask}", business_name="Harbor Dental", channel="email"
        )
        assert findings == []


def test_the_tone_follows_the_oldest_invoice_a_broken_promise_and_the_language(task, customer, by):
    invoice = customer.invoices.get()

    def ask():
        return calls.prepare(task, by=by, now=NOW).script.ask

    assert "Did everything arrive" in ask()
    invoice.due_on = TODAY - timedelta(days=30)
    invoice.save()
    assert "which day can you pay" in ask()
    PromiseToPay.objects.create(
        company=customer.company, invoice=invoice, amount="300.00", due_on=TODAY, made_at=NOW,
        state=PromiseToPay.State.BROKEN,
    )  # fmt: skip
    assert "$300.00 has not reached us" in ask()
    customer.language = "es"
    customer.save()
    task.customer.refresh_from_db()
    assert "todavía no nos ha llegado" in ask()


def test_what_speaks_against_a_call_now_is_said(task, customer, by):
    keep(task, "no_answer", by)
    early = NOW.replace(hour=11)

    hints = " ".join(calls.prepare(task, by=by, now=early).hints)

    assert "no decent hour" in hints and "Hartford" in hints
    assert "heard from us today" in " ".join(calls.prepare(task, by=by, now=NOW).hints)


def test_a_landline_rings_and_a_wrong_number_does_not(customer):
    contact = customer.contacts.get()
    Contact.objects.filter(pk=contact.pk).update(state=Contact.State.NOT_TEXTABLE)
    assert calls.number_of(customer).address == NUMBER
    Contact.objects.filter(pk=contact.pk).update(state=Contact.State.WRONG_PERSON)
    assert calls.number_of(customer) is None


def test_a_customer_stands_on_the_list_once(task, customer, by):
    assert calls.ask(customer, by=by, now=NOW) == task
    assert list(calls.waiting(customer.company, now=NOW)) == [task]


# --- Ended ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["no_answer", "voicemail", "will_pay"])
def test_every_result_is_a_contact_in_the_thread_and_in_the_budget(task, customer, by, result):
    kept = keep(task, result, by, note="Back on Monday")

    message = Message.objects.get(customer=customer)
    assert (message.medium, message.address, message.approved_by) == ("call", NUMBER, by)
    assert "Back on Monday" in message.body and kept.next_step in message.body
    touched, *_ = reach.touches(customer.company, [customer.pk], now=NOW + timedelta(hours=1))
    assert touched == {customer.pk: [NOW]}
    assert Entry.objects.get(verb="call.logged").data["result"] == result


def test_a_promise_on_the_telephone_is_a_promise(task, customer, by):
    keep(task, "promise", by, invoice=customer.invoices.get(), amount=500, due_on=TODAY)

    assert PromiseToPay.objects.get().amount == 500
    task.refresh_from_db()
    assert task.done_by == by and "Promised: $500.00" in task.outcome


def test_a_promise_that_cannot_be_leaves_nothing_behind(task, customer, by):
    with pytest.raises(PromiseRefused):
        keep(task, "promise", by, invoice=customer.invoices.get(), amount=5000, due_on=TODAY)
    with pytest.raises(CallRefused, match="by which day"):
        keep(task, "promise", by, invoice=customer.invoices.get(), amount=10)
    other = factories.invoice(factories.customer(customer.company))
    with pytest.raises(CallRefused, match="does not belong"):
        keep(task, "promise", by, invoice=other, amount=10, due_on=TODAY)

    assert not Message.objects.exists()


def test_a_dispute_on_the_telephone_sets_only_its_part_aside(task, customer, by):
    keep(task, "dispute", by, invoice=customer.invoices.get(), amount=180, reason="Broken chair")

    assert Dispute.objects.get().amount == 180


def test_nobody_answers_three_times_and_the_reminders_take_over(task, by):
    assert "try 1 of 3; again on Mon Nov 23" in keep(task, "no_answer", by).next_step
    second = keep(task, "voicemail", by, now=NOW + timedelta(days=3))
    assert "again on Wed Nov 25" in second.next_step
    keep(task, "no_answer", by, now=NOW + timedelta(days=5))

    task.refresh_from_db()
    assert task.done_at
    assert task.outcome == "3 calls were not answered; reminders go on as planned."


def test_a_word_without_a_day_is_quiet_for_three_working_days(task, customer, by):
    keep(task, "will_pay", by)

    hold = Hold.objects.get(customer=customer)
    assert customer.company.local_date(hold.until - timedelta(minutes=1)) == date(2026, 11, 24)
    task.refresh_from_db()
    assert task.snoozed_until == date(2026, 11, 25)


def test_a_wrong_number_is_never_called_again_and_somebody_looks_for_the_right_one(
    task, customer, by
):
    keep(task, "wrong_number", by)

    assert customer.contacts.get().state == Contact.State.WRONG_PERSON
    assert Task.objects.open().get(customer=customer).kind == Task.Kind.FIX_DATA


def test_two_people_cannot_both_end_one_call(task, customer, by):
    keep(task, "wrong_number", by)
    with pytest.raises(CallRefused, match="already done"):
        keep(task, "no_answer", by)


# --- On the screen --------------------------------------------------------------------------------


def test_the_list_the_keys_and_the_forms_work_without_javascript(company, task, customer, by):
    client = Client()
    client.force_login(by)
    base = f"/c/{company.slug}/messages/calls/"

    page = client.get(base).content.decode()
    assert "tel:+18605550142" in page
    assert all(f'data-key="{key}"' in page for key in "pdynvx")
    url = f"{base}{task.pk}/"
    answer = client.post(f"{url}result/", {"result": "voicemail", "number": NUMBER}, follow=True)
    assert "again on" in answer.content.decode()
    form = {"invoice": customer.invoices.get().pk, "amount": "100.00", "due_on": str(TODAY),
            "number": NUMBER}  # fmt: skip
    assert client.post(f"{url}promise/", form | {"amount": "9999"}).status_code == 422
    viewer = Client()
    viewer.force_login(factories.member(company, Role.VIEWER))
    assert viewer.get(base).status_code == 200
    assert viewer.post(f"{url}result/", {"result": "voicemail"}).status_code == 403


# --- By itself ------------------------------------------------------------------------------------


def reminded(customer, *, days_ago=3, **fields):
    fields = {"purpose": "reminder", "state": "delivered", "direction": "out"} | fields
    at = NOW - timedelta(days=days_ago)
    return Message.objects.create(
        company=customer.company, customer=customer, thread=threads.of(customer), medium="sms",
        address=NUMBER, created_at=at, handed_over_at=at, **fields,
    )  # fmt: skip


@pytest.fixture
def ringing(company):
    company.calls_above, company.mode = 1000, "review"
    company.save()
    return company


def test_much_past_due_and_a_reminder_without_an_answer_ask_for_a_call_once(ringing, customer):
    assert call_plans.plan(ringing, now=NOW) == 0
    reminded(customer)

    assert call_plans.plan(ringing, now=NOW) == 1
    assert call_plans.plan(ringing, now=NOW) == 0
    task = Task.objects.get()
    assert task.title == "$1,240.00 past due at Alder & Finch"
    assert task.detail == "The reminder of Nov 17 brought no answer."
    call_results.keep(task, "wrong_number", number=NUMBER, by=factories.member(ringing), now=NOW)
    assert call_plans.plan(ringing, now=NOW + timedelta(days=1)) == 0


def _answers(customer):
    reminded(customer, days_ago=1, direction="in", state="received", purpose="")


@pytest.mark.parametrize(
    "change",
    [
        lambda one: Message.objects.update(handed_over_at=NOW - timedelta(days=1)),
        lambda one: Message.objects.update(test_address="+18605550999"),
        lambda one: one.invoices.update(balance="999.99"),
        lambda one: one.invoices.update(due_on=TODAY),
        _answers,
        lambda one: factories.vip(one),
        lambda one: holds.place(one, reason=Hold.Reason.PERSON, by=None, now=NOW),
        lambda one: type(one.company).objects.update(calls_above=0),
        lambda one: type(one.company).objects.update(mode="dry_run"),
    ],
    ids=["too early", "a test", "too little", "not due", "answered", "vip", "paused", "off", "dry"],
)
def test_nobody_is_called_who_is_not_to_be(ringing, customer, change):
    reminded(customer)
    change(customer)
    ringing.refresh_from_db()

    assert call_plans.plan(ringing, now=NOW) == 0
