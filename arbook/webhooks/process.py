"""Understanding what arrived: claim, handler, done. At least once, so handlers repeat safely."""

import logging
import math
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from arbook.audit import log
from arbook.companies.models import User
from arbook.gateways import errors
from arbook.gateways.models import Connection
from arbook.heartbeat import keeping
from arbook.outbox import outbox, outcomes, turns
from arbook.webhooks import claiming, retention
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.registry import HANDLERS, OWNERS

logger = logging.getLogger(__name__)

State = WebhookEvent.State
MAX_ATTEMPTS = 8
# The longest one chunk may take; a worker that lives holds on to it that long.
LONGEST = 600.0
# What an event keeps when it goes to its company.
PASSED_ON = ("vendor", "external_id", "kind", "content", "headers", "received_at")
NAMES = {"quickbooks": "QuickBooks", "stripe": "Stripe", "twilio": "Twilio", "mail": "The mailbox"}


def process_waiting(
    *,
    now: Callable[[], datetime],
    limit: int = 20,
    rounds: int = 1000,
    pulse: Callable[[float], None] | None = None,
    stopping: Callable[[], bool] = turns.never,
    seconds: float = math.inf,
) -> Counter:
    """Handle everything stored and due; returns how many events ended in which state.

    ``limit`` is how many of one company are handled in its turn. ``pulse`` hears how many seconds
    may pass until it is called again. After ``seconds`` no more news from the books is begun: the
    caller has other work that waits.
    """
    outcome: Counter = Counter()
    claiming.sweep()
    until = time.monotonic() + seconds
    for _ in range(rounds):
        if stopping():
            break
        claimed = claiming.claim(limit, now=now(), with_books=time.monotonic() < until)
        if not claimed:
            break
        _heard(claimed, now())
        outcome += _do_chunk(claimed, now, pulse, stopping)
    return outcome


def _do_chunk(claimed: list[WebhookEvent], now, pulse, stopping) -> Counter:
    open_still = {event.pk: event for event in claimed}

    def keep() -> None:
        claiming.renew(list(open_still.values()))
        if pulse:
            pulse(keeping.SECONDS)

    if pulse:
        pulse(keeping.SECONDS)
    with keeping.Keeper(keep, longest=LONGEST) as keeper:

        def work(share: list[WebhookEvent]) -> Counter:
            outcome: Counter = Counter()
            turn = turns.Turn(keeper, stopping)
            for place, event in enumerate(share):
                if not turn.may_begin():
                    claiming.release(share[place:])
                    break
                outcome[process(event, now=now())] += 1
                open_still.pop(event.pk, None)
            return outcome

        return turns.serve(turns.by_company(claimed), work)


def process(event: WebhookEvent, *, now: datetime) -> str:
    """Call the handler of one claimed event and write down how it ended."""
    if event.attempts > MAX_ATTEMPTS:
        return _dead(event, "unknown", "Its worker died in it, again and again.", now)
    if event.company_id is None and event.vendor in OWNERS:
        return _give(event, now)
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
    except (errors.Resting, errors.Disconnected) as error:
        # The vendor was not asked, or cannot be before a person reconnects: no attempt.
        return _later(event, error, now, counts=False)
    except errors.Refused as error:
        # It was read again and the vendor said no for good: asking on changes nothing.
        return _dead(event, error.failure, outcomes.said_of(error), now)
    except Exception as error:
        # Bugs are tried again as well: what a handler looks for may arrive with the next event.
        if outcomes.may_heal(error):
            logger.warning("webhook event %s was interrupted: %s", event.pk, error)
        elif not isinstance(error, errors.VendorError):
            logger.exception("webhook event %s failed", event.pk)
        return _later(event, error, now)
    return _set(event, state=State.DONE, failure="", error="", processed_at=now)


def _give(event: WebhookEvent, now: datetime) -> str:
    """Pass an event that names no company on to the one it is for, as an event of its own."""
    try:
        company = OWNERS[event.vendor](event)
    except Exception as error:
        if not isinstance(error, errors.VendorError) and not outcomes.may_heal(error):
            logger.exception("webhook event %s finds no company", event.pk)
        return _later(event, error, now)
    if company is None:
        reason = "It is for no company here."
        return _set(event, state=State.IGNORED, error=reason, processed_at=now)
    with transaction.atomic():
        own = WebhookEvent(
            company_id=company,
            not_before=now,
            **{name: getattr(event, name) for name in PASSED_ON},
        )
        # It may have come in at the company's own door as well.
        WebhookEvent.objects.bulk_create([own], ignore_conflicts=True)
        said = "Passed on to the company it is for."
        _set(event, state=State.DONE, failure="", error=said, processed_at=now)
        retention.remove([event], said)
    outbox.wake()
    return State.DONE


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
            # What is not kept any more cannot be understood a second time.
            .exclude(content__startswith=retention.MARK)
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


def _later(event: WebhookEvent, error: Exception, now: datetime, *, counts: bool = True) -> str:
    if counts and event.attempts >= MAX_ATTEMPTS:
        return _dead(event, outcomes.failure_of(error), outcomes.said_of(error), now)
    return _set(
        event,
        state=State.RECEIVED,
        failure=outcomes.failure_of(error),
        error=outcomes.said_of(error),
        not_before=now + outcomes.pause_of(error, event.attempts),
        attempts=event.attempts if counts else event.attempts - 1,
    )


def _dead(event: WebhookEvent, failure: str, said: str, now: datetime) -> str:
    return _set(event, state=State.DEAD, failure=failure, error=said, processed_at=now)


def _set(event: WebhookEvent, **values) -> str:
    """Write how a try ended, if it is still ours: who lost the lease changes nothing."""
    WebhookEvent.objects.filter(pk=event.pk, attempts=event.attempts, state=State.IN_FLIGHT).update(
        leased_until=None, **values
    )
    if event.lane:
        outbox.wake()  # the next of the lane may be handled, perhaps in another process
    return values["state"]
