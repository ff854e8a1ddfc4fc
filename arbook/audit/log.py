"""Writing the record. Called by subject functions, in the transaction of the change itself.

Causes chain by themselves: what is recorded while an event is handled or an effect is done points
to the entry that set it off (``because``), so a posting can be walked back to its webhook.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import models, transaction

from arbook.audit.models import Entry, Mention
from arbook.companies.models import Company, User
from arbook.logs import cause as _cause


@contextmanager
def because(entry_id: int | None) -> Iterator[None]:
    """Everything recorded inside has this entry as its cause unless it names another."""
    token = _cause.set(entry_id)
    try:
        yield
    finally:
        _cause.reset(token)


def current_cause() -> int | None:
    """The key of the entry that the work at hand goes back to."""
    return _cause.get()


def record(
    verb: str,
    said: str,
    *,
    about: Iterable[models.Model],
    by: User | None,
    at: datetime,
    company: Company | None = None,
    cause: Entry | int | None = None,
    **data: Any,
) -> Entry:
    """Record one thing that happened.

    ``verb`` is the kind (``promise.made``), ``said`` the sentence a bookkeeper reads, ``about``
    every row on whose timeline it belongs, ``by`` the person or None for the machine. ``data`` must
    be JSON.
    """
    about = list(about)
    if company is None:
        company = next((row.company for row in about if hasattr(row, "company_id")), None)
    entry = Entry(
        company=company,
        verb=verb,
        said=said[:500],
        at=at,
        by=by,
        cause_id=(cause.pk if isinstance(cause, Entry) else cause) or _cause.get(),
        data=data,
    )
    # In one commit: a seal covers an entry together with what it is about.
    with transaction.atomic(savepoint=False):
        entry.save(force_insert=True)
        _mention([(entry, about)])
    return entry


def _mention(pairs: Iterable[tuple[Entry, Iterable[models.Model]]]) -> None:
    """Index entries by the rows they are about, all in one statement."""
    Mention.objects.bulk_create(
        [
            Mention(entry=entry, subject_type=kind, subject_id=pk)
            for entry, about in pairs
            for kind, pk in dict.fromkeys((row._meta.label_lower, row.pk) for row in about)
        ],
        ignore_conflicts=True,
    )


def record_many(entries: list[tuple[Entry, list[models.Model]]]) -> list[Entry]:
    """Record a batch in two statements; each entry is unsaved, paired with what it is about."""
    for entry, _ in entries:
        entry.cause_id = entry.cause_id or _cause.get()
        entry.said = entry.said[:500]
    with transaction.atomic(savepoint=False):
        saved = Entry.objects.bulk_create([entry for entry, _ in entries])
        _mention(entries)
    return saved
