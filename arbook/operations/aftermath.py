"""What a restored database must not do: repeat what happened after the backup was taken.

Between the backup and now texts may have left and nobody here remembers them. So everything that
was due is asked at its vendor before it is tried, and every company stands still until a person has
looked. Postings need neither: QuickBooks answers a repeated request id with the first answer.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from arbook.audit import log
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS

State = Effect.State


@transaction.atomic
def settle(*, taken_at: datetime, now: datetime) -> tuple[int, int]:
    """Put due effects in doubt and stop every company; returns how many of each."""
    asked_first = [name for name, kind in KINDS.items() if kind.resolve]
    doubted = Effect.objects.filter(
        kind__in=asked_first, state__in=[State.PENDING, State.IN_FLIGHT], not_before__lte=now
    ).update(
        state=State.UNSURE,
        leased_until=None,
        failure="unknown",
        error="Restored from a backup: it may have happened since.",
    )
    # A stop with an end stays written down after it, and one that lasts ends without being lifted.
    by_themselves = Q(stopped_at=None) | Q(stopped_until__isnull=False)
    stopped = list(Company.objects.active().filter(by_themselves))
    said = f"Restored from the backup of {taken_at:%d %b %Y %H:%M} UTC: look before anything leaves"
    for company in stopped:
        log.record("company.stopped", said, about=[company], by=None, at=now, company=company)
    Company.objects.filter(pk__in=[company.pk for company in stopped]).update(
        stopped_at=now, stopped_reason=said, stopped_until=None
    )
    return doubted, len(stopped)
