"""How to reach a customer: numbers and addresses from the books, from people and from replies."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Case, IntegerField, Value, When

from arbook import phones
from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company, User
from arbook.gateways.quickbooks_shapes import BookCustomer
from arbook.outbox import outbox
from arbook.upsert import storable
from customers.models import Channel, Contact, Customer

BETWEEN_ADDRESSES = re.compile(r"[\s,;|<>()\"]+")
LONGEST = 254

State, Source = Contact.State, Contact.Source


class ContactRefused(Exception):
    """The contact cannot be taken. The message is fit for the screen."""


@dataclass(frozen=True)
class Written:
    """One address or number as the books write it, and what we read from it."""

    channel: str
    address: str
    written: str
    is_primary: bool
    state: str = State.USABLE
    reason: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same contact: the address, or the unreadable text."""
        return self.channel, self.address or f"?{self.written}"


def read_emails(text: str) -> list[Written]:
    """Every address of a field that may hold several; pieces with an @ that are none are kept."""
    found: dict[str, Written] = {}
    unread: dict[str, Written] = {}
    for piece in BETWEEN_ADDRESSES.split(storable(text or "").strip()):
        address = piece.strip(".'`").removeprefix("mailto:").lower()
        if not address:
            continue
        if len(address) <= LONGEST and _is_address(address):
            found.setdefault(
                address, Written(Channel.EMAIL, address, piece[:LONGEST], is_primary=not found)
            )
        elif "@" in piece:
            unread[piece] = _unread(Channel.EMAIL, piece, "This is not an e-mail address.")
    if not found and not unread and (text or "").strip():
        whole = text.strip()
        unread[whole] = _unread(Channel.EMAIL, whole, "There is no e-mail address in it.")
    return [*found.values(), *unread.values()]


def read_phones(*fields: str) -> list[Written]:
    """Every number of the fields, the most likely mobile first; unreadable texts are kept."""
    found: dict[str, Written] = {}
    unread: dict[str, Written] = {}
    for field in fields:
        text = storable(field or "").strip()
        if not text:
            continue
        numbers = phones.all_in(text)
        if not numbers:
            unread[text] = _unread(Channel.SMS, text, "This is not a telephone number.")
        for number in numbers:
            usable = not number.extension
            known = found.get(number.e164)
            if known and (known.state == State.USABLE or not usable):
                continue
            found[number.e164] = Written(
                Channel.SMS,
                number.e164,
                text[:LONGEST],
                is_primary=usable and not any(one.is_primary for one in found.values()),
                state=State.USABLE if usable else State.NOT_TEXTABLE,
                reason="" if usable else f"It has the extension {number.extension}.",
            )
    return [*found.values(), *unread.values()]


@transaction.atomic
def refresh(
    company: Company, rows: Mapping[int, BookCustomer], *, now: datetime, quiet: bool = False
) -> set[int]:
    """Bring the books' contacts of these customers (our keys) up to date; returns who changed.

    What people entered survives; what people or carriers found out about an address survives too;
    what the books dropped is marked as removed, and usable again when they bring it back.
    """
    existing: dict[int, dict[tuple[str, str], Contact]] = defaultdict(dict)
    for one in Contact.objects.filter(customer__in=rows):
        existing[one.customer_id][one.channel, one.address or f"?{one.written}"] = one
    fresh: list[Contact] = []
    changed: list[Contact] = []
    news: dict[int, list[str]] = defaultdict(list)
    for pk, row in rows.items():
        known = existing[pk]
        wanted = [
            *read_emails(row.emails),
            *read_phones(row.mobile, row.phone, row.other_phone),
        ]
        # A person's choice of what to use first stands above the order of the books.
        chosen = {
            one.channel
            for one in known.values()
            if one.is_primary and one.source != Source.BOOKS and one.is_usable
        }
        wanted = [
            replace(one, is_primary=False) if one.channel in chosen else one for one in wanted
        ]
        for one in wanted:
            contact = known.pop(one.key, None)
            if contact is None:
                fresh.append(_new(company, pk, one, now))
                news[pk].append(f"added {one.address or one.written}")
            elif contact.source == Source.BOOKS:
                was_gone = contact.state == State.REMOVED
                if _differs(contact, one):
                    changed.append(_updated(contact, one, now))
                if was_gone:
                    news[pk].append(f"brought back {contact}")
        for contact in known.values():
            if contact.source == Source.BOOKS and contact.state != State.REMOVED:
                contact.state, contact.state_at = State.REMOVED, now
                contact.state_reason, contact.is_primary = "QuickBooks no longer has it.", False
                changed.append(contact)
                news[pk].append(f"removed {contact}")
    Contact.objects.bulk_create(fresh, ignore_conflicts=True)
    Contact.objects.bulk_update(
        changed, ["state", "state_at", "state_reason", "is_primary", "written"], batch_size=500
    )
    if news and not quiet:
        _tell(company, news, now=now)
    return set(news)


def best(customer_ids: Iterable[int], channel: str) -> dict[int, Contact]:
    """The usable contact to write to for each customer, the primary one first; one query."""
    rows = (
        Contact.objects.filter(customer__in=list(customer_ids), channel=channel, state=State.USABLE)
        .exclude(address="")
        .order_by("customer_id", "-is_primary", "pk")
        .distinct("customer_id")
    )
    return {row.customer_id: row for row in rows}


