"""What customers write to us: stored whoever it is, tied to whom it may be, acted on at once."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField, Case, Max, Value, When

from arbook import phones
from arbook.audit import log
from arbook.companies.models import Company
from arbook.upsert import storable
from customers import contacts
from customers.models import Channel, Contact, Customer
from invoices.models import Invoice
from messaging import hearing, threads, triage
from messaging.models import CHANNEL_OF, Message, Thread

MEDIUM_OF = {channel: medium for medium, channel in CHANNEL_OF.items()}
LONGEST_BODY = 20_000
# What somebody answers, or hands on, has our words in its subject.
OUR_SUBJECT = re.compile(r"\s*(?:re|fwd?|aw|wg|rv|resp)\s*:", re.I)
# Carrier words that head a mail about something else: an appointment, a service.
AMBIGUOUS = {"cancel", "end", "quit", "revoke"}


@dataclass(frozen=True)
class Received:
    """One reply as it was stored. ``is_new`` is False for a doubled delivery."""

    message: Message
    thread: Thread
    is_new: bool


@transaction.atomic
def receive(
    company: Company,
    *,
    channel: str,
    sender: str,
    body: str,
    vendor_id: str,
    received_at: datetime,
    now: datetime,
    to: str = "",
    subject: str = "",
    media: Iterable[str] = (),
    carrier_type: str = "",
    thread: Thread | None = None,
    automatic: str = "",
    more: Mapping = {},
) -> Received:
    """Take one reply. Safe to repeat: the vendor's id is stored once.

    ``carrier_type`` is Twilio's word that the carrier dealt with an opt-out itself (STOP, HELP,
    START). ``received_at`` may lie behind ``now``: a lost text found later stands where it belongs.
    ``thread`` is the conversation where that is known; else the sender's address decides.
    ``automatic`` says how we know that a machine answered: it is kept, and nothing follows.
    """
    address = address_of(channel, sender)
    threads.line_up(company, address)
    vendor_id = storable(vendor_id)[:255]
    known = _known(company, channel, vendor_id)
    if known:
        return Received(known, known.thread, False)
    owners = _owners(company, channel, address)
    if thread is None:
        first = owners[0] if owners else None
        thread = threads.of(first) if first else threads.of_stranger(company, address)
    thread = threads.locked(thread)
    if thread.customer and thread.customer.merged_into_id:
        # An old reply address: the conversation goes on with who is left.
        thread = threads.locked(threads.of(thread.customer.merged_into))
    customer = thread.customer
    owners = [one for one in owners if one != customer]
    body = storable(body)[:LONGEST_BODY].strip()
    about = {
        "channel": channel,
        "received": company.local_date(received_at),
        "context": _context(customer),
    }
    reading = triage.read(f"{subject}\n{body}" if subject and not body else body, **about)
    is_theirs = subject and not OUR_SUBJECT.match(subject)
    if is_theirs and not reading.opt_out and subject.strip(" .!").casefold() not in AMBIGUOUS:
        reading = _with_subject(reading, triage.read(subject, **about))
    if automatic:
        reading = replace(reading, opt_out=False, must_pause=False)
    message = Message.objects.create(
        company=company,
        thread=thread,
        customer=customer,
        contact=_contact(customer, channel, address),
        direction=Message.Direction.IN,
        medium=MEDIUM_OF[channel],
        state=Message.State.RECEIVED,
        address=address,
        subject=storable(subject)[:300],
        body=body,
        vendor_id=vendor_id,
        created_at=received_at,
        reading=reading.as_dict()
        | {
            "carrier": carrier_type,
            "to": storable(to)[:254],
            "media": [storable(one)[:500] for one in media],
            "also": [str(one) for one in owners],
            **({"automatic": automatic[:100]} if automatic else {}),
            **more,
        },
    )
    thread.last_message_at = max(filter(None, [thread.last_message_at, received_at]))
    thread.intent = thread.intent if automatic else reading.intent
    thread.save(update_fields=["last_message_at", "intent"])
    entry = log.record(
        "reply.received",
        f"{customer or threads.shown(address)} wrote: {body or _wordless(message)}",
        about=threads.about(thread, message, _invoice(customer, reading.invoice)),
        by=None,
        at=received_at,
        message=message.pk,
        intent=reading.intent,
        words=reading.evidence or "",
        vendor_id=vendor_id,
    )
    with log.because(entry.pk):
        if not automatic:
            hearing.act(
                thread,
                message,
                reading,
                carrier_type=carrier_type.upper(),
                invoice=_invoice(customer, reading.invoice),
                also=_reached(owners, channel, address),
                now=now,
            )
        if customer:
            contacts.revisit(company, {customer.pk: entry.pk}, now=now)
    return Received(message, thread, True)


def address_of(channel: str, sender: str) -> str:
    """The sender as contacts are spelled; what cannot be read is kept as it came."""
    sender = storable(sender).strip()
    if channel == Channel.EMAIL:
        return sender.lower()[:254]
    parsed = phones.parse(sender)
    return parsed.e164 if parsed else sender[:254]


def digest(text: str) -> str:
    """A short name for a text that has none of its own."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _known(company: Company, channel: str, vendor_id: str) -> Message | None:
    return (
        Message.objects.of(company)
        .filter(medium=MEDIUM_OF[channel], direction=Message.Direction.IN, vendor_id=vendor_id)
        .exclude(vendor_id="")
        .select_related("thread")
        .first()
    )


