"""When a message that has left said something wrong: the correction, ready to be sent."""

from datetime import datetime

from django.db import transaction

from arbook import money
from arbook.companies.models import User
from invoices import disputes
from messaging import compose, replies
from messaging.merge_fields import Line, date_words, invoices_words
from messaging.models import Message

Medium, State = Message.Medium, Message.State
CAN = (Medium.SMS, Medium.EMAIL)
LEFT = (State.HANDED_OVER, State.DELIVERED)

WORDS = {
    ("changed", "en"): "{business}: a correction to our message of {day}. {invoices}: {total} is "
    "open, not {said}. Sorry for the mix-up.",
    ("changed", "es"): "{business}: corregimos nuestro mensaje del {day}. {invoices}: quedan "
    "{total} por pagar, no {said}. Disculpe el error.",
    (
        "nothing",
        "en",
    ): "{business}: please disregard our message of {day} about {invoices}. Nothing "
    "is open there. Sorry for the mix-up.",
    ("nothing", "es"): "{business}: por favor, ignore nuestro mensaje del {day} sobre {invoices}. "
    "No queda nada por pagar. Disculpe el error.",
    ("same", "en"): "{business}: a correction to our message of {day} about {invoices}: ",
    ("same", "es"): "{business}: corregimos nuestro mensaje del {day} sobre {invoices}: ",
}


class AmendRefused(Exception):
    """There is nothing to correct. The message is fit for the screen."""


def may_amend(message: Message) -> bool:
    """Whether a message has left and can be followed by a correction."""
    return (
        message.direction == Message.Direction.OUT
        and message.medium in CAN
        and message.state in LEFT
        and message.customer_id is not None
    )


def ready(message: Message) -> str:
    """The words of a correction, from what the books say now."""
    if not may_amend(message):
        raise AmendRefused("Only a message that has left can be corrected.")
    company, language = message.company, message.customer.language
    rows = [line.invoice for line in message.lines.select_related("invoice")]
    contested = disputes.disputed_amounts([row.pk for row in rows])
    asked = [
        max(row.balance - contested.get(row.pk, money.ZERO), money.ZERO) if row.is_open else 0
        for row in rows
    ]
    total = sum(asked, money.ZERO)
    kind = "same" if not rows or total == message.total else "changed" if total else "nothing"
    lines = [Line(row.pk, row.number, row.balance, row.issued_on, row.due_on) for row in rows]
    about = invoices_words(lines, language) if lines else ""
    if message.customer.is_sensitive or not about:
        about = "su cuenta" if language == "es" else "your account"
        kind = "same" if kind == "changed" else kind
    day = message.handed_over_at or message.created_at
    return WORDS[kind, "es" if language == "es" else "en"].format(
        business=compose.business_of(company),
        day=date_words(company.local_date(day), language),
        invoices=about,
        total=money.words(total, company.currency),
        said=money.words(message.total, company.currency),
    )


@transaction.atomic
def send(message: Message, *, body: str, by: User, now: datetime) -> Message:
    """Send the correction as an answer in the same conversation, on the same channel."""
    if not may_amend(message):
        raise AmendRefused("Only a message that has left can be corrected.")
    if body.strip().endswith(":"):
        raise AmendRefused("Say what is corrected.")
    return replies.reply(message.thread, body=body, medium=message.medium, by=by, now=now)
