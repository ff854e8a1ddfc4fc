"""Addresses of people who were erased: remembered by a salted hash, so that no reading of the books
makes them a contact again.

The salt is the company's, so equal addresses of two companies do not show. Whoever holds database
and salt can still try numbers one by one; the list is a promise to a person, not a vault.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from arbook.companies.models import Company
from customers.models import DoNotContact

Way = tuple[str, str]


def add(company: Company, ways: Iterable[Way], *, now: datetime) -> None:
    """Never make contacts of these (channel, address) again."""
    DoNotContact.objects.bulk_create(
        [
            DoNotContact(company=company, channel=way[0], digest=_digest(company, way), at=now)
            for way in ways
        ],
        ignore_conflicts=True,
    )


def among(company: Company, ways: Iterable[Way]) -> set[Way]:
    """Those of the addresses that are on the list."""
    known = set(DoNotContact.objects.filter(company=company).values_list("digest", flat=True))
    # Nearly every company's list is empty, and its books are long.
    return {way for way in ways if _digest(company, way) in known} if known else set()


def _digest(company: Company, way: Way) -> str:
    salt = sha256(f"do not contact {company.link_key}".encode()).digest()
    return hmac.new(salt, f"{way[0]}:{way[1]}".encode(), sha256).hexdigest()
