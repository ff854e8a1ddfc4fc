"""What was foretold of a replay repeats what vendors sent: it goes when that goes."""

from datetime import datetime, timedelta

from arbook.companies import keeping
from arbook.companies.models import Company
from arbook.system.models import Replay


def age_out(company: Company, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take previews of old replays out; who replayed what and when stays."""
    line = now - timedelta(days=company.keep_payloads_days)
    rows = Replay.objects.of(company).filter(at__lt=line).exclude(foretold={})
    return {"previews of replays": keeping.in_batches(rows, remove, dry_run=dry_run)}


def remove(rows: list[Replay]) -> None:
    Replay.objects.filter(pk__in=[one.pk for one in rows]).update(foretold={})
