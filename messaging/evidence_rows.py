"""Everything an evidence pack tells: consent, messages, receipts, replies, approvals, decisions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from arbook import money
from arbook.audit.models import Entry, Mention
from customers import person as persons
from customers.models import Customer
from customers.person import Person
from invoices.models import Approval
from messaging import person as talking
from messaging import threads
from messaging.models import Decision, Message

# At the same moment: what was allowed comes before what was done about it.
ORDER = ("about", "contact", "consent", "decision", "approval", "message", "reply", "call", "note",
         "delivery", "record")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened or is known. ``facts`` is JSON."""

    kind: str
    at: datetime | None
    said: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple:
        return (self.at is not None, self.at or 0, ORDER.index(self.kind), self.said)


def of_customer(customer: Customer) -> Person:
    """The customer with every address that was ever written to here."""
    rows = customer.messages.exclude(address="").values_list("medium", "address").distinct()
    also = {(threads.channel_of(address).value, address) for _, address in rows}
    return persons.of_customer(customer, also=also)


def gather(person: Person) -> list[Row]:
    """Every row, in the order in which things happened; what has no time comes first."""
    messages = list(_messages(person))
    decisions = list(_decisions(person, messages))
    found = [
        *_about(person),
        *_contacts(person),
        *_consent(person),
        *(row for one in messages for row in _of_message(one)),
        *(_decision(one) for one in decisions),
        *_approvals(person),
        *_record(person, messages),
    ]
    return sorted(found, key=lambda row: row.place)


def _about(person: Person) -> Iterator[Row]:
    company = person.company
    yield Row("about", None, f"The business that writes: {company.name}.", {
        "company": company.name, "time zone": company.timezone, "reply": company.reply_email,
        "telephone": company.phone, "hours": f"{company.sends_from} to {company.sends_until}",
    })  # fmt: skip
    if customer := person.customer:
        yield Row("about", None, f"The customer: {customer.name}.", {
            "name": customer.name, "language": customer.get_language_display(),
            "sensitive": customer.is_sensitive, "QuickBooks": customer.quickbooks_id,
            "street": customer.street, "city": customer.city, "state": customer.state,
            "postal code": customer.postal_code,
        })  # fmt: skip


def _contacts(person: Person) -> Iterator[Row]:
    for one in person.contacts.select_related("customer").order_by("pk"):
        if person.customer and one.customer_id != person.customer.pk:
            continue
        yield Row("contact", None, f"{threads.shown(one.address or one.written)}, "
                  f"{one.get_state_display()}.", {
            "channel": one.channel, "address": one.address, "written": one.written,
            "name": one.name, "source": one.get_source_display(), "state": one.state,
            "reason": one.state_reason, "since": _time(one.state_at), "line": one.line_type,
            "line checked": _time(one.line_checked_at),
        })  # fmt: skip


def _consent(person: Person) -> Iterator[Row]:
    for one in person.consent.select_related("by").order_by("at", "pk"):
        what = "given for" if one.direction == "given" else "withdrawn from"
        yield Row("consent", one.at, f"Consent {what} {threads.shown(one.address)} by "
                  f"{one.get_source_display()}.", {
            "ledger": one.pk, "channel": one.channel, "address": one.address,
            "direction": one.direction, "source": one.source, "purpose": one.purpose,
            "wording": one.wording, "wording version": one.wording_version,
            "evidence": one.evidence, "by": _who(one.by),
        })  # fmt: skip


def _messages(person: Person):
    rows = talking.messages(person)
    if person.customer:
        # A number two customers share: the other one's words are not this one's evidence.
        rows = rows.filter(Q(customer=person.customer) | Q(customer=None))
    return (
        rows.exclude(state__in=[Message.State.PROPOSED, Message.State.SKIPPED])
        .select_related("approved_by", "customer")
        .prefetch_related("lines__invoice")
        .order_by("created_at", "pk")
    )


