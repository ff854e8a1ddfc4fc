"""Conversations: owners, ends, strangers, and what keeps a customer quiet."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from arbook.companies.models import Company, Role
from customers import consent, contacts
from customers.models import Channel, Contact
from invoices import holds, tasks
from invoices.models import Dispute, Hold, PromiseToPay, Task
from messaging import away, closing, inbound, outcomes, strangers, threads
from messaging.models import Message, Thread
from messaging.threads import ThreadRefused
from tests import factories

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PHONE, STRANGER = "+12125550142", "+13125550177"


@pytest.fixture
def company(db):
    return Company.objects.get(pk=factories.company(name="Harbor Dental", mode="review").pk)


@pytest.fixture
def customer(company):
    customer = factories.customer(company, name="Alder & Finch")
    factories.consent(factories.contact(customer, Channel.SMS, PHONE))
    return customer


@pytest.fixture
def clerk(company):
    return factories.member(company, Role.BOOKKEEPER)


def heard(company, body, *, sender=PHONE, number=[0]):  # noqa: B006
    number[0] += 1
    received = inbound.receive(
        company,
        channel=Channel.SMS,
        sender=sender,
        body=body,
        vendor_id=f"SM{number[0]}",
        received_at=NOW,
        now=NOW,
    )
    return Thread.objects.get(pk=received.thread.pk)


def quiet(customer) -> list[str]:
    rows = holds.active(customer.company, [customer.pk], now=NOW)[customer.pk]
    return sorted(row.reason for row in rows)


def close(thread, clerk, **fields):
    fields = {"outcome": "answered", "next_step": "Reminders go on."} | fields
    return closing.close(thread, by=clerk, now=NOW, **fields)


def test_a_conversation_closes_with_an_outcome_and_a_next_step(company, customer, clerk):
    thread = heard(company, "What is this for?")

    for wrong in ({"outcome": ""}, {"outcome": "nonsense"}, {"next_step": "  "}):
        with pytest.raises(ThreadRefused):
            close(thread, clerk, **wrong)
    assert quiet(customer) == ["reply"]

    closed = close(thread, clerk)

    assert (closed.state, closed.closed_by) == (Thread.State.CLOSED, clerk)
    assert quiet(customer) == []


def test_a_close_may_keep_the_customer_quiet_for_some_days(company, customer, clerk):
    thread = heard(company, "What is this for?")

    close(thread, clerk, quiet_until=date(2026, 11, 27))

    assert quiet(customer) == ["person"]


def test_an_answer_does_not_end_the_check_of_a_payment(company, customer, clerk):
    thread = heard(company, "I paid that last week")

    close(thread, clerk)
    assert quiet(customer) == ["paid_claim"]

    tasks.finish(Task.objects.get(), by=clerk, now=NOW, outcome="Found the check.")
    assert quiet(customer) == []


def test_closing_as_paid_ends_the_check_too(company, customer, clerk):
    thread = heard(company, "I paid that last week")

    close(thread, clerk, outcome="paid", next_step="Check 1042 is in the books.")

    assert quiet(customer) == []
    assert Task.objects.get().done_by == clerk


@pytest.mark.parametrize("outcome", ["promise", "dispute"])
def test_an_outcome_needs_its_record(company, customer, clerk, outcome):
    thread = heard(company, "What is this for?")

    with pytest.raises(ThreadRefused, match="first"):
        close(thread, clerk, outcome=outcome)


def test_a_promise_is_recorded_and_closes_the_conversation(company, customer, clerk):
    bill = factories.invoice(customer, "900.00")
    thread = heard(company, "I will pay 500 on December 4")

    outcomes.promise(
        thread,
        invoice=bill,
        amount=Decimal("500"),
        due_on=date(2026, 12, 4),
        by=clerk,
        now=NOW,
    )

    thread.refresh_from_db()
    assert thread.outcome == Thread.Outcome.PROMISE
    assert PromiseToPay.objects.get().amount == Decimal("500")
    assert quiet(customer) == ["promise"]


def test_a_dispute_sets_its_amount_aside_and_ends_the_first_silence(company, customer, clerk):
    bill = factories.invoice(customer, "900.00", number="1042")
    thread = heard(company, "Invoice 1042 is wrong, you charged me twice")
    assert quiet(customer) == ["dispute", "reply"]

    outcomes.dispute(
        thread, invoice=bill, amount=Decimal("180"), reason="Charged twice", by=clerk, now=NOW
    )

    assert Dispute.objects.get().amount == Decimal("180")
    assert quiet(customer) == []


def test_an_invoice_of_somebody_else_is_refused(company, customer, clerk):
    other = factories.invoice(factories.customer(company))
    thread = heard(company, "I will pay on December 4")

    with pytest.raises(ThreadRefused):
        outcomes.promise(
            thread, invoice=other, amount=Decimal("5"), due_on=date(2026, 12, 4), by=clerk, now=NOW
        )


def test_a_snoozed_conversation_comes_back_and_keeps_the_customer_quiet(company, customer, clerk):
    thread = heard(company, "What is this for?")

    with pytest.raises(ThreadRefused):
        away.snooze(thread, until=date(2026, 11, 20), by=clerk, now=NOW)
    away.snooze(thread, until=date(2026, 11, 23), by=clerk, now=NOW)

    assert quiet(customer) == ["reply"]
    assert away.wake(company, now=NOW + timedelta(days=2)) == 0
    assert away.wake(company, now=NOW + timedelta(days=4)) == 1
    thread.refresh_from_db()
    assert thread.state == Thread.State.NEEDS_REPLY


def test_only_a_member_may_look_after_it(company, customer, clerk):
    thread = heard(company, "What is this for?")

    assert threads.assign(thread, owner=clerk, by=clerk, now=NOW).owner == clerk
    with pytest.raises(ThreadRefused):
        threads.assign(thread, owner=factories.user(), by=clerk, now=NOW)


def test_an_unknown_sender_is_tied_to_a_customer_without_a_thread(company, clerk):
    customer = factories.customer(company)
    thread = heard(company, "I paid that last week", sender=STRANGER)

    own = strangers.link(thread, customer=customer, by=clerk, now=NOW)

    assert own.customer == customer
    assert Contact.objects.get(customer=customer).address == STRANGER
    assert Message.objects.get().customer == customer
    assert quiet(customer) == ["reply"]
    assert heard(company, "Hello?", sender=STRANGER) == own


def test_the_words_of_an_unknown_sender_move_into_the_customers_thread(company, customer, clerk):
    own = heard(company, "Thanks")
    thread = heard(company, "What do I owe?", sender=STRANGER)

    linked = strangers.link(thread, customer=customer, by=clerk, now=NOW)

    assert linked == own
    assert linked.state == Thread.State.NEEDS_REPLY
    assert linked.messages.count() == 2
    assert not Thread.objects.filter(customer=None).exists()
    assert contacts.owners(company, Channel.SMS, STRANGER) == [customer]


def test_a_sender_is_never_tied_to_another_companys_customer(company, clerk):
    foreign = factories.customer(factories.company())
    thread = heard(company, "What do I owe?", sender=STRANGER)

    with pytest.raises(ThreadRefused):
        strangers.link(thread, customer=foreign, by=clerk, now=NOW)


def test_a_wrong_person_is_never_written_to_again(company, customer, clerk):
    thread = heard(company, "Wrong number, I am not Alder")

    closing.wrong_person(thread, address=PHONE, note="", by=clerk, now=NOW)

    assert Contact.objects.get().state == Contact.State.WRONG_PERSON
    thread.refresh_from_db()
    assert thread.outcome == Thread.Outcome.WRONG_PERSON


def test_staff_may_record_a_stop_and_a_return_with_the_words(company, customer, clerk):
    thread = heard(company, "Call me please")

    outcomes.stop(thread, address=PHONE, wording="Said so on the phone", by=clerk, now=NOW)
    assert consent.standing(company, Channel.SMS, PHONE).is_withdrawn

    with pytest.raises(ThreadRefused):
        outcomes.allow(thread, address=PHONE, wording=" ", by=clerk, now=NOW)
    later = NOW + timedelta(minutes=1)
    outcomes.allow(thread, address=PHONE, wording="Asked for texts again", by=clerk, now=later)
    assert consent.standing(company, Channel.SMS, PHONE).is_given


def test_a_changed_contact_replaces_the_old_one(company, customer, clerk):
    thread = heard(company, "Use 860-555-0155 from now on")

    outcomes.change_contact(
        thread,
        channel=Channel.SMS,
        written="(860) 555-0155",
        replaces=PHONE,
        by=clerk,
        now=NOW,
    )

    best = contacts.best([customer.pk], Channel.SMS)[customer.pk]
    assert best.address == "+18605550155"
    with pytest.raises(ThreadRefused):
        outcomes.change_contact(
            thread, channel=Channel.EMAIL, written="nonsense", by=clerk, now=NOW
        )


def test_a_hold_of_a_person_survives_the_close(company, customer, clerk):
    thread = heard(company, "What is this for?")
    holds.place(customer, reason=Hold.Reason.PERSON, by=clerk, now=NOW)

    close(thread, clerk)

    assert quiet(customer) == ["person"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_doubled_click_sends_one_copy_and_opens_one_task(company, customer, clerk, language):
    bill = factories.invoice(customer, "1240.00", number="")
    customer.language = language
    customer.save()
    thread = heard(company, "Can you send me the invoice?")
    asked = {"title": "Call Ada", "owner": clerk, "due_on": NOW.date(), "by": clerk}

    outcomes.copy(thread, invoice=bill, closes=False, by=clerk, now=NOW)
    with pytest.raises(ThreadRefused, match="just now"):
        outcomes.copy(thread, invoice=bill, by=clerk, now=NOW + timedelta(seconds=3))
    first = outcomes.task(thread, now=NOW, **asked)

    assert outcomes.task(thread, now=NOW + timedelta(seconds=3), **asked) == first
    assert bill.quickbooks_id in Message.objects.get(direction="out").body


def test_a_copy_goes_to_contacts_and_not_to_whoever_wrote_last(company, customer, clerk):
    bill = factories.invoice(customer, "1240.00")
    inbound.receive(
        company, channel=Channel.EMAIL, sender="who@else.example", body="Send me the invoice",
        vendor_id="<1@else.example>", received_at=NOW, now=NOW, thread=threads.of(customer),
    )  # fmt: skip

    with pytest.raises(ThreadRefused, match="is no contact of"):
        outcomes.copy(threads.of(customer), invoice=bill, by=clerk, now=NOW)
