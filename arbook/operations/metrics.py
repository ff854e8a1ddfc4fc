"""How arbook fares, in Prometheus' format; read from the database, so any web process can tell.

Labels carry kinds, states, vendors and companies' slugs, never a person's data.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from arbook import clock
from arbook.audit import sealing
from arbook.companies.models import Company
from arbook.gateways import measures
from arbook.gateways.models import Connection
from arbook.heartbeat.models import Beat, JobRun
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent
from messaging.models import Message

LAG_OF = timedelta(minutes=15)


def exposition(*, now: datetime) -> tuple[bytes, str]:
    """Everything as text, and its content type."""
    registry = CollectorRegistry()
    registry.register(_Collector(now))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Collector:
    def __init__(self, now: datetime):
        self._now = now

    def describe(self) -> list:
        return []

    def collect(self) -> Iterator[Metric]:
        now = self._now
        yield from _effects(now)
        yield from _events(now)
        yield from _messages()
        yield from _vendors()
        yield from _connections(now)
        yield from _processes(now)


def _gauge(name: str, help: str, labels: list[str], rows: Iterable[tuple]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"arbook_{name}", help, labels=labels)
    for *values, figure in rows:
        family.add_metric([str(value) for value in values], figure)
    return family


def _seconds(then: datetime | None, now: datetime) -> float:
    return max((now - then).total_seconds(), 0.0) if then else 0.0


def _effects(now: datetime) -> Iterator[Metric]:
    counted = Effect.objects.order_by().values_list("kind", "state").annotate(n=Count("pk"))
    yield _gauge("effects", "Intended acts at vendors.", ["kind", "state"], counted)
    yield _gauge(
        "effects_oldest_due_seconds",
        "How long the oldest act that may happen has waited.",
        ["kind"],
        _ages("outbox_effect", "kind", "state = 'pending'", "not_before", now),
    )
    dead = Effect.objects.stuck().order_by().values_list("kind", "failure").annotate(n=Count("pk"))
    yield _gauge("effects_dead", "Acts that wait for a person.", ["kind", "failure"], dead)


def _events(now: datetime) -> Iterator[Metric]:
    rows = WebhookEvent.objects.order_by()
    counted = rows.values_list("vendor", "state").annotate(n=Count("pk"))
    yield _gauge("webhook_events", "What vendors told us.", ["vendor", "state"], counted)
    yield _gauge(
        "webhook_oldest_due_seconds",
        "How long the oldest event that may be handled has waited.",
        ["vendor"],
        _ages("webhooks_webhookevent", "vendor", "state = 'received'", "not_before", now),
    )
    lag = _gauge(
        "webhook_lag_seconds",
        "From receipt to handled, over the last 15 minutes.",
        ["vendor", "quantile"],
        _lags(now),
    )
    yield lag


def _ages(table: str, label: str, waiting: str, since: str, now: datetime) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {label}, extract(epoch FROM %s - min({since})) FROM {table}"  # noqa: S608
            f" WHERE {waiting} AND {since} <= %s GROUP BY 1",
            [now, now],
        )
        return [(name, float(age)) for name, age in cursor.fetchall()]


def _lags(now: datetime) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vendor, percentile_cont(ARRAY[0.5, 0.95, 1.0]) WITHIN GROUP"
            " (ORDER BY extract(epoch FROM processed_at - received_at)::float8)"
            " FROM webhooks_webhookevent WHERE received_at > %s AND processed_at IS NOT NULL"
            " GROUP BY 1",
            [now - LAG_OF],
        )
        return [
            (vendor, quantile, value)
            for vendor, values in cursor.fetchall()
            for quantile, value in zip(("0.5", "0.95", "1"), values, strict=True)
        ]


def _messages() -> Iterator[Metric]:
    counted = (
        Message.objects.order_by()
        .values_list("direction", "medium", "purpose", "state")
        .annotate(n=Count("pk"))
    )
    labels = ["direction", "medium", "purpose", "state"]
    yield _gauge("messages", "Messages by how they ended.", labels, counted)


def _vendors() -> Iterator[Metric]:
    calls = HistogramMetricFamily(
        "arbook_vendor_call_seconds",
        "Calls to vendors by how they ended.",
        labels=["vendor", "operation", "outcome"],
    )
    for one in measures.snapshot():
        buckets = [
            (str(bound), count) for bound, count in zip(measures.BOUNDS, one.within, strict=True)
        ]
        labels = [one.vendor, one.operation, one.outcome]
        calls.add_metric(labels, [*buckets, ("+Inf", one.count)], one.seconds)
    yield calls


def _connections(now: datetime) -> Iterator[Metric]:
    rows = list(Connection.objects.select_related("company").order_by("company__slug", "vendor"))
    labels = ["company", "vendor"]
    yield _gauge(
        "connection_up",
        "1 while the connection needs no person.",
        labels,
        [(row.company.slug, row.vendor, int(row.is_usable)) for row in rows],
    )
    yield _gauge(
        "connection_last_answer_seconds",
        "Since the vendor last answered.",
        labels,
        [
            (row.company.slug, row.vendor, _seconds(row.last_ok_at, now))
            for row in rows
            if row.last_ok_at
        ],
    )
    stopped = Company.objects.active().values_list("slug", "stopped_at")
    yield _gauge(
        "company_stopped",
        "1 while a person has stopped everything.",
        ["company"],
        [(slug, int(at is not None)) for slug, at in stopped],
    )


def _processes(now: datetime) -> Iterator[Metric]:
    system = clock.system()
    beats = Beat.objects.order_by("name").values_list("name").annotate(at=Max("last_at"))
    yield _gauge(
        "beat_age_seconds",
        "Since a process last gave a sign of life.",
        ["process"],
        [(name, _seconds(at, system)) for name, at in beats],
    )
    jobs = list(JobRun.objects.order_by("name"))
    yield _gauge(
        "job_last_ok_seconds",
        "Since a periodic job last ended well.",
        ["job"],
        [(job.name, _seconds(job.ok_at, now)) for job in jobs if job.ok_at],
    )
    unsealed, since = sealing.unsealed_since(now=system)
    yield _gauge(
        "audit_unsealed_seconds",
        "How long entries of the record have waited for a seal longer than they should.",
        [],
        [(_seconds(since, system) if unsealed else 0.0,)],
    )
    yield _gauge(
        "job_failing",
        "1 while the last run of a periodic job failed.",
        ["job"],
        [(job.name, int(bool(job.error))) for job in jobs],
    )
