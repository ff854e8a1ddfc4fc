"""How arbook fares, as data: for operators, for the supervisor, and for the System page."""

from datetime import datetime

from django.db.models import Count, Min, Value

from arbook.companies import stops
from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.heartbeat import beats
from arbook.heartbeat.models import Beat, JobRun
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent
from invoices.models import BooksState


def report(*, now: datetime) -> dict:
    """Companies with their connections, queues with the age of what waits longest, beats, jobs."""
    books = {state.company_id: state for state in BooksState.objects.all()}
    connections: dict[int, list[Connection]] = {}
    for connection in Connection.objects.order_by("vendor"):
        connections.setdefault(connection.company_id, []).append(connection)
    everywhere = stops.everywhere(now)
    return {
        "now": now.isoformat(),
        "heartbeat": _heartbeat(),
        "beats": {beat.name: beat.last_at.isoformat() for beat in Beat.objects.all()},
        "companies": [
            _company(
                company,
                books.get(company.pk),
                connections.get(company.pk, []),
                bool(everywhere or stops.own(company, now)),
            )
            for company in Company.objects.all()
        ],
        "inbound": _queue(WebhookEvent.objects.all(), "received", "received_at", now),
        "outbound": _queue(Effect.objects.all(), "pending", "not_before", now),
        "dead_of_nobody": _dead_of_nobody(),
        "jobs": [
            {
                "name": job.name,
                "started_at": _text(job.started_at),
                "ok_at": _text(job.ok_at),
                "error": job.error,
                "running_at": job.holder,
            }
            for job in JobRun.objects.order_by("name")
        ],
    }


def _heartbeat() -> dict:
    """How long the quietest kind of process has been silent; None while one is missing.

    0 while it is within a silence that it announced. Several workers count as one: somebody drains.
    """
    rows = list(Beat.objects.order_by("name"))
    ages = {kind: beats.silence(kind, rows) for kind in beats.KINDS}
    known = [age for age in ages.values() if age is not None]
    return {
        "age_seconds": round(max(known), 1) if len(known) == len(ages) else None,
        "missing": [kind for kind, age in ages.items() if age is None],
        "processes": {row.name: round(beats.age_of(row), 1) for row in rows},
    }


def _queue(rows, waiting: str, since: str, now: datetime) -> dict:
    states = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    oldest = rows.filter(state=waiting, not_before__lte=now).aggregate(at=Min(since))["at"]
    age = max((now - oldest).total_seconds(), 0) if oldest else 0
    return {"states": states, "oldest_due_seconds": round(age, 1)}


def _dead_of_nobody() -> list[dict]:
    """What is dead and on no company's page, because it is no company's."""
    events = WebhookEvent.objects.filter(company=None, state="dead").order_by()
    effects = Effect.objects.filter(company=None, state="dead").order_by()
    found = [
        *events.values_list("vendor", "kind", "error").annotate(n=Count("pk"))[:20],
        *effects.values_list(Value("effect"), "kind", "error").annotate(n=Count("pk"))[:20],
    ]
    return [
        {"from": source, "kind": kind, "error": error[:200], "count": count}
        for source, kind, error, count in found
    ]


def _company(
    company: Company, books: BooksState | None, connections: list[Connection], stopped: bool
) -> dict:
    return {
        "slug": company.slug,
        "name": company.name,
        "uuid": str(company.uuid),
        "mode": company.mode,
        "stopped": stopped,
        "books": {
            "full_synced_at": _text(books and books.full_synced_at),
            "last_read_at": _text(books and books.last_read_at),
            "drift": str(books.drift_amount) if books else None,
            "error": books.error if books else "",
        },
        "connections": {
            connection.vendor: {
                "state": connection.state,
                "last_ok_at": _text(connection.last_ok_at),
                "last_webhook_at": _text(connection.last_webhook_at),
                "hard_expires_at": _text(connection.hard_expires_at),
                "error": connection.error,
            }
            for connection in connections
        },
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
