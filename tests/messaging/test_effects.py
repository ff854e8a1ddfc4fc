"""At the wire: the last look, the one call, and what becomes of a lost answer."""

import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parseaddr

import pytest
from django.db import connection

from arbook.companies.models import Company
from arbook.gateways import lines
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from arbook.sandbox import clock as movable
from arbook.setup import stopping
from customers import consent
from customers.models import Channel, Contact
from invoices.models import CadenceStep, Reminder, Task
from messaging import hand_over, reply_address, stopped
from messaging.models import Decision, Message
from tests import factories


def approved(desk, *args, **fields) -> Message:
    message = desk.ready(*args, **fields)
    desk.approve(message)
    desk.pass_undo()
    return message


def test_an_invoice_paid_by_check_after_approval_is_not_asked_for(desk):
    message = approved(desk)
    invoice = message.lines.get().invoice
    desk.pays(invoice.quickbooks_id, "100.00")

    desk.send()

    message.refresh_from_db()
    invoice.refresh_from_db()
    assert desk.texts() == []
    assert message.state == Message.State.WITHDRAWN
    assert message.notice == f"Invoice {invoice.number} is paid."
    assert invoice.balance == 0
    assert not Reminder.objects.planned().filter(invoice=invoice).exists()
    decision = Decision.objects.get(stage="wire")
    assert (decision.passed, decision.stopped_by) == (False, "open_invoices")


def test_a_voided_and_a_deleted_invoice_are_not_asked_for(desk):
    first, second = (
        desk.ready("Alder Finch"),
        desk.ready("Birch Books", mobile="+18605550143"),
    )
    desk.approve(first, second)
    desk.pass_undo()
    desk.ledger.void("Invoice", first.lines.get().invoice.quickbooks_id)
    desk.ledger.delete("Invoice", second.lines.get().invoice.quickbooks_id)

    desk.send()

    first.refresh_from_db()
    second.refresh_from_db()
    assert desk.texts() == desk.texts("+18605550143") == []
    assert first.notice.endswith("void.")
    assert second.notice.endswith("no longer in the books.")


def test_an_invoice_that_cannot_be_read_is_not_asked_for_and_not_called_deleted(desk):
    message = approved(desk)
    invoice = message.lines.get().invoice
    desk.ledger.put(
        "Invoice", desk.ledger.get("Invoice", invoice.quickbooks_id) | {"TxnDate": "someday"}
    )

    desk.send()

    message.refresh_from_db()
    invoice.refresh_from_db()
    assert desk.texts() == []
    assert message.state == Message.State.WITHDRAWN
    assert not invoice.is_deleted


def test_books_that_are_away_for_long_hold_an_approval_and_cost_it_nothing(desk):
    message = approved(desk)
    desk.sandbox.faults.add("quickbooks", "*", "500")
    for _ in range(16):
        desk.send()
        movable.move(timedelta(minutes=5))

    effect = Effect.objects.get(kind="messaging.send")
    assert desk.texts() == []
    assert effect.state == Effect.State.PENDING
    assert "books cannot be read" in effect.error

    desk.sandbox.faults.clear()
    movable.move(1.3 * lines.LONGEST_REST)
    desk.send()
    message.refresh_from_db()
    assert message.state == Message.State.HANDED_OVER


def test_a_carrier_away_for_hours_leaves_the_customer_free_for_the_next_proposal(desk):
    message = approved(desk)
    desk.sandbox.faults.add("twilio", "messages.create", "429")
    for _ in range(30):
        desk.send()
        movable.move(timedelta(minutes=3))

    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN
    assert "slow down" in message.notice
    desk.sandbox.faults.clear()
    desk.prepare()
    assert desk.message().state == Message.State.PROPOSED


