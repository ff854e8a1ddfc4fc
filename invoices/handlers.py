"""QuickBooks said that something changed: read it again, then one call to the mirror.

An event is a nudge. Its content is never believed; what is older than what we hold is left alone.
"""

from datetime import datetime

from arbook.gateways import quickbooks
from arbook.gateways.errors import Refused
from arbook.gateways.quickbooks import QuickBooks
from arbook.gateways.quickbooks_parse import Unreadable, instant
from arbook.gateways.quickbooks_shapes import Deleted
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import handles
from invoices import books_reading, mirror
from invoices.mirror import Found
from invoices.models import PaymentLine

ENTITIES = {
    "customer": "Customer",
    "invoice": "Invoice",
    "payment": "Payment",
    "creditmemo": "CreditMemo",
    "journalentry": "JournalEntry",
}
VERBS = ("created", "updated", "deleted", "voided", "merged", "emailed")
KINDS = [f"{entity}.{verb}" for entity in ENTITIES for verb in VERBS]


@handles("quickbooks", *KINDS)
def books_changed(event: WebhookEvent, now: datetime) -> None:
    """One record of the books was created, changed, voided, deleted or merged."""
    content = event.payload
    entity, book_id, verb = ENTITIES[content["entity"]], content["id"], content["verb"]
    at = _instant(content.get("at", ""))
    newest = mirror.newest_seen(event.company, entity, book_id)
    if verb not in ("deleted", "merged") and at and newest and at < newest:
        return
    gateway = quickbooks.of(event.company)
    try:
        found = _read(event, gateway, entity, book_id, verb, at)
    except Refused as refusal:
        if refusal.code != "610":
            raise
        return
    mirror.take(event.company, found, now=now)


def _read(
    event: WebhookEvent,
    gateway: QuickBooks,
    entity: str,
    book_id: str,
    verb: str,
    at: datetime | None,
) -> Found:
    wanted = [book_id]
    merged = _merged_ids(event.payload) if verb == "merged" else []
    page = books_reading.by_ids(gateway, entity, wanted)
    gone = []
    if book_id not in books_reading.present(entity, page):
        gone = [Deleted(entity, book_id, at if verb == "deleted" else None)]
    found = Found(
        **{_FIELDS[entity]: page.rows},
        journal_ids=page.journal_ids,
        broken=page.broken,
        deleted=gone,
        merged=[(loser, book_id) for loser in merged if loser != book_id],
    )
    if entity == "Payment":
        found = _with_invoices(event, gateway, found, book_id)
    return books_reading.with_customers(event.company, gateway, found)


def _with_invoices(event: WebhookEvent, gateway: QuickBooks, found: Found, book_id: str) -> Found:
    """A payment changes the invoices it settles and those it settled before."""
    settled = {
        part.txn_id for row in found.payments for part in row.applied if part.txn_type == "Invoice"
    }
    settled |= set(
        PaymentLine.objects.filter(
            payment__company=event.company,
            payment__quickbooks_id=book_id,
            document_type="Invoice",
        ).values_list("document_id", flat=True)
    )
    if not settled:
        return found
    page = books_reading.by_ids(gateway, "Invoice", settled)
    missing = settled - books_reading.present("Invoice", page)
    return Found(
        payments=found.payments,
        invoices=page.rows,
        broken=[*found.broken, *page.broken],
        deleted=[*found.deleted, *(Deleted("Invoice", one, None) for one in missing)],
    )


def _merged_ids(content: dict) -> list[str]:
    """Ids of the customers that are gone by a merge, wherever the notification names them."""
    raw = content.get("raw") or {}
    places = [raw, raw.get("data") or {}]
    found = [place.get("deletedId") for place in places if isinstance(place, dict)]
    return [str(one) for one in dict.fromkeys(found) if one]


def _instant(text: str) -> datetime | None:
    try:
        return instant(text) if text else None
    except (Unreadable, ValueError):
        return None


_FIELDS = {
    "Customer": "customers",
    "Invoice": "invoices",
    "Payment": "payments",
    "CreditMemo": "credit_memos",
    "JournalEntry": "journal_lines",
}
