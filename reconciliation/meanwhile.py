"""What happened at Stripe while nobody told us: read from its lists, handled like live events.

Events are read by time and by failed delivery. Stripe keeps them for 30 days; after a longer
silence the payments, pages, refunds and chargebacks themselves are read, and each becomes the event
that would have told of it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import connections, errors, stripe
from arbook.gateways.models import Connection
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import HANDLERS
from arbook.webhooks.store import Arrival, keep

EVENTS_KEPT = timedelta(days=30)
# Stripe tells of an event a moment after it happened, and not in order.
OVERLAP = timedelta(minutes=15)
SPARE = timedelta(days=1)
# What began before a silence may have ended within it: a bank debit, a chargeback.
LONGEST_PAYMENT = timedelta(days=14)
LONGEST_DISPUTE = timedelta(days=180)

_PAYMENT = {
    "succeeded": "payment_intent.succeeded",
    "processing": "payment_intent.processing",
    "canceled": "payment_intent.canceled",
}
_PAGE = {"complete": "checkout.session.completed", "expired": "checkout.session.expired"}


def hear(company: Company, *, now: datetime) -> int:
    """Store everything Stripe knows and we do not; returns how many events were new."""
    connection = Connection.objects.of(company).filter(vendor=Connection.Vendor.STRIPE).first()
    if connection is None or not connection.is_usable:
        return 0
    client = stripe.of(company)
    since = _since(connection, now)
    told: list[dict] = []
    refusals: list[errors.Refused] = []

    def ask(read: Callable[[], Iterable[dict]]) -> None:
        try:
            told.extend(read())
        except errors.Refused as refusal:
            # No such list there, or not for our key: the others still tell, and its webhooks do.
            refusals.append(refusal)

    ask(lambda: client.events(since, _kinds()))
    has_events = not refusals
    ask(lambda: _lost(client, min(since, now - EVENTS_KEPT + SPARE)))
    if _is_forgotten(connection, now) or not has_events:
        for read in (_payments, _pages, _refunds, _disputes):
            ask(lambda read=read: list(read(client, since)))
    arrivals = {
        one["id"]: Arrival("stripe", one["id"], one["type"], company.pk, one) for one in told
    }
    new = keep(list(arrivals.values()), now=now)
    moments = [one["created"] for one in told]
    until = datetime.fromtimestamp(max(moments), UTC) if moments else None
    connections.note_heard(connection, until, now)
    if refusals:
        raise refusals[0]
    return new


def _since(connection: Connection, now: datetime) -> datetime:
    """Where a connection was made anew and remembers nothing, from the last event on."""
    since = connections.unheard_since(connection, now, overlap=OVERLAP)
    if connection.heard_at is None:
        known = WebhookEvent.objects.of(connection.company).filter(vendor="stripe")
        last = known.order_by("-received_at").values_list("received_at", flat=True).first()
        since = min(since, last - SPARE) if last else since
    return since


def _lost(client: stripe.Stripe, since: datetime) -> list[dict]:
    return [one for one in client.undelivered_events(since) if one["type"] in _kinds()]


def _is_forgotten(connection: Connection, now: datetime) -> bool:
    """Whether events of the silence may be gone already."""
    last = connection.heard_at or connection.connected_at
    return last is not None and now - last > EVENTS_KEPT - SPARE


def _kinds() -> set[str]:
    """The events that anybody here acts on."""
    return {kind for vendor, kind in HANDLERS if vendor == "stripe" and kind != "*"}


def _payments(client: stripe.Stripe, since: datetime) -> Iterator[dict]:
    for one in client.payments(since - LONGEST_PAYMENT):
        kind = _PAYMENT.get(one["status"])
        if kind is None and one.get("last_payment_error"):
            kind = "payment_intent.payment_failed"
        if kind:
            yield _as_event(kind, one, one["status"])


def _pages(client: stripe.Stripe, since: datetime) -> Iterator[dict]:
    for one in client.checkouts(since - LONGEST_PAYMENT):
        if kind := _PAGE.get(one.get("status") or ""):
            yield _as_event(kind, one, one["status"])


def _refunds(client: stripe.Stripe, since: datetime) -> Iterator[dict]:
    for one in client.refunds(since):
        yield _as_event("charge.refunded", {**one, "id": one.get("charge")}, one["id"])


def _disputes(client: stripe.Stripe, since: datetime) -> Iterator[dict]:
    for one in client.disputes(since - LONGEST_DISPUTE):
        yield _as_event("charge.dispute.updated", one, one.get("status") or "")


def _as_event(kind: str, row: dict, state: str) -> dict:
    """An event of our own making; the same finding twice is the same event."""
    return {
        "id": f"read:{row['id']}:{kind}:{state}"[:255],
        "object": "event",
        "type": kind,
        "created": row["created"],
        "data": {"object": row},
    }