def test_a_text_in_doubt_stays_in_doubt_when_twilio_cannot_be_asked(desk):
    message = approved(desk)
    desk.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)
    desk.send()
    desk.sandbox.faults.add("twilio", "*", "500")
    for _ in range(16):
        movable.move(timedelta(hours=1))
        desk.send()

    message.refresh_from_db()
    assert message.state == Message.State.APPROVED
    assert Task.objects.open().get(key=f"message:{message.pk}")
    assert len(desk.texts()) == 1


def test_a_lower_amount_goes_back_to_the_person_who_approved(desk):
    message = approved(desk)
    desk.pays(message.lines.get().invoice.quickbooks_id, "40.00")

    desk.send()

    message.refresh_from_db()
    assert desk.texts() == []
    assert message.state == Message.State.PROPOSED
    assert message.attention == "amount_changed"
    assert "$100.00 to $60.00" in message.notice
    assert message.total == Decimal("60.00")
    assert "$60.00" in message.body

    desk.approve(message)
    desk.pass_undo()
    desk.send()
    assert ["$60.00" in text for text in desk.texts()] == [True]


def test_what_the_machine_approved_leaves_with_the_amount_just_read(desk):
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.AUTOMATIC)
    desk.company.refresh_from_db()
    message = desk.ready()
    assert message.state == Message.State.APPROVED
    desk.pass_undo()
    desk.pays(message.lines.get().invoice.quickbooks_id, "40.00")

    desk.send()

    message.refresh_from_db()
    assert len(desk.texts()) == 1
    assert "$60.00" in desk.texts()[0]
    assert message.body == desk.texts()[0]
    assert message.lines.get().amount == Decimal("60.00")


def test_what_the_machine_approved_waits_for_a_person_once_the_company_is_in_review(desk):
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.AUTOMATIC)
    desk.company.refresh_from_db()
    message = desk.ready()
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.REVIEW)
    desk.pass_undo()

    desk.send()

    message.refresh_from_db()
    assert desk.texts() == []
    assert message.state == Message.State.PROPOSED
    assert message.notice.endswith("a person has to say yes now.")
    desk.approve(message)
    desk.pass_undo()
    desk.send()
    assert len(desk.texts()) == 1


def test_a_yes_of_the_machine_is_none_where_the_step_asks_for_a_look_by_now(desk):
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.AUTOMATIC)
    desk.company.refresh_from_db()
    message = desk.ready()
    CadenceStep.objects.filter(action=CadenceStep.Action.SMS).update(
        approval=CadenceStep.Approval.REVIEW
    )
    desk.pass_undo()

    desk.send()

    message.refresh_from_db()
    assert desk.texts() == []
    assert message.state == Message.State.PROPOSED


def test_a_stop_between_approval_and_sending_is_heard(desk):
    message = approved(desk)
    consent.withdraw(
        desk.company, channel="sms", address=message.address, source="staff", by=None, now=desk.now
    )

    desk.send()

    message.refresh_from_db()
    assert desk.texts() == []
    assert message.state in (Message.State.WITHDRAWN, Message.State.PROPOSED)


def test_a_text_waits_for_a_decent_hour(desk):
    message = desk.ready()
    movable.move(timedelta(hours=10))
    desk.approve(message)
    desk.pass_undo()

    desk.send()

    assert desk.texts() == []
    effect = Effect.objects.get(key=f"msg:{message.pk}")
    # Monday, nine in Hartford: the weekend is closed.
    assert effect.not_before.isoformat() == "2026-11-23T14:00:00+00:00"
    movable.move_to(effect.not_before + timedelta(seconds=1))
    desk.send()
    assert desk.texts() == [message.body]


def test_the_carrier_may_not_hold_a_text_past_closing(desk):
    approved(desk)
    movable.move_to(desk.now.replace(hour=23, minute=30))
    desk.send()

    (text,) = desk.carrier.outbound("+18605550142")
    # Closing is at 19:30 in Hartford, 00:30 UTC.
    assert 3000 < text.validity <= 3600


