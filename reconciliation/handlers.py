"""What Stripe tells us: each event is a nudge to read the object again."""

from datetime import datetime

from arbook.gateways import stripe
from arbook.upsert import is_key
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import handles
from reconciliation import capture, chargebacks, checkout, setbacks
from reconciliation.models import CheckoutAttempt, StripePayment


def _object(event: WebhookEvent) -> dict:
    return event.payload["data"]["object"]


def _observe(event: WebhookEvent, intent: str, now: datetime) -> None:
    seen = stripe.of(event.company).read_payment(intent)
    payment = capture.observe(event.company, seen, now=now)
    if payment and seen.refunded:
        # The refund's own event may have come before we knew the payment.
        setbacks.note_refund(payment, refunded=seen.refunded, now=now)


@handles(
    "stripe",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
)
def payment_moved(event: WebhookEvent, now: datetime) -> None:
    _observe(event, _object(event)["id"], now)


@handles(
    "stripe",
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
)
def page_moved(event: WebhookEvent, now: datetime) -> None:
    told = _object(event)
    page = stripe.of(event.company).read_checkout(told["id"])
    attempt = _attempt_of(event, page)
    if attempt:
        checkout.page_seen(attempt, page)
    if page.payment_intent:
        _observe(event, page.payment_intent, now)


def _attempt_of(event: WebhookEvent, page) -> CheckoutAttempt | None:
    """By our own number in the metadata: the event may be here before our call was answered."""
    number = str(page.metadata.get("attempt", ""))
    ours = page.metadata.get("company") == str(event.company.uuid) and is_key(number)
    attempts = CheckoutAttempt.objects.of(event.company)
    return attempts.filter(pk=int(number)).first() if ours else None


@handles("stripe", "charge.updated", "charge.refunded")
def charge_moved(event: WebhookEvent, now: datetime) -> None:
    intent = _object(event).get("payment_intent")
    if intent and StripePayment.objects.of(event.company).filter(intent=intent).exists():
        _observe(event, intent, now)


@handles(
    "stripe",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
def dispute_moved(event: WebhookEvent, now: datetime) -> None:
    seen = stripe.of(event.company).read_dispute(_object(event)["id"])
    if seen.payment_intent:
        # The dispute may come before anything else told us of its payment.
        _observe(event, seen.payment_intent, now)
    chargebacks.observe(event.company, seen, now=now)
