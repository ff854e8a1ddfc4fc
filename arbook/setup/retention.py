"""What is kept no longer than a company wants: every app takes its own out, once a day."""

from collections.abc import Callable
from datetime import datetime

from arbook.audit import log
from arbook.companies import keeping
from arbook.companies.models import Company
from arbook.heartbeat.jobs import each_company
from arbook.outbox import retention as effects
from arbook.webhooks import retention as events
from customers import retention as contacts
from invoices import retention as tasks
from messaging import retention as messages

# The words first, then what they were made of.
PARTS: list[Callable[..., dict[str, int]]] = [
    messages.age_out,
    tasks.age_out,
    contacts.age_out,
    events.age_out,
    effects.age_out,
]
# What belongs to no company.
UNOWNED = [events.age_out, effects.age_out]


def daily(now: datetime) -> None:
    """The job: every company, then what belongs to none."""
    try:
        each_company(_retain, now)
    finally:
        for part in UNOWNED:
            part(None, now=now)


def _retain(company: Company, now: datetime) -> None:
    age_out(company, now=now)


def age_out(company: Company, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take out what is older than the company keeps; returns how many of each kind.

    A dry run only counts. A run leaves one entry in the record, whatever it found.
    """
    counts: dict[str, int] = {}
    for part in [*PARTS, *keeping.beside]:
        counts |= part(company, now=now, dry_run=dry_run)
    if not dry_run:
        log.record(
            "retention.done",
            f"Kept no longer: {in_words(counts)}.",
            about=[],
            by=None,
            at=now,
            company=company,
            **{name.replace(" ", "_"): count for name, count in counts.items()},
        )
    return counts


def in_words(counts: dict[str, int]) -> str:
    """``12 messages, 3 effects``, or ``nothing``."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing"
