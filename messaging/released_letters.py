"""The letter a manager released, by mail, when it is still true."""

from datetime import datetime

from arbook import money
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from invoices import case_decisions, letters, tasks
from invoices.models import Escalation, Invoice, Task
from messaging import compose, facts, lastlook, stopped
from messaging.hand_over import Dropped, Ready
from messaging.library import Library
from messaging.merge_fields import Line
from messaging.models import Message, MessageLine
from messaging.said_once import has_target, new_message, nothing, once, ready, test_address

State, Purpose, Medium = Message.State, Message.Purpose, Message.Medium


def prepare(company: Company, effects: list[Effect], *, now: datetime) -> dict:
    """The letter a manager released, with the books read once more: it must still be true."""
    company = Company.objects.get(pk=company.pk)
    if wait := stopped.held(company, now):
        return {effect.key: wait for effect in effects}
    return {effect.key: _letter(company, effect, now) for effect in effects}


def _letter(company: Company, effect: Effect, now: datetime) -> Dropped | Later | Ready:
    row = (
        Escalation.objects.of(company)
        .select_related("customer", "invoice", "company")
        .get(pk=effect.payload["escalation"])
    )
    letter = case_decisions.letter_of(row)
    if letter is None:
        return nothing("There is no released letter.")
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
        return nothing("The books changed after the letter was released.")
    if known.email is None or not has_target(company, Medium.EMAIL):
        _ask(row, "No e-mail address is usable; print the letter instead.", now)
        return nothing("There is no e-mail address.")
    if known.email.consent == "withdrawn":
        _ask(row, "They asked for no e-mail; print the letter instead.", now)
        return nothing("They asked for no e-mail.")
    message = once(effect, lambda: _write_letter(company, effect, row, known, still, letter, now))
    if message.state != State.APPROVED:
        return nothing("It was sent before.")
    paper = (("letter.pdf", letters.pdf(letter), "application/pdf"),)
    return ready(company, message, known, now, attachments=paper)


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
        test_address=test_address(company, Medium.EMAIL),
    )
    composed = compose.render(wanted, Library(company))
    message = new_message(company, effect, wanted, composed, Purpose.LETTER, now)
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
