"""Word after money: a thank-you for what was settled, and the released letter by mail.

Both are written as messages before they leave, one for each payment or release.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from arbook import clock, money
from arbook.companies.models import Company
from arbook.gateways import twilio
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from customers.models import Channel, Customer
from invoices import escalations, letters, tasks
from invoices.models import Escalation, Invoice, Task
from messaging import compose, facts, gate, hand_over, lastlook, quiet_hours, segments, threads
from messaging.facts import Facts
from messaging.hand_over import Dropped, Ready
from messaging.library import Library
from messaging.merge_fields import Line
from messaging.models import Message, MessageLine
from reconciliation.models import Match, StripePayment

State, Purpose, Medium = Message.State, Message.Purpose, Message.Medium


def prepare_receipts(company: Company, effects: list[Effect], *, now: datetime) -> dict:
    """A thank-you by the channel of the last reminder where that is allowed now, else by mail."""
    company = Company.objects.get(pk=company.pk)
    if company.stopped_at:
        wait = Later(now + gate.AGAIN, "All sending is stopped.")
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
        return _nothing("The money is not settled.")
    if payment.customer_id is None or payment.customer_id not in gathered:
        return _nothing("Nobody knows whose money it is.")
    known = gathered[payment.customer_id]
    medium = _channel(known, now)
    message = _once(effect, lambda: _write_receipt(company, effect, payment, known, medium, now))
    if message is None:
        return _nothing("There is no address to thank.")
    if message.state != State.APPROVED:
        return _nothing("It was said before.")
    return _ready(company, message, known, now)


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
    if not address or not _has_target(company, medium):
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
        test_address=_test_address(company, medium),
    )
    composed = compose.render(wanted, Library(company))
    message = _message(company, effect, wanted, composed, Purpose.RECEIPT, now)
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


def prepare_letters(company: Company, effects: list[Effect], *, now: datetime) -> dict:
    """The letter a manager released, with the books read once more: it must still be true."""
    company = Company.objects.get(pk=company.pk)
    if company.stopped_at:
        wait = Later(now + gate.AGAIN, "All sending is stopped.")
        return {effect.key: wait for effect in effects}
    return {effect.key: _letter(company, effect, now) for effect in effects}


def _letter(company: Company, effect: Effect, now: datetime) -> Dropped | Later | Ready:
    row = (
        Escalation.objects.of(company)
        .select_related("customer", "invoice", "company")
        .get(pk=effect.payload["escalation"])
    )
    letter = escalations.letter_of(row)
    if letter is None:
        return _nothing("There is no released letter.")
    numbers = [one.number for one in letter.rows]
    invoices = [
        one
        for one in Invoice.objects.of(company).filter(customer=row.customer)
        if (one.number or one.quickbooks_id) in numbers
    ]
    read = lastlook.read_books(company, invoices)
    still = [one for one in invoices if _is_open(read[one.quickbooks_id])]
    known = facts.gather(
        company,
        [row.customer_id],
        now=now,
        only={row.customer_id: [one.pk for one in invoices]},
        due_only=False,
        books=read,
        books_read_at=now,
    )[row.customer_id]
    asked = {one.number or one.quickbooks_id: one.asked for one in known.invoices if one.is_open}
    told = {one.number: one.open for one in letter.rows}
    now_told = {number: money.words(amount, company.currency) for number, amount in asked.items()}
    if told != now_told or not still:
        _ask(row, "The books changed after the letter was released; write it anew.", now)
        return _nothing("The books changed after the letter was released.")
    if known.email is None or not _has_target(company, Medium.EMAIL):
        _ask(row, "No e-mail address is usable; print the letter instead.", now)
        return _nothing("There is no e-mail address.")
    message = _once(effect, lambda: _write_letter(company, effect, row, known, still, letter, now))
    if message.state != State.APPROVED:
        return _nothing("It was sent before.")
    paper = (("letter.pdf", letters.pdf(letter), "application/pdf"),)
    return _ready(company, message, known, now, attachments=paper)


def _write_letter(company, effect, row, known, invoices, letter, now) -> Message:
    asked = {one.id: one.asked for one in known.invoices}
    wanted = compose.Wanted(
        company=company,
        customer=row.customer,
        medium=Medium.EMAIL,
        key="letter",
        lines=tuple(
            Line(one.pk, one.number, asked[one.pk], one.issued_on, one.due_on) for one in invoices
        ),
        link="",
        today=company.local_date(now),
        address=known.email.address,
        test_address=_test_address(company, Medium.EMAIL),
    )
    composed = compose.render(wanted, Library(company))
    message = _message(company, effect, wanted, composed, Purpose.LETTER, now)
    message.contact_id = known.email.id
    message.total = composed.total
    message.reading = {"effect": effect.key, "escalation": row.pk, "letter": letter.subject}
    message.save()
    MessageLine.objects.bulk_create(
        [MessageLine(message=message, invoice=one, amount=asked[one.pk]) for one in invoices]
    )
    return message


def _is_open(book) -> bool:
    return book is not None and not book.is_void and book.balance > 0


def _nothing(sentence: str) -> Dropped:
    return Dropped(None, sentence, is_closed=True)


def _once(effect: Effect, write: Callable[[], Message | None]) -> Message | None:
    """The message of this effect; written the first time only."""
    with transaction.atomic():
        Effect.objects.select_for_update().get(pk=effect.pk)
        rows = Message.objects.filter(company=effect.company_id, reading__effect=effect.key)
        return rows.select_related("customer").first() or write()


def _message(company, effect, wanted, composed, purpose, now) -> Message:
    pk = wanted.customer.pk
    return Message(
        company=company,
        thread_id=threads.of_customers(company, [pk])[pk],
        customer=wanted.customer,
        direction=Message.Direction.OUT,
        medium=wanted.medium,
        purpose=purpose,
        state=State.APPROVED,
        address=wanted.address,
        test_address=wanted.test_address,
        template=composed.template,
        template_version=composed.template_version,
        subject=composed.subject,
        body=composed.body,
        content_hash=composed.content_hash,
        approved_hash=composed.content_hash,
        approved_at=now,
        created_at=now,
        segments=(segments.measure(composed.body).parts if wanted.medium == Medium.SMS else None),
    )


def _ready(company, message, known, now, **more) -> Later | Ready:
    more |= {"read_at": clock.system(), "result": hand_over.result_of(message)}
    if message.medium == Medium.EMAIL:
        language = message.customer.language
        return hand_over.ready_mail(company, message, link="", language=language, **more)
    client = twilio.of(company)
    return hand_over.ready_text(company, message, client, place=known.place, now=now, **more)


def _test_address(company: Company, medium: str) -> str:
    if company.mode != Company.Mode.DRY_RUN:
        return ""
    return company.test_phone if medium == Medium.SMS else company.test_email


def _has_target(company: Company, medium: str) -> bool:
    """A dry run without a test address sends nothing at all."""
    return company.mode != Company.Mode.DRY_RUN or bool(_test_address(company, medium))


def _ask(row: Escalation, detail: str, now: datetime) -> None:
    tasks.open_task(
        row.company,
        kind=Task.Kind.OTHER,
        key=f"letter:{row.pk}",
        title=f"The letter to {row.customer} did not leave",
        detail=detail,
        customer=row.customer,
        invoice=row.invoice,
        now=now,
    )
