"""Long logs a slice at a time: the next slice begins after the last row seen, not at a number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from arbook.upsert import is_key

MOST = 50


@dataclass(frozen=True)
class Slice:
    """Newest rows first; ``older`` is where the next slice begins, empty at the end."""

    rows: list[Any]
    older: str
    is_first: bool

    def __iter__(self):
        return iter(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def cut(rows: QuerySet, *, by: str, before: str = "", most: int = MOST) -> Slice:
    """The newest ``most`` rows before a mark; one statement, however long the log is.

    ``by`` is the instant they are ordered by; the key decides between equal ones. A mark that
    cannot be read counts as none.
    """
    mark = _mark(before)
    if mark:
        at, key = mark
        rows = rows.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": key}))
        # Said apart, so that the index finds the place to begin.
        rows = rows.filter(**{f"{by}__lte": at})
    found = list(rows.order_by(f"-{by}", "-pk")[: most + 1])
    shown = found[:most]
    more = len(found) > most
    older = f"{getattr(shown[-1], by).isoformat()}_{shown[-1].pk}" if more else ""
    return Slice(shown, older, mark is None)


def _mark(before: str) -> tuple[datetime, int] | None:
    text, _, key = before.rpartition("_")
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    if at is None or at.tzinfo is None or not is_key(key):
        return None
    return at, int(key)