def test_a_stopped_company_sends_nothing_and_goes_on_afterwards(desk):
    message = approved(desk)
    Company.objects.filter(pk=desk.company.pk).update(stopped_at=desk.now)
    desk.send()
    assert desk.texts() == []

    Company.objects.filter(pk=desk.company.pk).update(stopped_at=None)
    movable.move(timedelta(minutes=16))
    desk.send()
    message.refresh_from_db()
    assert desk.texts() == [message.body]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_stop_pressed_while_a_chunk_leaves_holds_the_rest_of_it(
    desk, settings, monkeypatch, threads
):
    settings.OUTBOX_THREADS = threads
    monkeypatch.setattr(stopped, "LOOK_EVERY", 0.1)
    messages = [desk.ready(f"Alder{n} Ltd", mobile=f"+1860555030{n}") for n in range(9)]
    desk.approve(*messages)
    desk.pass_undo()
    stopped.forget()
    desk.sandbox.faults.add("twilio", "messages.create", "slow", seconds=0.2)
    desk.bookkeeper  # noqa: B018 (made here, used in both threads)
    pressed = threading.Thread(target=_press_once_one_has_left, args=[desk, messages])
    pressed.start()
    desk.send()
    pressed.join()

    held = Effect.objects.filter(kind="messaging.send", state="pending")
    assert 0 < held.count() < 9
    assert all(one.error.startswith("Held: ") and one.attempts == 0 for one in held)
    texts = [text for one in messages for text in desk.texts(one.address)]
    assert len(texts) == 9 - held.count()

    desk.sandbox.faults.clear()
    stopping.resume(desk.company, by=desk.bookkeeper, now=desk.now)
    desk.send()
    assert [len(desk.texts(one.address)) for one in messages] == [1] * 9


def _press_once_one_has_left(desk, messages) -> None:
    try:
        while not any(desk.texts(one.address) for one in messages):
            time.sleep(0.01)
        stopping.stop(desk.company, reason="wrong", by=desk.bookkeeper, now=desk.now)
    finally:
        connection.close()


def test_while_texts_leave_a_stop_is_looked_for_once_a_second_at_most(
    desk, django_assert_num_queries
):
    stopped.forget()
    with django_assert_num_queries(1):
        for _ in range(100):
            stopped.hold_back(desk.company)


def test_a_dry_run_goes_to_the_test_address_with_a_stamp(desk):
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.DRY_RUN)
    desk.company.refresh_from_db()
    message = desk.ready()
    desk.owes("Mail Only Inc", days=8, mobile="")
    desk.read()
    desk.prepare()
    desk.pass_undo()

    desk.send()

    assert desk.texts() == []
    assert desk.texts("+18605550999") == [message.body]
    assert message.body.startswith("TEST for (860) 555-0142. ")
    assert message.lines.get().reminder.is_rehearsal
    (letter,) = desk.sandbox.mailbox
    assert letter.to == ["test@desk.example"]
    assert letter.subject.startswith("[Test] ")


def test_a_mail_has_both_halves_an_answer_address_and_a_way_out(desk):
    desk.owes("Alder Finch", days=8)
    desk.read()
    desk.prepare()
    message = desk.message()
    desk.approve(message)
    desk.pass_undo()

    desk.send()

    (letter,) = desk.sandbox.mailbox
    assert message.body in letter.text.replace("\r\n", "\n")
    assert "View or pay" in letter.html
    answers_to = letter.headers["Reply-To"]
    assert answers_to.startswith("Harbor Dental <reply+")
    assert reply_address.thread_in([parseaddr(answers_to)[1]]) == message.thread_id
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"/stop/{message.uuid}/" in letter.headers["List-Unsubscribe"]
    message.refresh_from_db()
    assert message.state == Message.State.HANDED_OVER


def test_a_lost_answer_is_looked_up_and_never_repeated(desk):
    message = approved(desk)
    desk.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)

    desk.send()
    assert Effect.objects.get(key=f"msg:{message.pk}").state == Effect.State.UNSURE
    desk.sandbox.settle()
    for _ in range(3):
        movable.move(timedelta(minutes=2))
        desk.send()

    message.refresh_from_db()
    assert desk.texts() == [message.body]
    assert message.state == Message.State.HANDED_OVER
    assert message.vendor_id == desk.carrier.outbound()[0].sid


