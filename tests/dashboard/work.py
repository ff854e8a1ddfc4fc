"""Work that waits for somebody, in a company of the test's own."""

from decimal import Decimal

from invoices.models import Approval, Task
from messaging.models import Message, Thread
from tests.factories import NOW


def task(company, kind, number=1, **fields) -> Task:
    fields = {"key": f"{kind}:{number}", "title": "Look at this", "opened_at": NOW} | fields
    return Task.objects.create(company=company, kind=kind, **fields)


def approval(customer, number=1, **fields) -> Approval:
    fields = {
        "kind": Approval.Kind.ESCALATION,
        "title": "30 days",
        "amount": Decimal("100.00"),
        "subject": f"escalation:{customer.pk}-{number}",
        "content_hash": f"{number:064x}",
        "asked_at": NOW,
        "customer": customer,
    } | fields
    return Approval.objects.create(company=customer.company, **fields)


def proposed(customer, total="100.00", **fields) -> Message:
    fields = {
        "direction": Message.Direction.OUT,
        "medium": Message.Medium.EMAIL,
        "purpose": Message.Purpose.REMINDER,
        "state": Message.State.PROPOSED,
        "customer": customer,
        "thread": Thread.objects.get_or_create(company=customer.company, customer=customer)[0],
        "total": Decimal(total),
        "created_at": NOW,
    } | fields
    return Message.objects.create(company=customer.company, **fields)


def thread(customer, **fields) -> Thread:
    fields = {
        "customer": customer,
        "state": Thread.State.NEEDS_REPLY,
        "needs_reply_since": NOW,
    } | fields
    return Thread.objects.create(company=customer.company, **fields)
