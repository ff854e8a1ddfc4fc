"""A person and what belongs to them here: whose rows, which addresses, how they are written about.

A person is a customer of the books with all their addresses, or one address alone (a contact of
several customers, a stranger who wrote). Each app above has a module ``person`` with the same
functions for its own rows: ``export``, ``mentions``, ``count``, ``erase``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from arbook import phones
from arbook.companies import keeping
from arbook.companies.models import Company, User
from customers import do_not_contact, mirror, retention
from customers.contact_reading import read_emails, read_phones
from customers.models import Channel, ConsentEvent, Contact, Customer, OptIn, SignedForm

ERASED = "[erased]"
# Modules with the same functions in packages beside the one that calls them all.
beside: list = []
SAID = "Erased on request."


class PersonUnknown(Exception):
    """There is nobody of this kind here. The message is fit for the screen."""


@dataclass(frozen=True)
class Person:
    """One person within one company."""

    company: Company
    customer: Customer | None
    # (channel, address)
    ways: frozenset[tuple[str, str]]

    def __str__(self) -> str:
        return str(self.customer or ", ".join(sorted(address for _, address in self.ways)))

    @property
    def addresses(self) -> set[str]:
        return {address for _, address in self.ways}

    @property
    def contacts(self):
        """Their contacts, and others' with the same address."""
        same = Q(pk__in=[])
        for channel, address in self.ways:
            same |= Q(channel=channel, address=address)
        if self.customer:
            same |= Q(customer=self.customer)
        return Contact.objects.filter(same, company=self.company, removed_at=None)

    @property
    def consent(self):
        """The lines of the ledger about their addresses."""
        same = Q(pk__in=[])
        for channel, address in self.ways:
            same |= Q(channel=channel, address=address)
        return ConsentEvent.objects.filter(same, company=self.company)


def of_customer(customer: Customer, *, also: Iterable[tuple[str, str]] = ()) -> Person:
    """The customer with every address they have or had here."""
    known = customer.contacts.exclude(address="").values_list("channel", "address")
    return Person(customer.company, customer, frozenset([*known, *also]))


def of_address(company: Company, written: str) -> Person:
    """Whoever is behind one number or address; raises PersonUnknown when it cannot be read."""
    readings = read_emails(written) if "@" in written else read_phones(written)
    ways = frozenset((one.channel, one.address) for one in readings if one.address)
    if len(ways) != 1:
        raise PersonUnknown(f"“{written[:60]}” is neither a number nor an e-mail address.")
    return Person(company, None, ways)


def contacts_of_others(person: Person, ways: Iterable[tuple[str, str]]):
    """Contacts of other customers with one of these addresses."""
    same = Q(pk__in=[])
    for channel, address in ways:
        same |= Q(channel=channel, address=address)
    rows = Contact.objects.filter(same, company=person.company).select_related("customer")
    return rows.exclude(customer=person.customer) if person.customer else rows


# --- Words ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """How a person may be written about; finds and covers it in any text."""

    pattern: re.Pattern | None

    def cover(self, text: str) -> str:
        return self.pattern.sub(ERASED, text) if self.pattern else text

    def cover_all(self, value):
        """The same in every text of a JSON value."""
        if isinstance(value, str):
            return self.cover(value)
        if isinstance(value, list):
            return [self.cover_all(one) for one in value]
        if isinstance(value, dict):
            return {self.cover(name): self.cover_all(one) for name, one in value.items()}
        return value


def names(person: Person, *, with_name: bool = True) -> Names:
    """What to look for: addresses in every spelling, names of contacts, and the customer's own.

    Without ``with_name`` the customer's own name stays, as long as something is owed.
    """
    parts: list[tuple[int, str]] = []
    for channel, address in person.ways:
        parts += [(len(one), one) for one in _spellings(channel, address)]
    texts = set(person.contacts.values_list("name", flat=True))
    texts |= {one for one in person.contacts.values_list("written", flat=True) if len(one) > 5}
    whole = person.customer
    if whole and with_name:
        texts |= {whole.name, whole.company_name, f"{whole.given_name} {whole.family_name}".strip()}
        # Part of a name alone is a word as well: only as it is written, and whole.
        for one in (whole.given_name, whole.family_name):
            if len(one) > 1:
                parts.append((len(one), rf"(?<!\w){re.escape(one)}(?!\w)"))
    parts += [(len(one), rf"(?i:(?<!\w){re.escape(one)}(?!\w))") for one in texts if len(one) > 1]
    if not parts:
        return Names(None)
    longest_first = [pattern for _, pattern in sorted(parts, reverse=True)]
    return Names(re.compile("|".join(longest_first)))


def _spellings(channel: str, address: str) -> list[str]:
    if channel == Channel.EMAIL:
        return [rf"(?i:(?<![\w.]){re.escape(address)})"]
    digits = re.sub(r"\D", "", address)
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    between = r"[\s().\-]*"
    return [
        rf"(?<!\d)(?:\+?1{between})?\(?{between.join(digits)}(?!\d)|{re.escape(phones.display(address))}"
    ]


