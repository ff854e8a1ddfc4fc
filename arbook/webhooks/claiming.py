"""Taking the events that are due, a fair share of each company, and giving back the rest.

The same protocol as the outbox's: one statement, leases on the database's clock, a fence.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from arbook.outbox import turns
from arbook.outbox.claiming import lease
from arbook.webhooks.models import WebhookEvent

State = WebhookEvent.State
BOOKS = "quickbooks"

CLAIM = """
WITH RECURSIVE waiting AS (
    (SELECT coalesce(company_id, 0) AS company FROM webhooks_webhookevent
     WHERE state = 'received' ORDER BY coalesce(company_id, 0) LIMIT 1)
    UNION ALL
    SELECT (SELECT coalesce(company_id, 0) FROM webhooks_webhookevent
            WHERE state = 'received' AND coalesce(company_id, 0) > waiting.company
            ORDER BY coalesce(company_id, 0) LIMIT 1)
    FROM waiting WHERE waiting.company IS NOT NULL
), turns AS (
    SELECT company FROM waiting WHERE company IS NOT NULL AND EXISTS (
        SELECT 1 FROM webhooks_webhookevent AS ready
        WHERE {ready} AND coalesce(ready.company_id, 0) = waiting.company)
    ORDER BY company <= %(after)s, company LIMIT %(companies)s
), share AS MATERIALIZED (
    SELECT taken.id FROM turns, LATERAL (
        SELECT id FROM webhooks_webhookevent AS ready
        WHERE {ready} AND coalesce(ready.company_id, 0) = turns.company
        ORDER BY not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS taken
)
UPDATE webhooks_webhookevent SET state = 'in_flight', attempts = attempts + 1,
       leased_until = statement_timestamp() + %(lease)s
FROM share WHERE webhooks_webhookevent.id = share.id
RETURNING webhooks_webhookevent.*
""".replace(
    "{ready}",
    """ready.state = 'received' AND ready.not_before <= %(now)s
          AND (ready.vendor = %(books)s) = %(of_books)s AND (ready.lane = '' OR NOT EXISTS (
              SELECT 1 FROM webhooks_webhookevent AS earlier
              WHERE earlier.company_id = ready.company_id AND earlier.lane = ready.lane
                AND earlier.lane <> '' AND earlier.id < ready.id
                AND earlier.state IN ('received', 'in_flight')))""",
)

_RENEW = """
UPDATE webhooks_webhookevent AS mine SET leased_until = statement_timestamp() + %s
FROM unnest(%s::bigint[], %s::int[]) AS held (id, attempts)
WHERE mine.id = held.id AND mine.attempts = held.attempts AND mine.state = 'in_flight'
"""

_RELEASE = """
UPDATE webhooks_webhookevent AS mine
SET state = 'received', attempts = mine.attempts - 1, leased_until = NULL
FROM unnest(%s::bigint[], %s::int[]) AS held (id, attempts)
WHERE mine.id = held.id AND mine.attempts = held.attempts AND mine.state = 'in_flight'
"""

# The next instant after now at which something becomes due, company by company.
_NEXT = """
WITH RECURSIVE waiting AS (
    (SELECT coalesce(company_id, 0) AS company FROM webhooks_webhookevent
     WHERE state = 'received' ORDER BY coalesce(company_id, 0) LIMIT 1)
    UNION ALL
    SELECT (SELECT coalesce(company_id, 0) FROM webhooks_webhookevent
            WHERE state = 'received' AND coalesce(company_id, 0) > waiting.company
            ORDER BY coalesce(company_id, 0) LIMIT 1)
    FROM waiting WHERE waiting.company IS NOT NULL
)
SELECT min(soonest.not_before) FROM waiting, LATERAL (
    SELECT not_before FROM webhooks_webhookevent
    WHERE state = 'received' AND coalesce(company_id, 0) = waiting.company
      AND not_before > %(now)s
    ORDER BY not_before LIMIT 1) AS soonest
"""

_last_served = -1


def claim(limit: int, *, now: datetime, with_books: bool = True) -> list[WebhookEvent]:
    """Take up to ``limit`` events of each of a few companies, in the order they arrived.

    What people wrote and paid comes before the news from the books: of those there are many, each
    asks QuickBooks, and nothing leaves without the books being read again anyway. Without
    ``with_books`` they are left where they are.
    """
    found = _claim(limit, now, of_books=False)
    return found if found or not with_books else _claim(limit, now, of_books=True)


def _claim(limit: int, now: datetime, *, of_books: bool) -> list[WebhookEvent]:
    global _last_served
    with transaction.atomic():
        rows = list(
            WebhookEvent.objects.raw(
                CLAIM,
                {
                    "lease": lease(),
                    "now": now,
                    "limit": limit,
                    "companies": turns.COMPANIES,
                    "after": _last_served,
                    "books": BOOKS,
                    "of_books": of_books,
                },
            )
        )
    if rows:
        _last_served = turns.last_of({row.company_id or 0 for row in rows}, after=_last_served)
    return sorted(rows, key=lambda row: row.pk)


def renew(events: Iterable[WebhookEvent]) -> None:
    """Hold on to what is still ours of these."""
    _update(_RENEW, [lease()], events)


def release(events: Iterable[WebhookEvent]) -> None:
    """Give back what was taken and not begun; it costs no attempt."""
    _update(_RELEASE, [], events)


def sweep() -> int:
    """Put back the events whose worker died; handlers repeat safely."""
    return WebhookEvent.objects.filter(state=State.IN_FLIGHT, leased_until__lt=Now()).update(
        state=State.RECEIVED, failure="unknown", error="The worker died in it."
    )


def next_due(now: datetime) -> datetime | None:
    """When, after now, the next waiting event is to be tried; None when none waits for a time."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"now": now})
        return cursor.fetchone()[0]


def next_lapse() -> timedelta | None:
    """In how long the first lease runs out unless it is renewed."""
    return (
        WebhookEvent.objects.filter(state=State.IN_FLIGHT, leased_until__isnull=False)
        .order_by("leased_until")
        .values_list(F("leased_until") - Now(), flat=True)
        .first()
    )


def _update(statement: str, first: list, events: Iterable[WebhookEvent]) -> None:
    events = list(events)
    if events:
        with connection.cursor() as cursor:
            cursor.execute(
                statement, [*first, [one.pk for one in events], [one.attempts for one in events]]
            )
