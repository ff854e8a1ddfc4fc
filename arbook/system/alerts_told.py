"""Which causes staff were told of, and when."""

from dataclasses import dataclass
from datetime import datetime

from arbook.companies.models import Company
from arbook.outbox.models import Effect

MOST = 8
LOOKED_AT = 100


@dataclass(frozen=True)
class Told:
    """One alert: what it said, to whom, and whether it arrived."""

    title: str
    at: datetime
    to: list[str]
    states: list[str]


def lately(company: Company) -> list[Told]:
    """The newest alerts, one for each cause however many heard it; one statement."""
    rows = Effect.objects.of(company).filter(kind__startswith="alerts.").order_by("-created_at")
    found: dict[tuple, Told] = {}
    for row in rows[:LOOKED_AT]:
        title = row.payload.get("title", "")
        # The addressees of one alert are written down at the same instant.
        one = found.setdefault((title, row.created_at), Told(title, row.created_at, [], []))
        one.to.append(row.payload.get("to") or "Slack")
        if row.get_state_display() not in one.states:
            one.states.append(row.get_state_display())
    return list(found.values())[:MOST]
