"""The last look: what the books say now decides what leaves."""

from datetime import timedelta
from decimal import Decimal

from arbook.companies.models import Company
from arbook.gateways import lines
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from invoices.models import CadenceStep, Reminder
from messaging.models import Decision, Message
from tests.messaging.effects.approved import approved


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
