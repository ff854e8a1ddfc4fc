"""How the outbox fares, as figures: for status, metrics, alerts and screens. Nothing is changed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max, Min

from arbook.companies.models import Company
from arbook.outbox.models import Effect

State = Effect.State


@dataclass(frozen=True)
class Waiting:
    """What of one kind is due and not yet done."""

    kind: str
    count: int
    oldest_seconds: float


@dataclass(frozen=True)
class Dead:
    """Effects of one kind that wait for a person because of one kind of failure."""

    company_id: int | None
    kind: str
    failure: str
    count: int
    since: datetime | None
    error: str


@dataclass(frozen=True)
class Blocked:
    """A lane in which others wait behind an effect in doubt, or one that is tried again later."""

    lane: str
    head: int
    head_state: str
    waiting: int


def states() -> dict[tuple[str, str], int]:
    """How many effects there are, by kind and state."""
    rows = Effect.objects.order_by().values_list("kind", "state").annotate(n=Count("pk"))
    return {(kind, state): count for kind, state, count in rows}


def waiting(now: datetime) -> list[Waiting]:
    """What is due, by kind: how many, and since when the oldest waits."""
    rows = (
        Effect.objects.filter(state=State.PENDING, not_before__lte=now)
        .order_by("kind")
        .values_list("kind")
        .annotate(n=Count("pk"), since=Min("not_before"))
    )
    return [Waiting(kind, n, max((now - since).total_seconds(), 0.0)) for kind, n, since in rows]


def dead(company: Company | None = None) -> list[Dead]:
    """Dead effects by company, kind and failure; the error is that of the latest."""
    return _grouped(Effect.objects.filter(state=State.DEAD), company)


def in_doubt(before: datetime) -> list[Dead]:
    """Effects written down before that instant of which nobody knows whether they happened."""
    return _grouped(Effect.objects.filter(state=State.UNSURE, created_at__lt=before), None)


def _grouped(rows, company: Company | None) -> list[Dead]:
    if company is not None:
        rows = rows.of(company)
    groups = list(
        rows.order_by("company_id", "kind", "failure")
        .values_list("company_id", "kind", "failure")
        .annotate(n=Count("pk"), since=Min("finished_at"), latest=Max("pk"))
    )
    errors = dict(
        Effect.objects.filter(pk__in=[group[5] for group in groups]).values_list("pk", "error")
    )
    return [
        Dead(of, kind, failure, n, since, errors.get(latest, ""))
        for of, kind, failure, n, since, latest in groups
    ]


_BLOCKED = """
SELECT * FROM (
SELECT head.lane, head.id, head.state,
       (SELECT count(*) FROM outbox_effect AS behind
        WHERE behind.lane = head.lane AND behind.id > head.id
          AND behind.state IN ('pending', 'in_flight', 'unsure')) AS waiting
FROM (
    SELECT DISTINCT ON (lane) lane, id, state, not_before FROM outbox_effect
    WHERE lane <> '' AND state IN ('pending', 'in_flight', 'unsure') ORDER BY lane, id
) AS head
WHERE head.state = 'unsure' OR (head.state = 'pending' AND head.not_before > %s)
) AS lanes WHERE waiting > 0
"""


def blocked_lanes(now: datetime) -> list[Blocked]:
    """Lanes that cannot go on now. A dead head blocks nobody; one in doubt ends dead at last."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKED, [now])
        return [Blocked(*row) for row in cursor.fetchall()]
