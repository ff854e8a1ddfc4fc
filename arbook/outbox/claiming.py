"""Taking what is due, a fair share of each company, and giving back what was not begun.

A claim is one statement and holds no lock afterwards. Companies take turns: a claim serves a few of
them, the next claim those that follow, so nobody waits behind a neighbour's ten thousand rows.
Leases run on the database's clock: the movable one may jump, and no two machines agree.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from arbook.gateways import errors
from arbook.heartbeat import keeping
from arbook.outbox import turns
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind

State = Effect.State

# "waiting" hops from company to company through the index, however many rows each of them has.
# "share" is written down once: read anew for each row it is compared with, it would take more rows
# each time, because those it has locked are skipped.
CLAIM = """
WITH RECURSIVE waiting AS (
    (SELECT coalesce(company_id, 0) AS company FROM outbox_effect
     WHERE state = 'pending' AND kind = %(kind)s ORDER BY coalesce(company_id, 0) LIMIT 1)
    UNION ALL
    SELECT (SELECT coalesce(company_id, 0) FROM outbox_effect
            WHERE state = 'pending' AND kind = %(kind)s
              AND coalesce(company_id, 0) > waiting.company
            ORDER BY coalesce(company_id, 0) LIMIT 1)
    FROM waiting WHERE waiting.company IS NOT NULL
), turns AS (
    SELECT company FROM waiting WHERE company IS NOT NULL AND EXISTS (
        SELECT 1 FROM outbox_effect AS ready
        WHERE {ready} AND coalesce(ready.company_id, 0) = waiting.company)
    ORDER BY company <= %(after)s, company LIMIT %(companies)s
), share AS MATERIALIZED (
    SELECT taken.id FROM turns, LATERAL (
        SELECT id FROM outbox_effect AS ready
        WHERE {ready} AND coalesce(ready.company_id, 0) = turns.company
        ORDER BY not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS taken
)
UPDATE outbox_effect SET state = 'in_flight', attempts = attempts + 1,
       leased_until = statement_timestamp() + %(lease)s, begun = false
FROM share WHERE outbox_effect.id = share.id
RETURNING outbox_effect.*
""".replace(
    "{ready}",
    """ready.state = 'pending' AND ready.kind = %(kind)s AND ready.not_before <= %(now)s
          AND (ready.lane = '' OR NOT EXISTS (
              SELECT 1 FROM outbox_effect AS earlier
              WHERE earlier.lane = ready.lane AND earlier.lane <> '' AND earlier.id < ready.id
                AND earlier.state IN ('pending', 'in_flight', 'unsure')))""",
)

_RENEW = """
UPDATE outbox_effect AS mine SET leased_until = statement_timestamp() + %s
FROM unnest(%s::bigint[], %s::int[]) AS held (id, attempts)
WHERE mine.id = held.id AND mine.attempts = held.attempts AND mine.state = 'in_flight'
"""

_BEGIN = """
UPDATE outbox_effect AS mine SET begun = true
FROM unnest(%s::bigint[], %s::int[]) AS held (id, attempts)
WHERE mine.id = held.id AND mine.attempts = held.attempts AND mine.state = 'in_flight'
RETURNING mine.id
"""

_RELEASE = """
UPDATE outbox_effect AS mine
SET state = 'pending', attempts = mine.attempts - 1, leased_until = NULL, begun = true
FROM unnest(%s::bigint[], %s::int[]) AS held (id, attempts)
WHERE mine.id = held.id AND mine.attempts = held.attempts AND mine.state = 'in_flight'
"""

# The first instant on one side of now at which rows are due, for each kind and company.
_FIRST = """
WITH RECURSIVE waiting AS (
    (SELECT kind, coalesce(company_id, 0) AS company FROM outbox_effect
     WHERE state = 'pending' ORDER BY kind, coalesce(company_id, 0) LIMIT 1)
    UNION ALL
    SELECT following.kind, following.company FROM waiting, LATERAL (
        SELECT kind, coalesce(company_id, 0) AS company FROM outbox_effect
        WHERE state = 'pending'
          AND (kind, coalesce(company_id, 0)) > (waiting.kind, waiting.company)
        ORDER BY kind, coalesce(company_id, 0) LIMIT 1) AS following
)
SELECT {wanted} FROM waiting, LATERAL (
    SELECT not_before FROM outbox_effect
    WHERE state = 'pending' AND kind = waiting.kind
      AND coalesce(company_id, 0) = waiting.company AND not_before {side} %(now)s
    ORDER BY not_before LIMIT 1) AS first
"""
_NEXT = _FIRST.format(wanted="min(not_before)", side=">")
_OLDEST = _FIRST.format(wanted="waiting.kind, min(not_before)", side="<=") + "GROUP BY waiting.kind"

_last_served: dict[str, int] = {}


def lease() -> timedelta:
    """How long what is taken or renewed now is held, from the database's present on."""
    return timedelta(seconds=keeping.SECONDS)


def claim(kind: Kind, *, now: datetime) -> list[Effect]:
    """Take a chunk of each of a few companies, in the order in which they became due."""
    with transaction.atomic():
        rows = list(
            Effect.objects.raw(
                CLAIM,
                {
                    "lease": lease(),
                    "kind": kind.name,
                    "now": now,
                    "limit": kind.chunk,
                    "companies": turns.COMPANIES,
                    "after": _last_served.get(kind.name, -1),
                },
            )
        )
    if rows:
        served = {row.company_id or 0 for row in rows}
        _last_served[kind.name] = turns.last_of(served, after=_last_served.get(kind.name, -1))
    return sorted(rows, key=lambda row: (row.not_before, row.pk))


def renew(effects: Iterable[Effect]) -> None:
    """Hold on to what is still ours of these."""
    _update(_RENEW, [lease()], effects)


def begin(effects: Iterable[Effect]) -> set[int]:
    """Write down that the calls may begin now; returns the keys of those that are still ours."""
    return {pk for (pk,) in _update(_BEGIN, [], effects)}


def release(effects: Iterable[Effect]) -> None:
    """Give back what was taken and not begun; it costs no attempt."""
    _update(_RELEASE, [], effects)


def sweep() -> int:
    """Free effects whose worker died.

    In doubt is only what had begun where the vendor has no key of ours; the rest is ready.
    """
    expired = Effect.objects.filter(state=State.IN_FLIGHT, leased_until__lt=Now())
    doubtful = [name for name, kind in KINDS.items() if kind.resolve]
    # Kinds that only newer code knows are left to it: here nobody can say what doubt they bear.
    others = KINDS.keys() - set(doubtful)
    died = {"failure": errors.Unknown.failure, "error": "The worker died in the call."}
    count = expired.filter(kind__in=doubtful, begun=True).update(state=State.UNSURE, **died)
    count += expired.filter(kind__in=doubtful, begun=False).update(
        state=State.PENDING, begun=True, error="The worker died before the call."
    )
    return count + expired.filter(kind__in=others).update(state=State.PENDING, begun=True, **died)


def oldest_due(now: datetime) -> dict[str, datetime]:
    """For each kind with rows that are due: since when the oldest of them has been."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, {"now": now})
        return dict(cursor.fetchall())


def next_due(now: datetime) -> datetime | None:
    """When, after now, the next waiting effect may leave; None when none waits for a time."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"now": now})
        pending = cursor.fetchone()[0]
    unsure = (
        Effect.objects.filter(state=State.UNSURE, not_before__gt=now)
        .order_by("not_before")
        .values_list("not_before", flat=True)
        .first()
    )
    return min((one for one in (pending, unsure) if one), default=None)


def next_lapse() -> timedelta | None:
    """In how long the first lease runs out unless it is renewed."""
    return (
        Effect.objects.filter(
            state=State.IN_FLIGHT, kind__in=list(KINDS), leased_until__isnull=False
        )
        .order_by("leased_until")
        .values_list(F("leased_until") - Now(), flat=True)
        .first()
    )


def _update(statement: str, first: list, effects: Iterable[Effect]) -> list[tuple]:
    effects = list(effects)
    if not effects:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [*first, [one.pk for one in effects], [one.attempts for one in effects]]
        )
        return cursor.fetchall() if cursor.description else []
