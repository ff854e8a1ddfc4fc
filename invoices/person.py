"""What the plan to collect holds about a person: promises, disputes, plans, tasks, letters, in
words."""

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from arbook.companies.models import User
from customers.person import SAID, Names, Person, names
from invoices.models import (
    Approval,
    Dispute,
    Escalation,
    Evidence,
    Hold,
    Installment,
    Invoice,
    PaymentPlan,
    PromiseToPay,
    SyncProblem,
    Task,
)

NOTED = "tasks, disputes, pauses and letters"


def export(person: Person) -> dict[str, list[dict]]:
    """Their invoices' promises and disputes, and what was noted while collecting."""
    who = person.customer
    if who is None:
        return {}
    of = {"invoice__customer": who}
    return {
        "invoices": _rows(
            Invoice.objects.filter(customer=who),
            ["id", "number", "issued_on", "due_on", "total", "balance", "currency", "bill_email"],
        ),
        "promises": _rows(
            PromiseToPay.objects.filter(**of),
            ["made_at", "invoice__number", "amount", "due_on", "state"],
        ),
        "disputes": _rows(
            Dispute.objects.filter(**of),
            ["opened_at", "invoice__number", "amount", "reason", "state", "outcome"],
        ),
        "evidence": _rows(
            Evidence.objects.filter(dispute__invoice__customer=who),
            ["added_at", "dispute__invoice__number", "note", "file_name", "size"],
        ),
        "plans": _rows(
            PaymentPlan.objects.filter(customer=who),
            ["proposed_at", "total", "why", "state", "accepted_at", "accepted_as", "outcome"],
        ),
        "instalments": _rows(
            Installment.objects.filter(plan__customer=who),
            ["plan", "number", "due_on", "amount", "paid"],
        ),
        "pauses": _rows(
            Hold.objects.filter(customer=who),
            ["placed_at", "reason", "note", "until", "lifted_at", "lifted_reason"],
        ),
        "tasks": _rows(
            Task.objects.filter(customer=who),
            ["opened_at", "title", "detail", "done_at", "outcome"],
        ),
        "letters": _rows(
            Escalation.objects.filter(customer=who).exclude(letter=""),
            ["opened_at", "stage", "letter", "outcome"],
        ),
    }


def _rows(rows, fields: list[str]) -> list[dict]:
    return list(rows.order_by("pk").values(*fields))


def mentions(person: Person) -> dict[str, set[int]]:
    if person.customer is None:
        return {}
    return {
        "invoices.invoice": _keys(Invoice.objects.filter(customer=person.customer)),
        "invoices.task": _keys(Task.objects.filter(customer=person.customer)),
    }


def _keys(rows) -> set[int]:
    return set(rows.values_list("pk", flat=True))


def count(person: Person, *, now: datetime) -> dict[str, int]:
    """How many rows an erasure takes words out of."""
    return {NOTED: sum(rows.count() for rows, _ in _texts(person))}


def erase(person: Person, *, by: User | None, now: datetime, with_name: bool) -> dict[str, int]:
    """Take their words and names out; amounts, days and states stay."""
    found = names(person, with_name=with_name)
    count = 0
    for rows, fields in _texts(person):
        batch = list(rows)
        for row in batch:
            for field, goes_whole in fields.items():
                setattr(row, field, _without(getattr(row, field), found, goes_whole))
        rows.model.objects.bulk_update(batch, list(fields), batch_size=500)
        count += len(batch)
    return {NOTED: count}


def _texts(person: Person) -> list[tuple[QuerySet, dict[str, bool]]]:
    """Rows with free text, and whether a field goes as a whole or only names in it.

    What waits for a decision stays as it was asked for until it is decided.
    """
    who = person.customer
    if who is None:
        return []
    problems = SyncProblem.objects.filter(company=person.company, entity="Customer")
    return [
        (
            Task.objects.filter(customer=who),
            {"title": False, "detail": True, "outcome": False},
        ),
        (Dispute.objects.filter(invoice__customer=who), {"reason": True, "outcome": True}),
        (
            Evidence.objects.filter(dispute__invoice__customer=who),
            {"note": True, "file_name": True, "content": True},
        ),
        # A running plan keeps the name that agreed to it until it is over.
        (
            PaymentPlan.objects.filter(customer=who).exclude(state__in=PaymentPlan.LIVE),
            {"why": True, "accepted_as": True, "outcome": False},
        ),
        (Hold.objects.filter(customer=who), {"note": True, "lifted_reason": False}),
        (
            Escalation.objects.filter(customer=who, closed_at__isnull=False).exclude(letter=""),
            {"letter": True},
        ),
        (
            Approval.objects.filter(customer=who).exclude(state=Approval.State.WAITING),
            {"title": False, "why": False, "content": False, "note": False},
        ),
        (problems.filter(quickbooks_id=who.quickbooks_id), {"raw": True, "reason": False}),
    ]


def _without(value, found: Names, goes_whole: bool):
    if not goes_whole:
        return found.cover_all(value)
    if isinstance(value, bytes | memoryview):
        return b""
    return SAID if value else value


def owed(person: Person) -> tuple[int, Decimal]:
    """How many invoices are open, and their sum."""
    if person.customer is None:
        return 0, Decimal("0.00")
    rows = Invoice.objects.open().filter(customer=person.customer)
    amounts = list(rows.values_list("balance", flat=True))
    return len(amounts), sum(amounts, Decimal("0.00"))
