"""One contact budget over all channels: how often a customer may hear from us."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

PER_DAY = 1
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of the budget is used; ``until`` is the next allowed moment, None for now."""

    today: int
    week: int
    per_week: int
    until: datetime | None

    @property
    def allows(self) -> bool:
        return self.until is None


def standing(
    touches: Iterable[datetime], *, now: datetime, zone: ZoneInfo, per_week: int
) -> Standing:
    """Judge past contacts: at most one a calendar day and ``per_week`` in any seven days."""
    recent = sorted(at for at in touches if now - at < WEEK)
    today = [at for at in recent if at.astimezone(zone).date() >= now.astimezone(zone).date()]
    waits = []
    if len(today) >= PER_DAY:
        waits.append(_next_day(now, zone))
    if len(recent) >= per_week:
        # The week frees one place when the contact that fills it becomes seven days old.
        waits.append(recent[-per_week] + WEEK if per_week else now + WEEK)
    return Standing(len(today), len(recent), per_week, max(waits, default=None))


def _next_day(now: datetime, zone: ZoneInfo) -> datetime:
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, datetime.min.time(), zone).astimezone(now.tzinfo)
