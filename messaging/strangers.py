"""Senders nobody knows, and how they find their customer."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from arbook.audit import log
from arbook.companies.models import User
from customers import contacts
from customers.models import Contact, Customer
from invoices import holds
from invoices.models import Hold
from messaging import drafts, thread_keys, threads
from messaging.models import Message, Thread

LISTENED, MOST_LIKELY, SHORTEST_NAME = 5, 4, 4
WORD = re.compile(r"[^\W_][\w'-]*")
# Words that stand in many names and in many texts.
COMMON = """this that with from have your please call text about invoice bill paid number services
    service company group hello thanks thank what when where street"""


@transaction.atomic
def link(thread: Thread, *, customer: Customer, by: User, now: datetime) -> Thread:
    """Tie an unknown sender to a customer: the address becomes a contact, the words move over."""
    threads.line_up(thread.company, thread.unknown_address)
    thread = threads.locked(thread)
    if thread.customer_id:
        raise threads.ThreadRefused(f"This conversation already belongs to {thread.customer}.")
    if customer.company_id != thread.company_id or customer.is_deleted:
        raise threads.ThreadRefused("Choose a customer of this company.")
    address = thread.unknown_address
    contact = _contact(customer, address, by=by, now=now)
    own = Thread.objects.filter(customer=customer).first()
    if own is None:
        own = thread
        own.customer, own.unknown_address = customer, ""
        own.save(update_fields=["customer", "unknown_address"])
    else:
        own = threads.locked(own)
    Message.objects.filter(thread=thread).update(thread=own, customer=customer, contact=contact)
    log.record(
        "thread.linked",
        f"{threads.shown(address)} belongs to {customer}.",
        about=threads.about(own),
        by=by,
        at=now,
        address=address,
    )
    if own.pk != thread.pk:
        drafts.move(thread, own)
        own.owner = own.owner or thread.owner
        own.last_message_at = max(
            filter(None, [own.last_message_at, thread.last_message_at]), default=None
        )
        if thread.state == Thread.State.NEEDS_REPLY:
            own.intent = thread.intent
            threads.needs_reply(own, since=thread.needs_reply_since or now)
        else:
            own.save()
        thread.delete()
    if own.state == Thread.State.NEEDS_REPLY:
        holds.place(
            customer,
            reason=Hold.Reason.REPLY,
            source=thread_keys.hold_source(own),
            by=None,
            now=now,
        )
    return own


def likely(thread: Thread) -> list[Customer]:
    """Whose words these may be: who has a bill they name, or who is named as they sign."""
    rows = thread.messages.filter(direction=Message.Direction.IN)
    said = " ".join(rows.order_by("-created_at").values_list("body", flat=True)[:LISTENED])
    words = {word.casefold() for word in WORD.findall(said)}
    if not words:
        return []
    # Numbers as they were written, and without what people put before them.
    numbers = {word.upper() for word in WORD.findall(said) if any(c.isdigit() for c in word)}
    people = Customer.objects.of(thread.company).present().select_related("company")
    billed = people.filter(invoices__number__in=numbers, invoices__is_deleted=False)
    found = {one.pk: one for one in billed.distinct()[:MOST_LIKELY]}
    names = [word for word in words if len(word) >= SHORTEST_NAME and word not in COMMON.split()]
    if names and len(found) < MOST_LIKELY:
        called = Q()
        for word in names[:8]:
            called |= Q(given_name__iexact=word) | Q(family_name__iexact=word)
            called |= Q(name__iregex=rf"\m{re.escape(word)}\M")
        more = people.filter(called).exclude(pk__in=found).order_by("name")
        found |= {one.pk: one for one in more[: MOST_LIKELY - len(found)]}
    return list(found.values())


def _contact(customer: Customer, address: str, *, by: User, now: datetime) -> Contact | None:
    channel = threads.channel_of(address)
    known = customer.contacts.filter(channel=channel, address=address).first()
    if known and known.is_usable:
        return known
    try:
        return contacts.add(
            customer,
            channel=channel,
            written=address,
            source=Contact.Source.REPLY,
            by=by,
            now=now,
        )
    except contacts.ContactRefused as refusal:
        raise threads.ThreadRefused(str(refusal)) from None
