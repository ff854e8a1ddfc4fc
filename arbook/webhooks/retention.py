"""What vendors sent, word for word, does not stay for ever: the row does, its content goes."""

import json
from datetime import datetime, timedelta

from arbook.companies import keeping
from arbook.companies.models import Company
from arbook.webhooks.models import WebhookEvent

State = WebhookEvent.State

MARK = '{"removed": '
# Events that no company of ours claims; theirs are a setting.
UNCLAIMED_DAYS = 90


def age_out(company: Company | None, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take the content out of old events that are settled; returns how many by what they are.

    What failed or still waits keeps its content however old. None: events of no company.
    """
    days = company.keep_payloads_days if company else UNCLAIMED_DAYS
    rows = WebhookEvent.objects.filter(
        company=company,
        state__in=[State.DONE, State.IGNORED],
        received_at__lt=now - timedelta(days=days),
    ).exclude(content__startswith=MARK)
    said = keeping.removed_after(days, "days")
    count = keeping.in_batches(rows, lambda batch: remove(batch, said), dry_run=dry_run)
    return {"events of vendors": count}


def remove(events: list[WebhookEvent], said: str) -> None:
    """Leave the sentence in place of content and headers; when and what kind stays."""
    WebhookEvent.objects.filter(pk__in=[one.pk for one in events]).update(
        content=json.dumps({"removed": said}), headers={}
    )


def is_removed(event: WebhookEvent) -> bool:
    """Whether nothing is left that could be understood again."""
    return event.content.startswith(MARK)
