"""What came of a call: kept as a contact like any other, and the next step set at once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import models, transaction

from arbook import money
from arbook.audit import log
from arbook.companies.models import Company, User
from customers import consent, contacts
from customers.models import Channel, Contact, Customer
from invoices import disputes, holds, promises, tasks
from invoices.models import Hold, Invoice, Task
from messaging import threads
from messaging.models import Message

MOST_TRIES = 3
"""Calls nobody answered, after which the reminders take over again."""
WILL_PAY_DAYS = 3


class CallRefused(Exception):
    """The result cannot be kept like this. The message is fit for the screen."""


class Result(models.TextChoices):
    """How a call ended."""

    PROMISE = "promise", "reached: promises to pay"
    DISPUTE = "dispute", "reached: contests it"
    WILL_PAY = "will_pay", "reached: will pay"
    NO_ANSWER = "no_answer", "no answer"
    VOICEMAIL = "voicemail", "left a voicemail"
    WRONG_NUMBER = "wrong_number", "wrong number"


UNREACHED = (Result.NO_ANSWER, Result.VOICEMAIL)
AGAIN_AFTER = {Result.NO_ANSWER: 1, Result.VOICEMAIL: 2}
"""Working days until the next try."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the other side said: of which invoice, how much, by when, or what is wrong."""

    invoice: Invoice | None = None
    amount: Decimal | None = None
    due_on: date | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Logged:
    """A call in the record, and the sentence that says what happens next."""

    message: Message
    next_step: str


@transaction.atomic
def keep(
    task: Task,
    result: str,
    *,
    number: str = "",
    told: Told | None = None,
    by: User,
    now: datetime,
) -> Logged:
    """Keep one call of the list and what it changes. Raises CallRefused and the refusals of
    promises, disputes and tasks.
    """
    told = told or Told()
    # One result for one call: whoever comes second reads what the first one found.
    task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("company", "customer__company")
        .get(pk=task.pk)
    )
    if task.done_at:
        raise CallRefused(f"This call is already done: {task.outcome}")
    customer = task.customer
    if customer is None or task.kind != Task.Kind.CALL:
        raise CallRefused("This is no call to a customer.")
    if result not in Result.values:
        raise CallRefused("Say how the call ended.")
    if told.invoice and told.invoice.customer_id != customer.pk:
        raise CallRefused(f"{told.invoice} does not belong to {customer}.")
    result = Result(result)
    message = _message(customer, result, number, told, by, now)
    entry = log.record(
        "call.logged",
        f"Call to {threads.shown(number) if number else customer}: {result.label}."
        f"{f' {told.note}' if told.note else ''}",
        about=[
            *threads.about(message.thread, message, task),
            *([told.invoice] if told.invoice else []),
        ],
        by=by,
        at=now,
        message=message.pk,
        result=result.value,
    )
    with log.because(entry.pk):
        step = _next_step(task, customer, result, number, told, by, now)
        # The contact counts: what waits for a yes is judged again.
        contacts.revisit(customer.company, {customer.pk: entry.pk}, now=now)
    message.body = f"{message.body} Next: {step}"
    message.save(update_fields=["body"])
    return Logged(message, step)


def _message(customer: Customer, result: Result, number, told: Told, by, now) -> Message:
    thread = threads.locked(threads.of(customer))
    said = f"{result.label.capitalize()}.{f' {told.note}' if told.note else ''}"
    message = Message.objects.create(
        company=customer.company,
        thread=thread,
        customer=customer,
        contact=customer.contacts.filter(channel=Channel.SMS, address=number or None).first(),
        direction=Message.Direction.OUT,
        medium=Message.Medium.CALL,
        state=Message.State.DELIVERED,
        address=number,
        body=said,
        approved_by=by,
        created_at=now,
        handed_over_at=now,
        settled_at=now,
        reading={"call": result.value},
    )
    message.thread = thread
    thread.last_message_at = now
    thread.save(update_fields=["last_message_at"])
    return message