def owners(company: Company, channel: str, address: str) -> list[Customer]:
    """The customers this address belongs to, those where it is in use before those it left."""
    rank = Case(
        When(contacts__state__in=[State.REMOVED, State.WRONG_PERSON], then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = (
        Customer.objects.of(company)
        .present()
        .filter(contacts__channel=channel, contacts__address=address)
        .annotate(rank=rank)
        .order_by("rank", "pk")
    )
    return list(dict.fromkeys(rows))


@transaction.atomic
def add(
    customer: Customer,
    *,
    channel: str,
    written: str,
    name: str = "",
    source: str = Source.PERSON,
    is_primary: bool = False,
    by: User | None,
    now: datetime,
) -> Contact:
    """A number or address that a person or a reply gave us. Raises ContactRefused when unreadable.

    An address the customer already has is made usable again and keeps its history.
    """
    readings = read_emails(written) if channel == Channel.EMAIL else read_phones(written)
    good = [one for one in readings if one.address]
    if not good:
        what = "e-mail address" if channel == Channel.EMAIL else "telephone number"
        raise ContactRefused(f"“{written.strip()[:60]}” is not a {what}.")
    if len(good) > 1:
        raise ContactRefused("Enter one at a time.")
    one = good[0]
    if one.state != State.USABLE:
        raise ContactRefused(f"{one.reason} A text cannot reach it.")
    contact = customer.contacts.filter(channel=channel, address=one.address).first()
    if is_primary:
        customer.contacts.filter(channel=channel).update(is_primary=False)
    if contact is None:
        contact = Contact(
            company=customer.company, customer=customer, channel=channel, address=one.address
        )
    elif contact.is_usable and not is_primary:
        raise ContactRefused(f"{customer} already has {one.address}.")
    contact.written, contact.source = one.written, source
    contact.name = name or contact.name
    contact.is_primary = is_primary or contact.is_primary
    contact.state, contact.state_reason, contact.state_at = State.USABLE, "", now
    contact.save()
    entry = log.record(
        "contact.added",
        f"{_shown(contact)} was added as a contact of {customer}.",
        about=[customer, contact],
        by=by,
        at=now,
    )
    revisit(customer.company, {customer.pk: entry.pk}, now=now)
    return contact


@transaction.atomic
def mark(contact: Contact, *, state: str, reason: str, by: User | None, now: datetime) -> Contact:
    """Write down what was found out about a contact: bounced, wrong person, usable again."""
    contact = Contact.objects.select_for_update().select_related("customer").get(pk=contact.pk)
    if contact.state == state and contact.state_reason == reason[:200]:
        return contact
    contact.state, contact.state_reason, contact.state_at = state, reason[:200], now
    contact.save(update_fields=["state", "state_reason", "state_at"])
    words = State(state).label
    entry = log.record(
        f"contact.{state}",
        f"{_shown(contact)} is marked {words}: {reason}" if reason else f"{contact} is {words}.",
        about=[contact.customer, contact],
        by=by,
        at=now,
    )
    revisit(contact.company, {contact.customer_id: entry.pk}, now=now)
    return contact


def revisit(company: Company, entries: Mapping[int, int], *, now: datetime) -> None:
    """Let what is proposed to these customers (key to entry) be looked at again."""
    outbox.enqueue_many(
        [
            outbox.Wanted(
                "messaging.revisit", f"revisit:{customer}:{entry}", company, {"customer": customer}
            )
            for customer, entry in entries.items()
        ],
        now=now,
    )


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _unread(channel: str, text: str, reason: str) -> Written:
    return Written(channel, "", text[:LONGEST], False, State.INVALID, reason)


def _shown(contact: Contact) -> str:
    return phones.display(contact.address) if contact.channel == Channel.SMS else contact.address


def _new(company: Company, customer_id: int, one: Written, now: datetime) -> Contact:
    return Contact(
        company=company,
        customer_id=customer_id,
        channel=one.channel,
        address=one.address,
        written=one.written,
        is_primary=one.is_primary,
        state=one.state,
        state_reason=one.reason,
        state_at=None if one.state == State.USABLE else now,
    )


def _differs(contact: Contact, one: Written) -> bool:
    return (
        contact.state == State.REMOVED
        or contact.is_primary != one.is_primary
        or contact.written != one.written
    )


def _updated(contact: Contact, one: Written, now: datetime) -> Contact:
    contact.is_primary, contact.written = one.is_primary, one.written
    if contact.state == State.REMOVED:
        contact.state, contact.state_reason, contact.state_at = one.state, one.reason, now
    return contact


def _tell(company: Company, news: Mapping[int, list[str]], *, now: datetime) -> None:
    customers = Customer.objects.in_bulk(list(news))
    entries = log.record_many(
        [
            (
                Entry(
                    company=company,
                    verb="contact.synced",
                    said=f"QuickBooks changed the contacts of {customers[pk]}: {', '.join(said)}.",
                    at=now,
                ),
                [customers[pk]],
            )
            for pk, said in news.items()
        ]
    )
    revisit(company, dict(zip(news, (one.pk for one in entries), strict=True)), now=now)