# --- What this app has ----------------------------------------------------------------------------


def export(person: Person) -> dict[str, list[dict]]:
    """Everything here about them, by kind, as plain values."""
    who = person.customer
    return {
        "customer": [] if who is None else [_row(who, CUSTOMER) | {"tags": _tags(who)}],
        "contacts": [_row(one, CONTACT) for one in person.contacts],
        "consent": [_row(one, CONSENT) for one in person.consent],
        "signed forms": list(
            SignedForm.objects.filter(event__in=person.consent).values(
                "file_name", "digest", "added_at"
            )
        ),
        "questions for consent": [_row(one, QUESTION) for one in questions(person)],
        "mails of QuickBooks": []
        if who is None
        else list(who.book_mails.values("number", "sent_at")),
    }


def questions(person: Person):
    """What their addresses were asked, or are to be asked."""
    same = Q(pk__in=[])
    for channel, address in person.ways:
        same |= Q(channel=channel, address=address)
    return OptIn.objects.filter(same, company=person.company)


CUSTOMER = [
    "id",
    "quickbooks_id",
    "name",
    "company_name",
    "given_name",
    "family_name",
    "street",
    "city",
    "state",
    "postal_code",
    "country",
    "balance",
    "currency",
    "terms",
    "customer_type",
    "notes",
    "language",
    "is_sensitive",
    "mail_only",
]
CONTACT = ["id", "channel", "address", "written", "name", "source", "state", "state_reason"]
CONSENT = ["at", "channel", "address", "direction", "source", "purpose", "wording", "evidence"]


QUESTION = ["asked_at", "channel", "address", "state", "source", "wording", "evidence", "reason"]


def _row(row, fields: list[str]) -> dict:
    return {name: getattr(row, name) for name in fields}


def _tags(customer: Customer) -> str:
    return ", ".join(customer.tags.order_by("name").values_list("name", flat=True).distinct())


def mentions(person: Person) -> dict[str, set[int]]:
    """The rows here whose entries in the record are about them, by label."""
    found = {
        "customers.contact": set(person.contacts.values_list("pk", flat=True)),
        "customers.consentevent": set(person.consent.values_list("pk", flat=True)),
        "customers.optin": set(questions(person).values_list("pk", flat=True)),
    }
    if person.customer:
        found["customers.customer"] = {person.customer.pk}
    return found


def count(person: Person, *, now: datetime) -> dict[str, int]:
    """How many rows an erasure takes words out of."""
    return {
        "contacts": person.contacts.count(),
        "lines of consent": _old(person, now).count(),
        "questions for consent": questions(person).count(),
    }


def erase(person: Person, *, by: User | None, now: datetime, with_name: bool) -> dict[str, int]:
    """Take addresses and names out; the addresses go on the list of whom not to contact."""
    do_not_contact.add(person.company, person.ways, now=now)
    contacts = list(person.contacts.select_for_update(of=("self",)))
    retention.remove(
        contacts, f"Erased on {now.astimezone(person.company.zone):%Y-%m-%d}.", now=now
    )
    old_lines = _old(person, now)
    SignedForm.objects.filter(company=person.company, event__in=old_lines).delete()
    old = old_lines.update(address="", wording="", evidence={})
    asked = questions(person)
    asked.filter(state__in=[OptIn.State.PENDING, OptIn.State.FOR_PERSON]).update(
        state=OptIn.State.REFUSED, settled_at=now, reason=SAID
    )
    questions_left = asked.update(address="", wording="", evidence={})
    if person.customer:
        _erase_name(person.customer, now, with_name)
    return {
        "contacts": len(contacts),
        "lines of consent": old,
        "questions for consent": questions_left,
    }


def _old(person: Person, now: datetime):
    years = keeping.months_before(now, 12 * retention.CONSENT_YEARS)
    return person.consent.filter(at__lt=years)


def _erase_name(customer: Customer, now: datetime, with_name: bool) -> None:
    values = {"erasure_asked_at": customer.erasure_asked_at or now}
    if with_name:
        values |= {"erased_at": now, "name": mirror.ERASED.format(customer.quickbooks_id)}
        values |= {
            name: "" for name in mirror.WHO if name in {one.name for one in Customer._meta.fields}
        }
    Customer.objects.filter(pk=customer.pk).update(**values)


def jobs(person: Person) -> int:
    """Customers of the books that hang below this one and are not erased."""
    who = person.customer
    rows = Customer.objects.of(person.company).filter(erasure_asked_at=None)
    return rows.filter(parent_quickbooks_id=who.quickbooks_id).count() if who else 0


def consent_kept_until(person: Person) -> datetime | None:
    """When the last line of the ledger may go."""
    last = person.consent.order_by("-at").values_list("at", flat=True).first()
    return keeping.months_before(last, -12 * retention.CONSENT_YEARS) if last else None
