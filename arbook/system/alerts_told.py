"""Which causes staff were told of, and when."""

from dataclasses import dataclass
from datetime import datetime

from arbook.companies.models import Company
from arbook.outbox.models import Effect

MOST = 10


@dataclass(frozen=True)
class Told:
    """One alert: what it said, and how it left."""

    title: str
    at: datetime
    state: str
    to: str


def lately(company: Company) -> list[Told]:
    """The newest alerts; one statement."""
    rows = Effect.objects.of(company).filter(kind__startswith="alerts.").order_by("-created_at")
    return [
        Told(
            row.payload.get("title", ""),
            row.created_at,
            row.state,
            row.payload.get("to") or "Slack",
        )
        for row in rows[:MOST]
    ]
