"""Answers by mail: one raw letter as a mailbox or a mail provider hands it over.

Its sender's own words become a message of the conversation; the whole of it is kept beside.
"""

from datetime import datetime

from django.db import transaction

from arbook.companies.models import Company
from customers import consent
from customers.models import Channel, ConsentEvent
from invoices import tasks
from invoices.models import Task
from messaging import inbound, letters, mail_fate, mail_threads, opt_outs, quotes, threads
from messaging.inbound import Received
from messaging.kept_letters import KeptLetter, LetterFile
from messaging.letters import Letter
from messaging.mail_threads import Place
from messaging.models import Message

MOST_BYTES = letters.MOST_BYTES
# The raw letter stays up to this size; its words and its files are kept in any case.
MOST_RAW = 25 * 1024 * 1024


class MailRefused(Exception):
    """This is no letter we can take. The message is fit for the screen."""


@transaction.atomic
def receive(
    company: Company, raw: bytes, *, received_at: datetime, now: datetime, recipient: str = ""
) -> Received | None:
    """Take one RFC 5322 letter. The same letter twice is one reply.

    None for what is no reply: the report of a mail system, or our own letter coming back.
    ``recipient`` is the address it was taken in for, where that is known. Raises MailRefused for
    what has no sender.
    """
    try:
        letter = letters.read(raw, recipient=recipient)
    except letters.Unreadable as trouble:
        raise MailRefused(str(trouble)) from None
    if letter.reports:
        mail_fate.reported(company, letter, now=now)
        return None
    if mail_threads.is_our_own(company, letter):
        return None
    place = mail_threads.find(company, letter)
    own = quotes.cut(letter.text)
    received = inbound.receive(
        company,
        channel=Channel.EMAIL,
        sender=letter.sender,
        to=letter.recipients[0] if letter.recipients else "",
        subject=letter.subject,
        body=own.words,
        vendor_id=_id(company, letter),
        received_at=received_at,
        now=now,
        thread=place.thread,
        automatic=letter.automatic,
        more={
            "by": place.how,
            "is_cut": own.is_cut or len(own.words) > inbound.LONGEST_BODY,
            "files": len(letter.files),
        },
    )
    if received.is_new:
        _keep(received.message, letter, raw)
        _follow_up(received, letter, place, now)
    return received


def _id(company: Company, letter: Letter) -> str:
    """The letter's own id; one that another sender already used does not swallow this letter."""
    own = f"{letter.sender[:100]}:{hash_of(letter.subject + letter.text)}:{letter.date}"
    made = letter.message_id or own
    taken = Message.objects.of(company).filter(
        medium=Message.Medium.EMAIL, direction=Message.Direction.IN, vendor_id=made[:255]
    )
    address = inbound.address_of(Channel.EMAIL, letter.sender)
    if taken.exclude(address=address).exclude(address="").exists():
        return f"{made[:150]}:{address[:60]}:{hash_of(letter.text)}"
    return made


def hash_of(text: str) -> str:
    return inbound.digest(text)[:20]


def _keep(message: Message, letter: Letter, raw: bytes) -> None:
    kept = KeptLetter.objects.create(
        company_id=message.company_id,
        message=message,
        text=letter.text,
        raw=raw if len(raw) <= MOST_RAW else None,
        size=len(raw),
    )
    LetterFile.objects.bulk_create(
        LetterFile(
            company_id=message.company_id,
            letter=kept,
            name=one.name,
            content_type=one.content_type,
            size=one.size,
            content=one.content,
            note=one.note,
        )
        for one in letter.files
    )


def _follow_up(received: Received, letter: Letter, place: Place, now: datetime) -> None:
    message, reading = received.message, received.message.reading
    written_to = place.answered.address if place.answered else ""
    is_other = bool(written_to) and written_to != message.address
    if is_other and reading.get("opt_out") and _is_about_mail(message):
        _stop_also(received, written_to, now)
    moved = reading.get("intent") in ("contact_change", "wrong_number")
    if letter.automatic and moved and received.thread.customer:
        tasks.open_task(
            message.company,
            kind=Task.Kind.FIX_DATA,
            key=f"moved:{message.address}",
            title=f"{message.address} may not be read any more",
            detail=f"An automatic answer says: {message.body}",
            customer=received.thread.customer,
            now=now,
        )


def _is_about_mail(message: Message) -> bool:
    meant = opt_outs.covers(Channel.EMAIL, message.body, message.reading.get("evidence"))
    return Channel.EMAIL in meant


def _stop_also(received: Received, address: str, now: datetime) -> None:
    """Who answers from another address than we wrote to means that one as well."""
    message = received.message
    if consent.standing(message.company, Channel.EMAIL, address).is_withdrawn:
        return
    consent.withdraw(
        message.company,
        channel=Channel.EMAIL,
        address=address,
        source=ConsentEvent.Source.REPLY,
        wording=message.body,
        evidence={"message": message.pk, "vendor_id": message.vendor_id, "from": message.address},
        by=None,
        now=message.created_at,
        about=threads.about(received.thread, message),
    )
