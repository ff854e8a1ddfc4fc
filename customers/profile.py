"""What we keep about a customer beside the books: who looks after them, language, discretion."""

from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Membership, User
from customers import contacts
from customers.models import Customer


class ProfileRefused(Exception):
    """The change cannot be made. The message is fit for the screen."""


@transaction.atomic
def change(
    customer: Customer,
    *,
    owner: User | None,
    language: str,
    is_sensitive: bool,
    mail_only: bool = False,
    by: User | None,
    now: datetime,
) -> Customer:
    """Set who looks after the customer and how they are written to; says what changed."""
    customer = Customer.objects.select_for_update().select_related("company").get(pk=customer.pk)
    if owner and not Membership.objects.filter(user=owner, company=customer.company).exists():
        raise ProfileRefused(f"{owner} is no member of {customer.company}.")
    said = []
    if customer.owner_id != (owner.pk if owner else None):
        said.append(f"{owner} looks after them" if owner else "nobody in particular is in charge")
    if customer.language != language:
        said.append(f"they are written to in {Customer.Language(language).label}")
    if customer.is_sensitive != is_sensitive:
        said.append("texts stay neutral" if is_sensitive else "texts may name amounts")
    if customer.mail_only != mail_only:
        said.append("reminders go by mail only" if mail_only else "texts are a way to reach them")
    if not said:
        return customer
    customer.owner, customer.language, customer.is_sensitive = owner, language, is_sensitive
    customer.mail_only = mail_only
    customer.save(update_fields=["owner", "language", "is_sensitive", "mail_only"])
    entry = log.record(
        "customer.changed", f"{customer}: {', '.join(said)}.", about=[customer], by=by, at=now
    )
    contacts.revisit(customer.company, {customer.pk: entry.pk}, now=now)
    return customer


@transaction.atomic
def note(customer: Customer, *, text: str, by: User | None, now: datetime) -> Entry:
    """Keep a note on the customer's timeline, for colleagues only."""
    text = text.strip()
    if not text:
        raise ProfileRefused("The note is empty.")
    said = text if len(text) <= 500 else f"{text[:499]}…"
    return log.record("customer.note", said, about=[customer], by=by, at=now, text=text)


def notes(customer: Customer) -> list[Entry]:
    """Notes of colleagues, newest first."""
    rows = Entry.objects.about(customer).filter(verb="customer.note").select_related("by")
    return list(rows.order_by("-at", "-pk")[:200])
