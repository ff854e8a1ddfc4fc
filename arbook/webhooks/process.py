"""Understanding what arrived: claim, handler, done. At least once, so handlers repeat safely."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from arbook import clock
from arbook.audit import log
from arbook.companies.models import User
from arbook.gateways import errors
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.outcomes import backoff
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import HANDLERS

logger = logging.getLogger(__name__)

State = WebhookEvent.State
MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=120)
NAMES = {"quickbooks": "QuickBooks", "stripe": "Stripe", "twilio": "Twilio"}

CLAIM = """
UPDATE webhooks_webhookevent SET state = 'in_flight', attempts = attempts + 1,
       leased_until = %(lease)s
WHERE id IN (SELECT id FROM webhooks_webhookevent
             WHERE state = 'received' AND not_before <= %(now)s
             ORDER BY not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING *
"""


def process_waiting(
    *,
    now: Callable[[], datetime],
    limit: int = 20,
    rounds: int = 1000,
    pulse: Callable[[float], None] | None = None,
) -> Counter:
    """Handle everything stored and due; returns how many events ended in which state.

    ``pulse`` hears before each chunk how many seconds it may take.
    """
    outcome: Counter = Counter()
    WebhookEvent.objects.filter(state=State.IN_FLIGHT, leased_until__lt=clock.system()).update(
        state=State.RECEIVED
    )
    for _ in range(rounds):
        with transaction.atomic():
            claimed = list(
                WebhookEvent.objects.raw(
                    CLAIM, {"lease": clock.system() + LEASE, "now": now(), "limit": limit}
                )
            )
        if not claimed:
            break
        if pulse:
            pulse(LEASE.total_seconds())
        _heard(claimed, now())
        for event in sorted(claimed, key=lambda row: row.pk):
            outcome[process(event, now=now())] += 1
    return outcome


def process(event: WebhookEvent, *, now: datetime) -> str:
    """Call the handler of one claimed event and write down how it ended."""
    handler = HANDLERS.get((event.vendor, event.kind)) or HANDLERS.get((event.vendor, "*"))
    if handler is None or event.company_id is None:
        reason = "No handler for this kind." if event.company_id else "No such company here."
        return _set(event, state=State.IGNORED, error=reason, processed_at=now)
    if event.entry_id is None:
        event.entry = log.record(
            f"webhook.{event.vendor}",
            f"{NAMES.get(event.vendor, event.vendor)} told us: {event.kind}",
            about=[event],
            by=None,
            at=event.received_at,
            company=event.company,
            external_id=event.external_id,
        )
        WebhookEvent.objects.filter(pk=event.pk).update(entry=event.entry)
    try:
        with log.because(event.entry_id):
            handler(event, now)
    except errors.Throttled as error:
        return _later(event, error, now, timedelta(seconds=error.retry_after))
    except errors.Disconnected as error:
        return _later(event, error, now, timedelta(minutes=15), counts=False)
    except Exception as error:
        if not isinstance(error, errors.VendorError):
            logger.exception("webhook event %s failed", event.pk)
        return _later(event, error, now, backoff(event.attempts))
    return _set(event, state=State.DONE, error="", processed_at=now)


def _heard(events: list[WebhookEvent], now: datetime) -> None:
    """Note on the connections when their vendor last spoke."""
    for vendor in {event.vendor for event in events}:
        companies = {event.company_id for event in events if event.vendor == vendor}
        Connection.objects.filter(vendor=vendor, company__in=companies - {None}).update(
            last_webhook_at=now
        )


def replay(event: WebhookEvent, *, now: datetime, by: User | None = None) -> bool:
    """Put an event in line at once; False when it already is, or is being handled right now."""
    finished = Q(state__in=[State.DONE, State.IGNORED, State.DEAD])
    with transaction.atomic():
        back = (
            WebhookEvent.objects.filter(pk=event.pk)
            .filter(finished | Q(state=State.RECEIVED, not_before__gt=now))
            .update(
                state=State.RECEIVED,
                attempts=0,
                not_before=now,
                failure="",
                error="",
                processed_at=None,
            )
        )
        if back:
            _record("webhook.replayed", "is handled again", event, by, now)
            outbox.wake()
    return bool(back)


def give_up(event: WebhookEvent, *, reason: str, now: datetime, by: User | None = None) -> bool:
    """A person sets a dead event aside for good; False when it is not dead any more."""
    with transaction.atomic():
        rests = WebhookEvent.objects.filter(pk=event.pk, state=State.DEAD).update(
            state=State.IGNORED,
            error=f"Given up: {reason} (was: {event.error})",
            processed_at=now,
        )
        if rests:
            _record("webhook.given_up", f"is set aside: {reason}", event, by, now)
    return bool(rests)


def _record(verb: str, said: str, event: WebhookEvent, by: User | None, now: datetime) -> None:
    vendor = NAMES.get(event.vendor, event.vendor)
    log.record(
        verb,
        f"What {vendor} told us ({event.kind}) {said}",
        about=[event],
        by=by,
        at=now,
        cause=event.entry_id,
        external_id=event.external_id,
        failure=event.failure,
        error=event.error,
    )


def _later(event, error: Exception, now: datetime, wait: timedelta, *, counts: bool = True) -> str:
    said = f"{type(error).__name__}: {error}"
    if counts and event.attempts >= MAX_ATTEMPTS:
        return _set(event, state=State.DEAD, error=said, processed_at=now)
    attempts = event.attempts if counts else event.attempts - 1
    return _set(event, state=State.RECEIVED, error=said, not_before=now + wait, attempts=attempts)


def _set(event: WebhookEvent, **values) -> str:
    WebhookEvent.objects.filter(pk=event.pk, attempts=event.attempts).update(
        leased_until=None, **values
    )
    return values["state"]
