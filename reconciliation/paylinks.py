"""Our own permanent pay links: one for each set of invoices, signed, good for years.

A Stripe page lives a day; the link in a message is ours and opens a fresh page for what is owed
when it is tapped. The token is the link's number and a signature with the company's own key, so it
can be neither guessed nor widened, and survives a change of SECRET_KEY.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse

from arbook.companies.models import Company
from customers.models import Customer
from invoices.models import Invoice
from reconciliation.models import PayLink

# Lower-case letters and digits without those that are easily misread.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
SIGNATURE_LENGTH = 16
NOBODY = Company(link_key="00" * 32)


def number(value: int) -> str:
    """A number as addresses write it."""
    digits = ""
    while value:
        value, rest = divmod(value, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits or ALPHABET[0]


def value(digits: str) -> int | None:
    """The number that is written so, and only so; None for anything else."""
    if not digits or len(digits) > 13 or any(digit not in ALPHABET for digit in digits):
        return None
    found = 0
    for digit in digits:
        found = found * len(ALPHABET) + ALPHABET.index(digit)
    # One link is written one way, or each way of writing it would be counted by itself.
    return found if found < 2**63 and number(found) == digits else None


def _signature(company: Company, pk: int) -> str:
    key = bytes.fromhex(company.link_key)
    digest = hmac.new(key, f"pay:{pk}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:SIGNATURE_LENGTH]


def token(link: PayLink) -> str:
    """What stands in the address: number, dash, signature (80 bits)."""
    return f"{number(link.pk)}-{_signature(link.company, link.pk)}"


def url(link: PayLink) -> str:
    """The address a customer taps."""
    return settings.PUBLIC_URL + reverse("pay", args=[token(link)])


def find(written: str) -> PayLink | None:
    """The link a token proves, or None."""
    digits, _, signature = written.lower().partition("-")
    pk = value(digits)
    if pk is None:
        return None
    link = PayLink.objects.select_related("company", "customer").filter(pk=pk).first()
    # A link that is not there is reckoned like one that is: the time taken tells nothing.
    proof = _signature(link.company if link else NOBODY, pk)
    fits = hmac.compare_digest(proof.encode(), signature.encode())
    return link if link and fits else None


def _set_of(invoices: Iterable[Invoice]) -> str:
    return ",".join(str(pk) for pk in sorted(invoice.pk for invoice in invoices))


@transaction.atomic
def links_for(
    company: Company, wanted: dict[int, list[Invoice]], *, now: datetime
) -> dict[int, PayLink]:
    """The link of each customer's set of invoices, by customer key; made where missing.

    Four statements at most, however many customers.
    """
    sets = {customer: _set_of(invoices) for customer, invoices in wanted.items() if invoices}
    known = _by_set(company, sets.values())
    # Invoices that the books gave to another customer: the old link is in other hands.
    moved = {
        customer: f"{text};{customer}"
        for customer, text in sets.items()
        if text in known and known[text].customer_id != customer
    }
    if moved:
        sets |= moved
        known |= _by_set(company, moved.values())
    missing = {customer: text for customer, text in sets.items() if text not in known}
    if missing:
        PayLink.objects.bulk_create(
            [
                PayLink(company=company, customer_id=customer, invoice_set=text, created_at=now)
                for customer, text in missing.items()
            ],
            ignore_conflicts=True,
        )
        made = _by_set(company, missing.values())
        PayLink.invoices.through.objects.bulk_create(
            [
                PayLink.invoices.through(paylink_id=made[text].pk, invoice_id=invoice.pk)
                for customer, text in missing.items()
                for invoice in wanted[customer]
            ],
            ignore_conflicts=True,
        )
        known |= made
    return {customer: known[text] for customer, text in sets.items()}


def _by_set(company: Company, sets: Iterable[str]) -> dict[str, PayLink]:
    found = {
        link.invoice_set: link
        for link in PayLink.objects.of(company).filter(invoice_set__in=list(sets))
    }
    for link in found.values():
        link.company = company
    return found


def link_for(customer: Customer, invoices: list[Invoice], *, now: datetime) -> PayLink:
    """The link of one customer's set of invoices."""
    return links_for(customer.company, {customer.pk: invoices}, now=now)[customer.pk]


def opened(link: PayLink, *, now: datetime) -> None:
    """Count a look at the pay page; scanners count too, so this decides nothing."""
    PayLink.objects.filter(pk=link.pk).update(
        opened_count=F("opened_count") + 1,
        first_opened_at=Coalesce("first_opened_at", now),
        last_opened_at=now,
    )
