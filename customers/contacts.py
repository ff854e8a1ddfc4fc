"""How to reach a customer: which address to use, whose it is, what people and replies gave us."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When

from arbook import phones
from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.outbox import outbox
from customers import do_not_contact
from customers.contact_reading import read_emails, read_phones
from customers.models import Channel, Contact, Customer

State, Source = Contact.State, Contact.Source


class ContactRefused(Exception):
    """The contact cannot be taken. The message is fit for the screen."""


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
    if do_not_contact.among(customer.company, [(channel, one.address)]):
        raise ContactRefused(f"The person at {one.address} was erased and is not written to.")
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


def _shown(contact: Contact) -> str:
    return phones.display(contact.address) if contact.channel == Channel.SMS else contact.address
