"""Words of customers that tasks quote go when the messages they come from do."""

from datetime import datetime

from arbook.companies import keeping
from arbook.companies.models import Company
from invoices.models import Task


def age_out(company: Company, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take the detail out of tasks finished long ago; returns how many."""
    months = company.keep_messages_months
    said = keeping.removed_after(months, "months")
    rows = (
        Task.objects.of(company)
        .filter(done_at__lt=keeping.months_before(now, months))
        .exclude(detail="")
        .exclude(detail__startswith="Removed after ")
    )

    def act(batch: list[Task]) -> None:
        Task.objects.filter(pk__in=[one.pk for one in batch]).update(detail=said)

    return {"details of tasks": keeping.in_batches(rows, act, dry_run=dry_run)}
