"""Whether all is well with one company, in sentences, each with the place where it is mended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from arbook import wall
from arbook.companies import stops
from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.heartbeat import beats
from arbook.heartbeat.models import Beat, JobRun
from arbook.outbox.models import Effect
from arbook.system import causes
from arbook.system.causes import Cause
from arbook.web import figures
from arbook.webhooks.models import WebhookEvent
from invoices.models import BooksState

LATE = timedelta(minutes=5)
"""A row that is due for so long waits for something that does not come by itself."""
SILENT = timedelta(minutes=3)


@dataclass(frozen=True)
class Light:
    """One thing that is well or not."""

    label: str
    level: str
    said: str
    place: str  # the name of the page's URL


@dataclass(frozen=True)
class Queue:
    """What waits in one log, and since when the oldest due row does."""

    waiting: int
    due_since: datetime | None
    unsure: int
    dead: int
    done_today: int

    def age(self, now: datetime) -> timedelta:
        return max(now - self.due_since, timedelta()) if self.due_since else timedelta()


@dataclass(frozen=True)
class Overview:
    lights: list[Light]
    inbound: Queue
    outbound: Queue
    causes: list[Cause]

    @property
    def is_well(self) -> bool:
        return all(light.level == "ok" for light in self.lights)

    @property
    def worst(self) -> str:
        levels = {light.level for light in self.lights}
        return next((level for level in ("bad", "warn") if level in levels), "ok")


def of(company: Company, now: datetime) -> Overview:
    """A fixed number of statements, whatever waits."""
    inbound, outbound = queues(company, now)
    dead = causes.by_cause(company)
    lights = [
        *_stop(company, now),
        _queue("Inbound", inbound, now, "system:events"),
        _queue("Outbound", outbound, now, "system:effects"),
        _dead(dead),
        _workers(),
        _connections(company),
        _books(company, now),
    ]
    return Overview(lights, inbound, outbound, dead)


def queues(company: Company, now: datetime) -> tuple[Queue, Queue]:
    """Inbound and outbound of the company."""
    today = now - timedelta(days=1)
    events = WebhookEvent.objects.of(company).aggregate(
        waiting=Count("pk", filter=Q(state__in=["received", "in_flight"])),
        due_since=Min("not_before", filter=Q(state="received", not_before__lte=now)),
        dead=Count("pk", filter=Q(state="dead")),
        done_today=Count("pk", filter=Q(state="done", processed_at__gte=today)),
    )
    effects = Effect.objects.of(company).aggregate(
        waiting=Count("pk", filter=Q(state__in=["pending", "in_flight"])),
        due_since=Min("not_before", filter=Q(state="pending", not_before__lte=now)),
        unsure=Count("pk", filter=Q(state="unsure")),
        dead=Count("pk", filter=Q(state="dead")),
        done_today=Count("pk", filter=Q(state="done", finished_at__gte=today)),
    )
    return Queue(unsure=0, **events), Queue(**effects)


def _stop(company: Company, now: datetime) -> list[Light]:
    stop = stops.standing(company, now)
    return [Light("Sending", "warn", stop.said(company.zone), "setup:stop")] if stop else []


def _queue(label: str, queue: Queue, now: datetime, place: str) -> Light:
    age = queue.age(now)
    unsure = f", {queue.unsure} in doubt" if queue.unsure else ""
    if age > LATE:
        said = f"{queue.waiting:,} wait{unsure}; the oldest is due {figures.ago(queue.due_since)}."
        return Light(label, "bad", said, place)
    said = f"{queue.waiting:,} wait{unsure}, none for long." if queue.waiting else "Nothing waits."
    return Light(label, "warn" if queue.unsure else "ok", said, place)


def _dead(found: list[Cause]) -> Light:
    if not found:
        return Light("Dead letters", "ok", "None.", "system:dead")
    count = sum(one.count for one in found)
    noun = "cause" if len(found) == 1 else "causes"
    said = f"{count:,} wait for a person, of {len(found)} {noun}."
    return Light("Dead letters", "bad", said, "system:dead")


def _workers() -> Light:
    # Processes serve all companies; what they do for whom is not shown.
    with wall.outside():
        rows = list(Beat.objects.all())
        failing = JobRun.objects.exclude(error="").count()
    quiet = [kind for kind in beats.KINDS if _is_silent(beats.silence(kind, rows))]
    if quiet:
        return Light("Workers", "bad", f"No sign of life: {', '.join(quiet)}.", "system:workers")
    if failing:
        noun = "job" if failing == 1 else "jobs"
        said = f"All alive; {failing} {noun} ended with a trouble."
        return Light("Workers", "warn", said, "system:workers")
    return Light("Workers", "ok", "All alive.", "system:workers")


def _is_silent(seconds: float | None) -> bool:
    return seconds is None or seconds > SILENT.total_seconds()


def _connections(company: Company) -> Light:
    rows = list(Connection.objects.of(company))
    broken = [row.get_vendor_display() for row in rows if not row.is_usable]
    if broken:
        said = f"To be connected again: {', '.join(sorted(broken))}."
        return Light("Connections", "bad", said, "setup:connections")
    if not rows:
        return Light("Connections", "warn", "Nothing is connected yet.", "setup:connections")
    said = f"{', '.join(sorted(row.get_vendor_display() for row in rows))}."
    return Light("Connections", "ok", said, "setup:connections")


def _books(company: Company, now: datetime) -> Light:
    books = BooksState.objects.filter(company=company).first()
    if books is None or books.last_read_at is None:
        return Light("Books", "warn", "Not read yet.", "setup:connections")
    if books.drift_amount:
        said = f"{figures.money(books.drift_amount, company.currency)} differ from QuickBooks."
        return Light("Books", "bad", said, "invoices:aging")
    if now - books.last_read_at > timedelta(minutes=company.books_max_age_minutes):
        said = f"Last read {figures.ago(books.last_read_at, now)}."
        return Light("Books", "bad", said, "setup:connections")
    read = figures.ago(books.last_read_at, now)
    return Light("Books", "ok", f"Read {read}, equal to QuickBooks.", "invoices:aging")
