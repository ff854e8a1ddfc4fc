"""Thank-you for settled money, once; and the released letter."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook.companies.models import Company, Role
from arbook.outbox import outbox
from arbook.sandbox import clock as movable
from customers import consent
from invoices import case_decisions, escalations
from invoices.models import Approval, Task
from messaging import jobs
from messaging.models import Message
from reconciliation.models import Match, StripePayment
from tests import factories


def paid(desk, message: Message, **fields) -> StripePayment:
    """Money captured for the invoice of a message, and the receipt asked for."""
    invoice = message.lines.get().invoice
    facts = {
        "intent": "pi_1",
        "customer": message.customer,
        "amount": Decimal("100.00"),
        "state": StripePayment.State.SUCCEEDED,
        "started_at": desk.now,
        "settled_at": desk.now,
    } | fields
    payment = StripePayment.objects.create(company=desk.company, **facts)
    Match.objects.create(
        company=desk.company, payment=payment, invoice=invoice, amount=payment.amount,
        source="checkout", accepted_at=desk.now,
    )  # fmt: skip
    ask(desk, payment)
    return payment


def ask(desk, payment) -> None:
    outbox.enqueue(
        "messaging.receipt",
        key=f"receipt:{payment.pk}",
        company=desk.company,
        payload={"payment": payment.pk},
        now=desk.now,
    )


@pytest.fixture
def texted(desk) -> Message:
    """A customer whose last reminder was a text."""
    message = desk.ready()
    desk.approve(message)
    desk.pass_undo()
    desk.send()
    return message


def receipts() -> list[Message]:
    return list(Message.objects.filter(purpose="receipt"))


def test_thanks_go_by_the_channel_of_the_last_reminder_once(desk, texted):
    payment = paid(desk, texted)
    for _ in range(3):
        ask(desk, payment)
        desk.send("messaging.receipt")

    assert desk.texts()[1:] == [receipts()[0].body]
    assert "thank you, we received $100.00 for invoice" in desk.texts()[1]
    assert len(receipts()) == 1
    assert receipts()[0].state == Message.State.HANDED_OVER


@pytest.mark.parametrize("stop", [True, False])
def test_at_night_and_after_a_stop_thanks_go_by_mail(desk, texted, stop):
    if stop:
        consent.withdraw(
            desk.company,
            channel="sms",
            address=texted.address,
            source="staff",
            by=None,
            now=desk.now,
        )
    else:
        movable.move(timedelta(hours=12))
    paid(desk, texted)

    desk.send("messaging.receipt")

    assert len(desk.texts()) == 1
    (letter,) = desk.sandbox.mailbox
    assert letter.subject == "Thank you: $100.00 received by Harbor Dental"


def test_money_that_is_not_settled_is_not_thanked_for(desk, texted):
    paid(desk, texted, state=StripePayment.State.IN_FLIGHT)

    desk.send("messaging.receipt")

    assert receipts() == []
    assert desk.sandbox.mailbox == []


def test_a_lost_answer_does_not_thank_twice(desk, texted):
    paid(desk, texted)
    desk.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)

    for _ in range(4):
        desk.send("messaging.receipt")
        movable.move(timedelta(minutes=2))

    assert len(desk.texts()) == 2
    assert receipts()[0].state == Message.State.HANDED_OVER


def test_thanks_by_text_wait_when_the_campaign_is_suspended_meanwhile(desk, texted):
    paid(desk, texted)
    desk.sandbox.faults.add("twilio", "messages.create", "429", times=1)
    desk.send("messaging.receipt")
    movable.move(timedelta(minutes=2))
    desk.carrier.set_campaign("SUSPENDED")
    jobs.read_campaign(desk.company, desk.now)

    desk.send("messaging.receipt")

    assert len(desk.texts()) == 1
    assert receipts()[0].state == Message.State.APPROVED


@pytest.mark.parametrize("meanwhile", ["stop", "dry run"])
def test_thanks_that_wait_for_the_line_look_again_before_they_leave(desk, texted, meanwhile):
    paid(desk, texted)
    desk.sandbox.faults.add("twilio", "messages.create", "429", times=1)
    desk.send("messaging.receipt")
    if meanwhile == "stop":
        consent.withdraw(
            desk.company,
            channel="sms",
            address=texted.address,
            source="reply",
            by=None,
            now=desk.now,
        )
    else:
        Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.DRY_RUN)
    movable.move(timedelta(minutes=2))

    desk.send("messaging.receipt")

    assert len(desk.texts()) == 1
    assert receipts()[0].state == Message.State.WITHDRAWN


def test_a_dry_run_thanks_the_test_address(desk, texted):
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.DRY_RUN)
    paid(desk, texted)

    desk.send("messaging.receipt")

    assert len(desk.texts()) == 1
    assert len(desk.texts("+18605550999")) + len(desk.sandbox.mailbox) == 1


@pytest.fixture
def letter(desk):
    """A letter that waits for its release."""
    desk.owes("Alder Finch", "100.00", days=75)
    desk.read()
    for _ in range(4):
        escalations.take_due(desk.company, now=desk.now)
        waiting = Approval.objects.filter(state=Approval.State.WAITING).first()
        if waiting and waiting.kind == Approval.Kind.LETTER:
            return waiting
        if waiting:
            case_decisions.resume(
                waiting, by=manager(desk), now=desk.now, content_hash=waiting.content_hash
            )
    pytest.fail("no letter was drafted")


def manager(desk):
    return factories.member(desk.company, Role.MANAGER)


def release(desk, approval) -> None:
    case_decisions.release(
        approval, by=manager(desk), now=desk.now, content_hash=approval.content_hash
    )


def test_a_released_letter_leaves_as_pdf_by_mail(desk, letter):
    release(desk, letter)

    desk.send("messaging.letter")

    (mail,) = desk.sandbox.mailbox
    assert mail.attachments[0].name == "letter.pdf"
    assert Message.objects.get(purpose="letter").state == Message.State.HANDED_OVER


def test_a_letter_to_who_asked_for_no_mail_is_printed(desk, letter):
    release(desk, letter)
    contact = letter.customer.contacts.get(channel="email")
    consent.withdraw(
        desk.company, channel="email", address=contact.address, source="staff", by=None,
        now=desk.now,
    )  # fmt: skip

    desk.send("messaging.letter")

    assert desk.sandbox.mailbox == []
    assert "print" in Task.objects.open().get(key__startswith="letter:").detail


def test_a_letter_that_is_no_longer_true_stays_here(desk, letter):
    release(desk, letter)
    desk.pays(letter.invoice.quickbooks_id, "40.00")

    desk.send("messaging.letter")

    assert desk.sandbox.mailbox == []
    assert Task.objects.open().filter(key__startswith="letter:").exists()
