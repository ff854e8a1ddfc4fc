"""Rows on the System pages, and what a page says of them."""

from django.utils.html import strip_tags

from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.store import Arrival, keep
from tests.factories import NOW

SYSTEM = "/c/harbor/system/"


def events(company, count: int, *, start: int = 0, **fields) -> list[WebhookEvent]:
    arrivals = [
        Arrival("stripe", f"evt_{number}", "charge.updated", company.pk, {"id": f"evt_{number}"})
        for number in range(start, start + count)
    ]
    keep(arrivals, now=NOW)
    ids = [one.external_id for one in arrivals]
    WebhookEvent.objects.filter(external_id__in=ids).update(**fields)
    return list(WebhookEvent.objects.filter(external_id__in=ids).order_by("pk"))


def dead(company, count: int, error: str = "QuickBooks failed: it answered {}.", start: int = 0):
    rows = events(company, count, start=start, state="dead", failure="unreachable", attempts=8)
    for number, row in enumerate(rows):
        WebhookEvent.objects.filter(pk=row.pk).update(
            error=error.format(500 + number), processed_at=NOW
        )
    return rows


def effects(company, count: int, **fields) -> list[Effect]:
    wanted = [
        outbox.Wanted(
            "alerts.mail", f"alert:{number}", company, {"to": "a@b.example", "title": "T"}
        )
        for number in range(count)
    ]
    outbox.enqueue_many(wanted, now=NOW)
    Effect.objects.filter(company=company).update(**fields)
    return list(Effect.objects.filter(company=company).order_by("pk"))


def text_of(page) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


def cause(client) -> str:
    """The address of the first cause."""
    page = client.get(f"{SYSTEM}dead-letters/").content.decode()
    start = page.index("/system/dead-letters/", page.index("<tbody>"))
    return "/c/harbor" + page[start : page.index('"', start)]
