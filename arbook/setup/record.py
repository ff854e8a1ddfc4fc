"""The chain of the record looked through daily; staff hear of a breach, or of a sealer at rest.

From the last verified seal on every day, from the very beginning once a week.
"""

import logging
from datetime import datetime, timedelta

from arbook import clock
from arbook.alerts import alerts
from arbook.audit import canonical, sealing, verifying
from arbook.audit.models import Check
from arbook.companies.models import Company

logger = logging.getLogger(__name__)

WHOLE = timedelta(days=7)


class RecordTouched(Exception):
    """The chain does not hold. The message names the first row that was touched."""


def check(now: datetime) -> None:
    """Seal, verify, remember how far; raises RecordTouched after telling staff."""
    sealing.seal_waiting(now=now)
    overdue, since = sealing.unsealed_since(now=clock.system())
    if overdue:
        said = f"{overdue} entries of the record wait for a seal since {since:%Y-%m-%d %H:%M} UTC."
        _tell(None, f"unsealed:{now:%Y-%m-%d}", "The record is not being sealed", said, now)
    first, after, expect = _start(now)
    found = verifying.verify(first=first, after=after, expect=expect)
    Check.objects.create(
        at=now,
        first=first,
        number=found.number,
        hash=found.hash,
        breach=str(found.breach or "")[:500],
    )
    if found.breach:
        said = f"{found.breach}. Run manage.py audit verify, and compare with a backup."
        key = f"record:{found.breach.number}:{found.breach.entry}"
        _tell(found.breach.company, key, "The record was touched", said, now)
        raise RecordTouched(str(found.breach))


def _start(now: datetime) -> tuple[int, bytes | None, bytes | None]:
    """Where to begin, the hash known for the seal before it, and a hash that must be there."""
    good = Check.objects.filter(breach="").order_by("-pk")
    last = good.first()
    if last is None or last.hash == canonical.START:
        return 1, None, None
    known = bytes(last.hash)
    whole = good.filter(first=1, at__gt=now - WHOLE).exists()
    return (last.number + 1, known, None) if whole else (1, None, known)


def _tell(company: int | None, key: str, title: str, said: str, now: datetime) -> None:
    logger.error("%s: %s", title, said)
    told = Company.objects.filter(pk=company) if company else Company.objects.active()
    for one in told:
        alerts.tell(one, key=f"{key}:{one.pk}", title=title, text=said, now=now)
