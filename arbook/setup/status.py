"""How arbook fares, as data: for operators, for the supervisor, and for the System page."""

from datetime import datetime

from django.db.models import Count, Min
from django.db.models.functions import Greatest

from arbook import clock
from arbook.companies import stops
from arbook.companies.models import Company
from arbook.gateways.models import Connection
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
        "heartbeat": {"age_seconds": _oldest_beat()},
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
        "jobs": [
            {
                "name": job.name,
                "started_at": _text(job.started_at),
                "ok_at": _text(job.ok_at),
                "error": job.error,
            }
            for job in JobRun.objects.order_by("name")
        ],
    }


def _oldest_beat() -> float | None:
    """Seconds since the quietest of our processes gave a sign of life; None before the first.

    0 while it is within a silence that it announced.
    """
    quietest = Beat.objects.aggregate(at=Min(Greatest("last_at", "busy_until")))["at"]
    return max(round((clock.system() - quietest).total_seconds(), 1), 0) if quietest else None


def _queue(rows, waiting: str, since: str, now: datetime) -> dict:
    states = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    oldest = rows.filter(state=waiting, not_before__lte=now).aggregate(at=Min(since))["at"]
    age = max((now - oldest).total_seconds(), 0) if oldest else 0
    return {"states": states, "oldest_due_seconds": round(age, 1)}


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
