"""The contacts of the books brought up to date, beside what people and carriers found out."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BookCustomer
from customers import contacts, do_not_contact
from customers.contact_reading import Written, read_emails, read_phones
from customers.models import Contact, Customer

State, Source = Contact.State, Contact.Source


@transaction.atomic
def refresh(
    company: Company, rows: Mapping[int, BookCustomer], *, now: datetime, quiet: bool = False
) -> set[int]:
    """Bring the books' contacts of these customers (our keys) up to date; returns who changed.

    What people entered survives; what people or carriers found out about an address survives too;
    what the books dropped is marked as removed, and usable again when they bring it back. What a
    person had erased stays away though the books still have it.
    """
    existing: dict[int, dict[tuple[str, str], Contact]] = defaultdict(dict)
    for one in Contact.objects.filter(customer__in=rows):
        existing[one.customer_id][one.channel, one.address or f"?{one.written}"] = one
    fresh: list[Contact] = []
    changed: list[Contact] = []
    news: dict[int, list[str]] = defaultdict(list)
    read = {
        pk: [*read_emails(row.emails), *read_phones(row.mobile, row.phone, row.other_phone)]
        for pk, row in rows.items()
    }
    erased = do_not_contact.among(
        company, ((one.channel, one.address) for wanted in read.values() for one in wanted)
    )
    for pk in rows:
        known = existing[pk]
        wanted = [one for one in read[pk] if (one.channel, one.address) not in erased]
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
    contacts.revisit(company, dict(zip(news, (one.pk for one in entries), strict=True)), now=now)
