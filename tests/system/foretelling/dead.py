"""Rows as a person finds them, dead, and what vendors were told meanwhile."""

import re

from arbook import clock
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process_waiting
from arbook.webhooks.store import Arrival, keep

READS = re.compile(r"^query\.|^cdc$|\.(read|get|list|fetch|retrieve)$")
PHONE = "+12125550111"


def dead(rows) -> WebhookEvent:
    """The newest event as it stands when a person finds it."""
    event = rows.order_by("-pk").first()
    assert event is not None
    WebhookEvent.objects.filter(pk=event.pk).update(
        state="dead", attempts=8, failure="unreachable", error="QuickBooks could not be reached."
    )
    event.refresh_from_db()
    return event


def stripe_told(desk, kind: str) -> WebhookEvent:
    """A dead event of Stripe of this kind; the others are not heard."""
    desk.deliver([one for one in desk.events() if one["type"] == kind][-1:])
    return dead(WebhookEvent.objects.filter(vendor="stripe", kind=kind))


def arrived(desk, vendor: str, kind: str, content: dict) -> WebhookEvent:
    keep([Arrival(vendor, f"{vendor}-1", kind, desk.company.pk, content)], now=clock.now())
    return dead(WebhookEvent.objects.filter(vendor=vendor, kind=kind))


def of_books(desk, entity: str, book_id: str, verb: str = "updated") -> WebhookEvent:
    content = {"entity": entity, "id": book_id, "verb": verb, "at": "", "raw": {}}
    return arrived(desk, "quickbooks", f"{entity}.{verb}", content)


def payment(desk) -> WebhookEvent:
    return stripe_told(desk, "payment_intent.succeeded")


def lower_invoice(desk) -> WebhookEvent:
    row = desk.books.get("Invoice", desk.ids[0])
    desk.books.update("Invoice", {**row, "DocNumber": "1041-B", "DueDate": "2026-11-30"})
    return of_books(desk, "invoice", desk.ids[0])


def written(before: dict, after: dict) -> dict:
    """Calls at the vendors in between that are more than questions."""
    made = {
        (vendor, name): count - before.get(vendor, {}).get(name, 0)
        for vendor, names in after.items()
        for name, count in names.items()
    }
    return {key: count for key, count in made.items() if count and not READS.search(key[1])}


def dead_effect(kind: str, failure: str = "unreachable") -> Effect:
    effect = Effect.objects.get(kind=kind)
    Effect.objects.filter(pk=effect.pk).update(
        state="dead", attempts=12, failure=failure, error="It could not be reached."
    )
    effect.refresh_from_db()
    return effect


def heard(desk) -> None:
    desk.deliver([one for one in desk.events() if one["type"] == "payment_intent.succeeded"])
    process_waiting(now=clock.now)
