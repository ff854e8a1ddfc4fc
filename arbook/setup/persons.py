"""A person's data over all apps, gathered into one file."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from arbook.audit import log
from arbook.audit.models import Entry, Mention
from arbook.companies.models import Company, User
from arbook.web import export as files
from customers import person as persons
from customers.models import Channel, Customer
from customers.person import Person
from invoices import person as collecting
from messaging import person as talking
from reconciliation import person as paying

_OWN = [persons, collecting, paying, talking]


def parts() -> list:
    """Every module that has something of a person, from the lowest floor up."""
    return [*_OWN, *persons.beside]


def of_customer(customer: Customer) -> Person:
    """The customer with every address that was ever theirs here."""
    known = persons.of_customer(customer)
    more = {*paying.payer_addresses(known), *talking.addresses(known)} - _ours(customer.company)
    # Whoever pays or answers for several customers is not this one.
    shared = {(one.channel, one.address) for one in persons.contacts_of_others(known, more)}
    return persons.of_customer(customer, also=more - shared)


def _ours(company: Company) -> set[tuple[str, str]]:
    """Addresses of the house: in a dry run its own telephone answers for customers."""
    mails = (company.test_email, company.reply_email, company.alert_email)
    return {
        *((Channel.EMAIL.value, one.lower()) for one in mails if one),
        *((Channel.SMS.value, one) for one in (company.test_phone, company.phone) if one),
    }


def gather(person: Person) -> dict[str, list[dict]]:
    """Everything about the person, by kind."""
    found: dict[str, list[dict]] = {}
    for part in parts():
        found |= part.export(person)
    said = list(entries(person.company, mentions(person)))
    found["notes"] = [
        {"at": one.at, "by": str(one.by or ""), "text": one.data.get("text") or one.said}
        for one in said
        if one.verb == "customer.note"
    ]
    found["record"] = [
        {"at": one.at, "kind": one.verb, "said": one.said, "by": str(one.by or "arbook")}
        for one in said
    ]
    return found


@transaction.atomic
def export(person: Person, file: IO[bytes], *, by: User | None, now: datetime) -> dict[str, int]:
    """Write a zip with one JSON of everything and a CSV for each kind; returns the counts."""
    found = gather(person)
    about = {"company": person.company.name, "person": str(person), "made_at": now}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(about | found, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
        archive.writestr("person.json", text)
        for kind, rows in found.items():
            if rows:
                archive.writestr(f"{kind}.csv", _csv(rows))
    counts = {kind: len(rows) for kind, rows in found.items()}
    log.record(
        "person.exported",
        "What is known about the person was handed out as a file.",
        about=[person.customer] if person.customer else [],
        by=by,
        at=now,
        company=person.company,
        **counts,
    )
    return counts


def _csv(rows: list[dict]) -> bytes:
    header = list(rows[0])
    cells = [
        [
            json.dumps(one, cls=DjangoJSONEncoder) if isinstance(one, dict | list) else one
            for one in row.values()
        ]
        for row in rows
    ]
    return files.as_csv(name="part", header=header, rows=cells).getvalue()


def mentions(person: Person) -> dict[str, set[int]]:
    """The rows whose entries in the record are about the person: keys by label."""
    found: dict[str, set[int]] = {}
    for part in parts():
        found |= part.mentions(person)
    return found


def entries(company: Company, subjects: Mapping[str, set[int]]) -> Iterator[Entry]:
    """What the record says about these rows, oldest first."""
    keys: set[int] = set()
    for label, pks in subjects.items():
        rows = Mention.objects.filter(subject_type=label, subject_id__in=pks)
        keys |= set(rows.values_list("entry", flat=True))
    rows = Entry.objects.filter(pk__in=keys, company=company)
    return rows.select_related("by").order_by("at", "pk").iterator(chunk_size=500)
