"""How lately the books were read, for the strip above every page and for whoever must not act on
old figures.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from arbook.companies.models import Company
from invoices.models import BooksState

# The changes are read every 15 minutes; later than this something is wrong.
LATE = timedelta(minutes=45)


@dataclass(frozen=True)
class Freshness:
    """When the books were read last, and what that means."""

    read_at: datetime | None
    level: str
    said: str
    error: str = ""

    def age(self, now: datetime) -> timedelta | None:
        return now - self.read_at if self.read_at else None


def of(company: Company, *, now: datetime) -> Freshness:
    """``ok``, ``warn`` when late, ``bad`` when too old for anything to leave; one query."""
    books = BooksState.objects.filter(company=company).first()
    if books is None or books.last_read_at is None:
        return Freshness(None, "bad", "never read", books.error if books else "")
    age = now - books.last_read_at
    limit = timedelta(minutes=company.books_max_age_minutes)
    level = "bad" if age > limit else "warn" if age > LATE or books.error else "ok"
    return Freshness(books.last_read_at, level, _ago(age), books.error)


def line(company: Company, now: datetime) -> dict:
    """The line of the freshness strip."""
    found = of(company, now=now)
    return {"label": "QuickBooks", "text": found.said, "level": found.level, "url": ""}


def _ago(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // 1440} days ago"
