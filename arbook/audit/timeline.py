"""Reading the record: what happened to one row, newest first, each line with its cause."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from arbook.audit.models import Entry


@dataclass(frozen=True)
class Line:
    """One line of a timeline."""

    entry: Entry
    at: datetime
    said: str
    verb: str
    by: str
    cause: Entry | None
    data: dict


def of(subject: models.Model, *, limit: int = 200, kind: str = "") -> list[Line]:
    """The newest ``limit`` lines about a row; ``kind`` keeps verbs of one family, as ``message``."""
    entries = Entry.objects.about(subject).select_related("by", "cause")
    if kind:
        entries = entries.filter(verb__startswith=f"{kind}.")
    return [
        Line(
            entry=entry,
            at=entry.at,
            said=entry.said,
            verb=entry.verb,
            by=str(entry.by) if entry.by else "arbook",
            cause=entry.cause,
            data=entry.data,
        )
        for entry in entries.order_by("-at", "-pk")[:limit]
    ]


def chain(entry: Entry) -> list[Entry]:
    """From an entry back to its root cause, the entry first."""
    links = [entry]
    while links[-1].cause_id:
        links.append(Entry.objects.select_related("by").get(pk=links[-1].cause_id))
    return links
