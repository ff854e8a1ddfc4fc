"""The list of disputes as a person works it: open ones, the oldest first, with their sums."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from arbook import money
from arbook.companies.models import Company
from invoices.models import Dispute

AGES = [("", "Any age"), ("7", "Older than 7 days"), ("30", "Older than 30 days")]


@dataclass(frozen=True)
class Figures:
    """What stands above the list."""

    count: int
    amount: Decimal
    without_owner: int
    oldest_days: int | None
    closed_lately: int
    """In the last 30 days."""
    opened_lately: int
    opened_before: int
    """In the 30 days before those: does it get better or worse?"""


def rows_of(
    company: Company,
    *,
    today: date,
    shown: str = "",
    kind: str = "",
    owner: int | None = None,
    without_owner: bool = False,
    age: str = "",
) -> QuerySet[Dispute]:
    """Disputes of a company with what the list shows of them."""
    rows = Dispute.objects.of(company).select_related("invoice__customer", "owner")
    rows = rows.annotate(pieces=Count("evidence"))
    if shown == "resolved":
        rows = rows.filter(state=Dispute.State.RESOLVED).order_by("-resolved_at", "-pk")
    elif shown == "all":
        rows = rows.order_by("-opened_at", "-pk")
    else:
        rows = rows.filter(state=Dispute.State.OPEN).order_by("opened_at", "pk")
    if kind:
        rows = rows.filter(kind=kind)
    if without_owner:
        rows = rows.filter(owner=None)
    elif owner is not None:
        rows = rows.filter(owner=owner)
    if age in ("7", "30"):
        rows = rows.filter(opened_at__lt=_start(company, today - timedelta(days=int(age))))
    return rows


def figures(company: Company, *, today: date) -> Figures:
    """The sums of what is open, in one statement."""
    is_open = Q(state=Dispute.State.OPEN)
    since = _start(company, today - timedelta(days=30))
    before = _start(company, today - timedelta(days=60))
    was_meant = ~Q(state=Dispute.State.UNDONE)
    found = (
        Dispute.objects.of(company)
        .order_by()
        .aggregate(
            count=Count("pk", filter=is_open),
            amount=Sum(F("amount") - F("credited"), filter=is_open),
            without_owner=Count("pk", filter=is_open & Q(owner=None)),
            oldest=Min("opened_at", filter=is_open),
            opened_lately=Count("pk", filter=was_meant & Q(opened_at__gte=since)),
            opened_before=Count(
                "pk", filter=was_meant & Q(opened_at__gte=before, opened_at__lt=since)
            ),
            closed_lately=Count(
                "pk", filter=Q(state=Dispute.State.RESOLVED, resolved_at__gte=since)
            ),
        )
    )
    oldest = found.pop("oldest")
    return Figures(
        **found | {"amount": found["amount"] or money.ZERO},
        oldest_days=(today - company.local_date(oldest)).days if oldest else None,
    )


def _start(company: Company, day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=company.zone)