def _owners(company: Company, channel: str, address: str) -> list[Customer]:
    """Whose address it is; the customer we last wrote to at it comes first.

    In a rehearsal everything goes to the test address, so its answers are the customer's.
    """
    owners = contacts.owners(company, channel, address)
    said = (
        Message.objects.of(company)
        .filter(direction=Message.Direction.OUT, medium=MEDIUM_OF[channel])
        .exclude(handed_over_at=None)
    )
    if not owners:
        test = company.test_phone if channel == Channel.SMS else company.test_email
        if not test or address != address_of(channel, test):
            return []
        last = said.filter(test_address=address).order_by("-handed_over_at").first()
        return [last.customer] if last and last.customer_id else []
    if len(owners) == 1:
        return owners
    here = Case(
        When(address=address, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    ranked = {
        row["customer_id"]: (row["here"], row["last"])
        for row in said.filter(customer__in=owners)
        .order_by()
        .annotate(here=here)
        .values("customer_id", "here")
        .annotate(last=Max("handed_over_at"))
        .order_by("here", "last")
    }
    never = (False, datetime.min.replace(tzinfo=company.zone))
    return sorted(owners, key=lambda one: ranked.get(one.pk, never), reverse=True)


def _with_subject(reading: triage.Reading, of_subject: triage.Reading) -> triage.Reading:
    """Some say in the subject alone that they want no more; what the words say stays true."""
    if not of_subject.opt_out:
        return reading
    return replace(
        reading,
        intent=of_subject.intent,
        secondary=(reading.intent, *reading.secondary),
        opt_out=True,
        must_pause=True,
        evidence=of_subject.evidence,
    )


def _reached(owners: list[Customer], channel: str, address: str) -> list[Customer]:
    """Those of the customers who would be written to at the address."""
    usable = Contact.objects.filter(customer__in=owners, channel=channel, address=address)
    keys = set(usable.filter(state=Contact.State.USABLE).values_list("customer", flat=True))
    return [one for one in owners if one.pk in keys]


def _contact(customer: Customer | None, channel: str, address: str) -> Contact | None:
    if customer is None:
        return None
    return customer.contacts.filter(channel=channel, address=address).first()


def _context(customer: Customer | None) -> triage.Context | None:
    """What the customer most likely speaks of: the last message's oldest invoice, else theirs."""
    if customer is None:
        return None
    last = (
        customer.messages.filter(direction=Message.Direction.OUT, lines__isnull=False)
        .exclude(handed_over_at=None)
        .order_by("-handed_over_at")
        .first()
    )
    if last:
        line = last.lines.select_related("invoice").first()
        return triage.Context(line.invoice.number or None, last.total, line.invoice.due_on)
    oldest = Invoice.objects.open().filter(customer=customer).order_by("due_on", "pk").first()
    if oldest is None:
        return None
    return triage.Context(oldest.number or None, oldest.balance, oldest.due_on)


def _invoice(customer: Customer | None, number: str | None) -> Invoice | None:
    """The customer's invoice with this number, the open one first."""
    if customer is None or not number:
        return None
    rows = Invoice.objects.filter(customer=customer, number=number, is_deleted=False)
    return rows.select_related("company", "customer").order_by("-balance").first()


def _wordless(message: Message) -> str:
    count = len(message.reading["media"])
    return f"({count} picture{'s'[: count != 1]} without words)" if count else "(nothing)"
