"""How the inbound log fares, as figures: for status, metrics, alerts and screens."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from arbook.companies.models import Company
from arbook.webhooks.models import WebhookEvent

State = WebhookEvent.State


@dataclass(frozen=True)
class Waiting:
    """What of one vendor is due and not yet handled; the lag is since it arrived."""

    vendor: str
    count: int
    lag_seconds: float


@dataclass(frozen=True)
class Dead:
    """Events of one vendor and kind that wait for a person because of one kind of failure."""

    company_id: int | None
    vendor: str
    kind: str
    failure: str
    count: int
    since: datetime | None
    error: str


def states() -> dict[tuple[str, str], int]:
    """How many events there are, by vendor and state."""
    rows = WebhookEvent.objects.order_by().values_list("vendor", "state").annotate(n=Count("pk"))
    return {(vendor, state): count for vendor, state, count in rows}


def waiting(now: datetime) -> list[Waiting]:
    """What is due, by vendor: how many, and since when the oldest waits."""
    rows = (
        WebhookEvent.objects.filter(state=State.RECEIVED, not_before__lte=now)
        .order_by("vendor")
        .values_list("vendor")
        .annotate(n=Count("pk"), since=Min("received_at"))
    )
    return [Waiting(one, n, max((now - since).total_seconds(), 0.0)) for one, n, since in rows]


def dead(company: Company | None = None) -> list[Dead]:
    """Dead events by company, vendor, kind and failure; the error is that of the latest."""
    rows = WebhookEvent.objects.filter(state=State.DEAD)
    if company is not None:
        rows = rows.of(company)
    groups = list(
        rows.order_by("company_id", "vendor", "kind", "failure")
        .values_list("company_id", "vendor", "kind", "failure")
        .annotate(n=Count("pk"), since=Min("processed_at"), latest=Max("pk"))
    )
    errors = dict(
        WebhookEvent.objects.filter(pk__in=[group[6] for group in groups]).values_list(
            "pk", "error"
        )
    )
    return [
        Dead(of, vendor, kind, failure, n, since, errors.get(latest, ""))
        for of, vendor, kind, failure, n, since, latest in groups
    ]
