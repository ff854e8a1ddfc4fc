"""Thanks for settled money: one message for each payment."""

from datetime import datetime

from arbook import money
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from customers.models import Channel, Customer
from messaging import compose, facts, quiet_hours, stopped
from messaging.facts import Facts
from messaging.hand_over import Dropped, Ready
from messaging.library import Library
from messaging.merge_fields import Line
from messaging.models import Message, MessageLine
from messaging.said_once import has_target, new_message, nothing, once, ready, test_address
from reconciliation.models import Match, StripePayment

State, Purpose, Medium = Message.State, Message.Purpose, Message.Medium


def prepare(company: Company, effects: list[Effect], *, now: datetime) -> dict:
    """A thank-you by the channel of the last reminder where that is allowed now, else by mail."""
    company = Company.objects.get(pk=company.pk)
    if wait := stopped.held(company, now):
        return {effect.key: wait for effect in effects}
    payments = StripePayment.objects.of(company).in_bulk(
        [effect.payload["payment"] for effect in effects]
    )
    ids = {row.customer_id for row in payments.values() if row.customer_id}
    gathered = facts.gather(company, ids, now=now)
    return {
        effect.key: _receipt(
            company, effect, payments.get(effect.payload["payment"]), gathered, now
        )
        for effect in effects
    }


def _receipt(company, effect, payment, gathered, now) -> Dropped | Later | Ready:
    if payment is None or payment.state != StripePayment.State.SUCCEEDED:
        return nothing("The money is not settled.")
    if payment.customer_id is None or payment.customer_id not in gathered:
        return nothing("Nobody knows whose money it is.")
    known = gathered[payment.customer_id]
    medium = _channel(known, now)
    message = once(effect, lambda: _write_receipt(company, effect, payment, known, medium, now))
    if message is None:
        return nothing("There is no address to thank.")
    if message.state != State.APPROVED:
        return nothing("It was said before.")
    return ready(company, message, known, now)


def _channel(known: Facts, now: datetime) -> str:
    """Text, when the last reminder was one and everything about texts allows it at this hour."""
    last = (
        Message.objects.filter(customer=known.customer_id, purpose=Purpose.REMINDER)
        .exclude(handed_over_at=None)
        .order_by("-handed_over_at")
        .values_list("medium", flat=True)
        .first()
    )
    policy = quiet_hours.policy_of(known.company, Channel.SMS)
    may_text = (
        last == Medium.SMS
        and known.sms is not None
        and known.sms.consent == "given"
        and known.company.texts.is_usable
        and quiet_hours.is_open(now, known.place, policy)
    )
    return Medium.SMS if may_text else Medium.EMAIL


def _write_receipt(company, effect, payment, known, medium, now) -> Message | None:
    contact = known.sms if medium == Medium.SMS else known.email
    address = contact.address if contact else payment.payer_email
    is_silent = contact is not None and contact.consent == "withdrawn"
    if not address or is_silent or not has_target(company, medium):
        return None
    matches = list(Match.objects.filter(payment=payment).select_related("invoice"))
    wanted = compose.Wanted(
        company=company,
        customer=Customer.objects.get(pk=payment.customer_id),
        medium=medium,
        key="receipt",
        lines=tuple(
            Line(
                one.invoice_id,
                one.invoice.number,
                one.amount,
                one.invoice.issued_on,
                one.invoice.due_on,
            )
            for one in matches
        ),
        link="",
        today=company.local_date(payment.settled_at or now),
        is_first=not known.was_texted,
        address=address,
        test_address=test_address(company, medium),
    )
    composed = compose.render(wanted, Library(company))
    message = new_message(company, effect, wanted, composed, Purpose.RECEIPT, now)
    message.contact_id = contact.id if contact else None
    message.total = money.quantize(payment.amount)
    message.reading = {"effect": effect.key, "payment": payment.pk}
    message.save()
    MessageLine.objects.bulk_create(
        [
            MessageLine(message=message, invoice_id=one.invoice_id, amount=one.amount)
            for one in matches
        ]
    )
    return message
