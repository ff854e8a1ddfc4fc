"""The two logs as a person searches them: what vendors told us, and what we do outside."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date

from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.upsert import is_key, storable
from arbook.webhooks.models import WebhookEvent

EVENT_STATES = WebhookEvent.State.choices
EFFECT_STATES = Effect.State.choices
LONGEST_CHAIN = 200


@dataclass(frozen=True)
class Wish:
    """What is looked for, as the address says it; what nobody can read is left out."""

    words: str = ""
    state: str = ""
    vendor: str = ""
    kind: str = ""
    failure: str = ""
    on: str = ""

    @classmethod
    def of(cls, asked) -> "Wish":
        names = {"words": "q"} | {name: name for name in ("state", "vendor", "kind", "failure")}
        found = {name: storable(asked.get(key, "")).strip() for name, key in names.items()}
        day = asked.get("on", "")
        return cls(**found, on=day if _day(day) else "")

    @property
    def is_empty(self) -> bool:
        return self == Wish()


def events(company: Company, wish: Wish) -> QuerySet[WebhookEvent]:
    """Webhook events without their bodies, which are long."""
    rows = WebhookEvent.objects.of(company).defer("content", "headers")
    if wish.state:
        rows = rows.filter(state=wish.state)
    if wish.vendor:
        rows = rows.filter(vendor=wish.vendor)
    if wish.kind:
        rows = rows.filter(kind__icontains=wish.kind)
    if wish.failure:
        rows = rows.filter(failure=wish.failure)
    if wish.words:
        by_number = Q(pk=int(wish.words)) if is_key(wish.words) else Q()
        rows = rows.filter(
            Q(external_id__icontains=wish.words)
            | Q(kind__icontains=wish.words)
            | Q(error__icontains=wish.words)
            | by_number
        )
    return _on(rows, "received_at", company, wish.on)


def effects(company: Company, wish: Wish) -> QuerySet[Effect]:
    """Effects, each with how it stands."""
    rows = Effect.objects.of(company)
    if wish.state:
        rows = rows.filter(state=wish.state)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.failure:
        rows = rows.filter(failure=wish.failure)
    if wish.words:
        by_number = Q(pk=int(wish.words)) if is_key(wish.words) else Q()
        rows = rows.filter(
            Q(key__icontains=wish.words)
            | Q(kind__icontains=wish.words)
            | Q(error__icontains=wish.words)
            | by_number
        )
    return _on(rows, "created_at", company, wish.on)


def led_to(entry_id: int | None) -> list[Entry]:
    """Everything recorded because of an entry, oldest first; one statement."""
    if entry_id is None:
        return []
    found = Entry.objects.raw(
        "WITH RECURSIVE onward AS ("
        " SELECT * FROM audit_entry WHERE cause_id = %s"
        " UNION SELECT e.* FROM audit_entry e JOIN onward ON e.cause_id = onward.id)"
        " SELECT * FROM onward ORDER BY id LIMIT %s",
        [entry_id, LONGEST_CHAIN],
    )
    return list(found)


def caused(entry_ids: list[int]) -> list[Effect]:
    """What was enqueued outside because of these entries."""
    return list(Effect.objects.filter(cause__in=entry_ids).order_by("pk")[:LONGEST_CHAIN])


def day_of(company: Company, text: str) -> tuple[datetime, datetime] | None:
    """The first instant of a day at the company's place and of the next; None for nonsense."""
    day = _day(text)
    if day is None:
        return None
    start = datetime.combine(day, time(), company.zone)
    return start, datetime.combine(day + timedelta(days=1), time(), company.zone)


def _on(rows: QuerySet, column: str, company: Company, day: str) -> QuerySet:
    span = day_of(company, day)
    if span is None:
        return rows
    return rows.filter(**{f"{column}__gte": span[0], f"{column}__lt": span[1]})


def _day(text: str):
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1900 < day.year < 9000 else None