def _of_message(one: Message) -> Iterator[Row]:
    where = threads.shown(one.test_address or one.address) if one.address else "the house"
    if one.medium == Message.Medium.NOTE:
        yield Row("note", one.created_at, f"Note by {_who(one.approved_by)}.", _words(one))
        return
    if one.medium == Message.Medium.CALL:
        yield Row("call", one.created_at, f"Call, {where}: {one.body}", _words(one))
        return
    if one.direction == Message.Direction.IN:
        yield Row("reply", one.created_at, f"{where} wrote.", _words(one) | {
            "read as": one.reading.get("intent", ""), "by the words": one.reading.get("evidence"),
        })  # fmt: skip
        return
    what = f"{one.get_medium_display()} to {where}"
    amount = f" over {money.words(one.total, one.company.currency)}" if one.total else ""
    sent = one.handed_over_at or one.created_at
    state = "" if one.handed_over_at else f" ({one.get_state_display()}, never handed over)"
    yield Row("message", sent, f"{what.capitalize()}{amount}{state}.", _words(one) | {
        "purpose": one.purpose, "test to": one.test_address, "template": one.template,
        "template version": one.template_version, "edited by a person": one.is_edited,
        "total": str(one.total), "parts": one.segments,
        "invoices": [[line.invoice.number, str(line.amount)] for line in one.lines.all()],
        "content": one.content_hash, "not before": _time(one.send_after),
    })  # fmt: skip
    if one.approved_at:
        fits = one.approved_hash == one.content_hash
        yield Row("approval", one.approved_at, f"{_who(one.approved_by)} approved this message.", {
            "message": one.pk, "approved content": one.approved_hash, "sent content":
            one.content_hash, "the same": fits if one.approved_hash else None,
        })  # fmt: skip
    if one.settled_at and one.handed_over_at:
        said = f"{what.capitalize()}: {one.get_state_display()}."
        yield Row("delivery", one.settled_at, said, {
            "message": one.pk, "state": one.state, "told by the carrier": one.vendor_status,
            "carrier's id": one.vendor_id, "code": one.error_code, "error": one.error,
        })  # fmt: skip


def _words(one: Message) -> dict:
    return {
        "message": one.pk,
        "medium": one.medium,
        "address": one.address,
        "subject": one.subject,
        "words": one.body,
        "written": _time(one.created_at),
        "by": _who(one.approved_by),
        "carrier's id": one.vendor_id,
        "words removed": _time(one.removed_at),
    }


def _decisions(person: Person, messages: list[Message]):
    rows = Decision.objects.filter(company=person.company)
    if person.customer:
        rows = rows.filter(customer=person.customer)
    else:
        rows = rows.filter(message__in=[one.pk for one in messages])
    return rows.order_by("at", "pk").iterator(chunk_size=500)


def _decision(one: Decision) -> Row:
    what = "may be written" if one.passed else "kept silent"
    return Row("decision", one.at, f"{what.capitalize()}: {one.sentence}", {
        "decision": one.pk, "message": one.message_id, "when": one.get_stage_display(),
        "passed": one.passed, "stopped by": one.stopped_by, "rules": one.rules_version,
        "not before": _time(one.not_before),
        "checks": [
            {name: check.get(name) for name in
             ("check", "name", "result", "value", "sentence", "source", "read_at", "until")}
            for check in one.checks
        ],
    })  # fmt: skip


def _approvals(person: Person) -> Iterator[Row]:
    if person.customer is None:
        return
    rows = Approval.objects.filter(company=person.company, customer=person.customer)
    for one in rows.select_related("decided_by").order_by("asked_at", "pk"):
        yield Row("approval", one.decided_at or one.asked_at, f"{one.title}: "
                  f"{one.get_state_display()}.", {
            "asked": _time(one.asked_at), "why": one.why, "amount": str(one.amount),
            "content": one.content_hash, "decided": _time(one.decided_at),
            "by": _who(one.decided_by), "note": one.note,
        })  # fmt: skip


def _record(person: Person, messages: list[Message]) -> Iterator[Row]:
    """What the sealed record says about the customer and the messages, with its seals."""
    subjects = {
        "messaging.message": [one.pk for one in messages],
        "messaging.thread": list(talking.talks(person).values_list("pk", flat=True)),
        "customers.consentevent": list(person.consent.values_list("pk", flat=True)),
        "customers.customer": [person.customer.pk] if person.customer else [],
    }
    keys: set[int] = set()
    for kind, pks in subjects.items():
        rows = Mention.objects.filter(subject_type=kind, subject_id__in=pks)
        keys |= set(rows.values_list("entry", flat=True))
    entries = Entry.objects.filter(pk__in=keys, company=person.company)
    for one in entries.select_related("by", "seal").order_by("at", "pk"):
        seal = getattr(one, "seal", None)
        yield Row("record", one.at, one.said, {
            "entry": one.pk, "kind": one.verb, "by": _who(one.by), "because of": one.cause_id,
            "seal": seal.number if seal else None,
            "seal hash": bytes(seal.hash).hex() if seal else None,
        })  # fmt: skip


def _who(user) -> str:
    return str(user) if user else "arbook"


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