def _next_step(task: Task, customer, result: Result, number, told: Told, by, now) -> str:
    match result:
        case Result.PROMISE:
            return _promised(task, told, by, now)
        case Result.DISPUTE:
            return _contested(task, told, by, now)
        case Result.WILL_PAY:
            return _will_pay(task, customer, by, now)
        case Result.WRONG_NUMBER:
            return _wrong_number(task, customer, number, by, now)
        case _:
            return _again(task, customer, result, by, now)


def _promised(task: Task, told: Told, by, now) -> str:
    if not (told.invoice and told.amount and told.due_on):
        raise CallRefused("Say which invoice, how much and by which day.")
    promises.record_promise(
        invoice=told.invoice, amount=told.amount, due_on=told.due_on, by=by, now=now
    )
    amount = money.words(told.amount, told.invoice.currency)
    step = f"{amount} of {told.invoice} by {_day(told.due_on)}; reminders rest until then."
    tasks.finish(task, by=by, now=now, outcome=f"Promised: {step}")
    return step


def _contested(task: Task, told: Told, by, now) -> str:
    if not (told.invoice and told.amount and told.reason.strip()):
        raise CallRefused("Say which invoice, how much of it, and what is contested.")
    disputes.open_dispute(
        invoice=told.invoice, amount=told.amount, reason=told.reason, by=by, now=now
    )
    amount = money.words(told.amount, told.invoice.currency)
    step = f"{amount} of {told.invoice} is looked into; the rest keeps moving."
    tasks.finish(task, by=by, now=now, outcome=f"Contested: {step}")
    return step


def _will_pay(task: Task, customer: Customer, by, now) -> str:
    """A word without a day: quiet for some days, then the call is back."""
    until = workdays_after(customer.company, WILL_PAY_DAYS, now=now)
    holds.place(
        customer,
        reason=Hold.Reason.PERSON,
        until=until - timedelta(days=1),
        note="said on the telephone that they will pay",
        source=tasks.hold_source(task),
        by=by,
        now=now,
    )
    tasks.snooze(task, until=until, by=by, now=now)
    return f"quiet until {_day(until)}; then this call is back, unless it is paid."


def _wrong_number(task: Task, customer: Customer, number: str, by, now) -> str:
    rows = customer.contacts.filter(channel=Channel.SMS, address=number or None)
    if not rows:
        raise CallRefused("Which number was wrong? It is no contact of this customer.")
    for contact in rows:
        reason = "Somebody else answered the telephone."
        contacts.mark(contact, state=Contact.State.WRONG_PERSON, reason=reason, by=by, now=now)
    consent.disown(customer.company, number, by=by, now=now, about=[customer])
    tasks.finish(task, by=by, now=now, outcome=f"Wrong number: {threads.shown(number)}.")
    tasks.open_task(
        customer.company,
        kind=Task.Kind.FIX_DATA,
        key=f"number:{customer.pk}",
        title=f"Find a number of {customer}",
        detail=f"{threads.shown(number)} belongs to somebody else.",
        customer=customer,
        amount=task.amount,
        now=now,
    )
    return "the number is not used any more, and a task asks for the right one."


def _again(task: Task, customer: Customer, result: Result, by, now) -> str:
    tries = unanswered(customer, since=task.opened_at)
    if tries >= MOST_TRIES:
        step = f"{tries} calls were not answered; reminders go on as planned."
        tasks.finish(task, by=by, now=now, outcome=step.capitalize())
        return step
    until = workdays_after(customer.company, AGAIN_AFTER[result], now=now)
    tasks.snooze(task, until=until, by=by, now=now)
    return f"try {tries} of {MOST_TRIES}; again on {_day(until)}."


def unanswered(customer: Customer, *, since: datetime) -> int:
    """Calls nobody took since then."""
    rows = customer.messages.filter(medium=Message.Medium.CALL, created_at__gte=since)
    return rows.filter(
        direction=Message.Direction.OUT, reading__call__in=[one.value for one in UNREACHED]
    ).count()


def workdays_after(company: Company, count: int, *, now: datetime) -> date:
    """The day that many working days from today at the company's place."""
    day = company.local_date(now)
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _day(day: date) -> str:
    return f"{day:%a} {day:%b} {day.day}"