def test_a_text_that_was_surely_never_created_is_sent_once(desk):
    message = approved(desk)
    desk.sandbox.faults.add("twilio", "messages.create", "drop_before", times=1)

    for _ in range(12):
        desk.send()
        movable.move(timedelta(minutes=2))

    assert desk.texts() == [message.body]


def test_a_mail_in_doubt_waits_for_a_person(desk):
    desk.owes("Alder Finch", days=8)
    desk.read()
    desk.prepare()
    desk.approve()
    desk.pass_undo()
    desk.sandbox.faults.add("mail", "send", "drop_after", times=1)

    for _ in range(16):
        desk.send()
        movable.move(timedelta(hours=2))

    assert len(desk.sandbox.mailbox) <= 1
    effect = Effect.objects.get(key=f"msg:{desk.message().pk}")
    assert effect.state == Effect.State.DEAD
    assert Task.objects.open().filter(key=f"message:{desk.message().pk}").exists()


def test_an_opt_out_the_carrier_knows_withdraws_consent_and_mail_takes_over(desk):
    message = approved(desk)
    desk.carrier.service.opted_out.add(message.address)

    desk.send()

    message.refresh_from_db()
    assert message.state == Message.State.FAILED
    standing = consent.standing(desk.company, Channel.SMS, message.address)
    assert standing.is_withdrawn
    assert standing.event.source == "carrier"
    desk.send("messaging.revisit")
    again = desk.message()
    assert (again.medium, again.state) == ("email", Message.State.PROPOSED)


def test_an_unregistered_sender_blocks_texts_and_alerts(desk):
    desk.sandbox.phone("+18605550142").data.fate = "30034"
    message = approved(desk)
    desk.send()
    desk.sandbox.settle()
    from messaging import jobs

    movable.move(timedelta(hours=3))
    jobs.poll_delivery(desk.now)

    message.refresh_from_db()
    assert message.state == Message.State.FAILED
    from messaging import facts

    texts = facts.of_company(desk.company, now=desk.now).texts
    assert not texts.is_usable
    assert "not registered" in texts.said
    desk.send("messaging.revisit")
    desk.prepare()
    assert desk.message().medium == "email"


def test_a_wrong_number_is_marked_and_the_mail_goes_instead(desk):
    desk.sandbox.phone("+18605550142").data.fate = "30006"
    message = approved(desk)
    desk.send()
    desk.sandbox.settle()
    from messaging import jobs

    movable.move(timedelta(hours=3))
    jobs.poll_delivery(desk.now)

    contact = Contact.objects.get(address=message.address)
    assert contact.state == Contact.State.NOT_TEXTABLE
    desk.prepare()
    again = desk.message()
    assert again.pk != message.pk
    assert again.medium == "email"
    assert list(again.lines.values_list("invoice_id")) == list(
        message.lines.values_list("invoice_id")
    )


def test_two_clicks_send_once(desk):
    message = desk.ready()
    first = desk.approve(message)
    second = desk.approve(message, by=factories.member(desk.company))

    assert (first.count, second.count) == (1, 0)
    desk.pass_undo()
    desk.send()
    desk.send()
    assert len(desk.texts()) == 1


def test_a_batch_costs_few_reads_and_few_statements(desk, settings):
    from tests.benchmarks import reminders

    settings.OUTBOX_THREADS = 8
    reads, statements = reminders.measure(desk, 200)

    assert reads.value <= 4, reads
    assert statements.holds, statements


def test_a_text_outside_its_hours_is_never_made_ready(desk):
    message = desk.ready()
    night = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    found = hand_over.ready_text(
        desk.company,
        message,
        client=None,
        place=message.customer.place(message.address),
        now=night,
        read_at=night,
    )

    assert isinstance(found, Later)
    assert found.at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
