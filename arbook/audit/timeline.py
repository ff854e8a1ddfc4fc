"""Reading the record: what happened to one row, newest first, each line with its cause.

``Line`` has the names that ``templates/components/timeline.html`` shows.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import models

from arbook.audit.models import Entry

# By the family of the verb, longest first where one begins another.
ICONS = {
    "webhook": "bell-alert",
    "message": "paper-airplane",
    "reply": "chat-bubble-left-right",
    "consent": "hand-thumb-up",
    "contact": "identification",
    "money": "banknotes",
    "hold": "pause-circle",
    "plan": "calendar-days",
    "reminder": "calendar-days",
    "cadence": "calendar-days",
    "invoice": "document-text",
    "credit": "document-minus",
    "customer": "user",
    "tag": "tag",
    "task": "clipboard-document-check",
    "approval": "check-badge",
    "escalation": "arrow-trending-up",
    "letter": "envelope",
    "promise": "hand-raised",
    "dispute": "exclamation-triangle",
    "decision": "scale",
    "books": "book-open",
    "connection": "link",
}
TONES = {
    "money.captured": "ok",
    "money.posted": "ok",
    "money.failed": "bad",
    "money.posting_failed": "bad",
    "money.chargeback": "bad",
    "money.in_flight": "info",
    "message.failed": "bad",
    "message.delivered": "ok",
    "reply.received": "info",
    "consent.withdrawn": "warn",
    "dispute.opened": "warn",
    "hold.placed": "warn",
}


@dataclass(frozen=True)
class Line:
    """One line of a timeline."""

    entry: Entry
    at: datetime
    title: str
    verb: str
    by: str
    icon: str
    tone: str
    # What set it off, from the line above it back to the root, in words.
    cause: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    cause_label: str = "Why"

    @property
    def said(self) -> str:
        return self.title


def of(subject: models.Model, *, limit: int = 100, kind: str = "") -> list[Line]:
    """The newest ``limit`` lines about a row; ``kind`` keeps verbs of one family, as ``message``.

    Two statements, however long the chains of causes are.
    """
    entries = Entry.objects.about(subject).select_related("by")
    if kind:
        entries = entries.filter(verb__startswith=f"{kind}.")
    rows = list(entries.order_by("-at", "-pk")[:limit])
    causes = _causes({row.cause_id for row in rows if row.cause_id})
    return [_line(row, causes) for row in rows]


def _causes(keys: set[int]) -> dict[int, Entry]:
    """The entries and everything they go back to, by key."""
    if not keys:
        return {}
    found = Entry.objects.raw(
        "WITH RECURSIVE back AS ("
        " SELECT * FROM audit_entry WHERE id = ANY(%s)"
        " UNION SELECT e.* FROM audit_entry e JOIN back ON e.id = back.cause_id)"
        " SELECT * FROM back",
        [list(keys)],
    )
    return {entry.pk: entry for entry in found}


def _line(entry: Entry, causes: dict[int, Entry]) -> Line:
    because, link = [], entry.cause_id
    while link in causes:
        because.append(causes[link].said)
        link = causes[link].cause_id
    facts = [
        (name.replace("_", " "), str(value))
        for name, value in entry.data.items()
        if not isinstance(value, dict | list) and value not in ("", None)
    ]
    return Line(
        entry=entry,
        at=entry.at,
        title=entry.said,
        verb=entry.verb,
        by=str(entry.by) if entry.by else "arbook",
        icon=ICONS.get(entry.verb.split(".")[0], "clock"),
        tone=TONES.get(entry.verb, ""),
        cause=" ← ".join(because),
        facts=facts,
    )


def chain(entry: Entry) -> list[Entry]:
    """From an entry back to its root cause, the entry first."""
    links = [entry]
    causes = _causes({entry.cause_id} if entry.cause_id else set())
    while links[-1].cause_id in causes:
        links.append(causes[links[-1].cause_id])
    return links
