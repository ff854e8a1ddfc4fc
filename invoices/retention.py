"""Words of customers in tasks, and evidence of closed disputes, go when the messages do."""

from datetime import datetime

from arbook.companies import keeping
from arbook.companies.models import Company
from invoices.models import Evidence, Task


def age_out(company: Company, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take the detail out of what was finished long ago; returns how many."""
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

    closed = (
        Evidence.objects.of(company)
        .filter(dispute__resolved_at__lt=keeping.months_before(now, months))
        .exclude(content=b"", note__startswith="Removed after ")
    )

    def empty(batch: list[Evidence]) -> None:
        Evidence.objects.filter(pk__in=[one.pk for one in batch]).update(
            note=said, content=b"", file_name="", size=0
        )

    return {
        "details of tasks": keeping.in_batches(rows, act, dry_run=dry_run),
        "evidence": keeping.in_batches(closed.defer("content"), empty, dry_run=dry_run),
    }
