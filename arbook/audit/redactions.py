"""Taking words out of the record where the law asks for it: the one way an entry changes.

What goes is the sentence and its data; who, when, what about and which entry stay. The digests of
before and after stand in the entry that records the act, and that one is sealed like any other.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from arbook.audit import canonical, log
from arbook.audit.models import Entry, Redaction
from arbook.companies.models import Company, User

VERB = "audit.redacted"
LOCK = 0x61756469745F7264
# Entries in one act: its data names each of them with two digests.
MOST = 200


@dataclass(frozen=True)
class Words:
    """What an entry says afterwards."""

    entry: Entry
    said: str
    data: dict = field(default_factory=dict)


def redact(
    entry: Entry,
    *,
    said: str,
    by: User | None,
    reason: str,
    now: datetime,
    data: dict | None = None,
) -> Entry:
    """Put other words in the place of an entry's; returns the entry that records the act."""
    return redact_all(
        [Words(entry, said, data or {})], company=entry.company, by=by, reason=reason, now=now
    )[0]


@transaction.atomic
def redact_all(
    words: Sequence[Words], *, company: Company | None, by: User | None, reason: str, now: datetime
) -> list[Entry]:
    """Redact entries of one company; returns the entries that record it, one for each 200."""
    acts = []
    for start in range(0, len(words), MOST):
        acts.append(_act(words[start : start + MOST], company, by, reason, now))
    return acts


def _act(words: Sequence[Words], company, by: User | None, reason: str, now: datetime) -> Entry:
    with connection.cursor() as cursor:
        # Two people who erase the same words wait for each other.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        before = _digests(cursor, [one.entry.pk for one in words])
        after = {}
        for one in words:
            cursor.execute(
                f"SELECT {canonical.COLUMNS} FROM (SELECT id, company_id, verb, %s AS said, at,"  # noqa: S608
                " by_id, cause_id, %s::jsonb AS data, NULL::uuid AS salt"
                " FROM audit_entry WHERE id = %s) e",
                [one.said[:500], json.dumps(one.data), one.entry.pk],
            )
            after[one.entry.pk] = canonical.digest(cursor.fetchone())
    count = f"{len(words)} sentences" if len(words) > 1 else "A sentence"
    act = log.record(
        VERB,
        f"{count} of the record {'were' if len(words) > 1 else 'was'} taken out: {reason}",
        about=[],
        by=by,
        at=now,
        company=company,
        entries={str(pk): [before[pk].hex(), after[pk].hex()] for pk in after},
    )
    Redaction.objects.bulk_create(
        [
            Redaction(
                company=company,
                entry=one.entry,
                act=act,
                original=before[one.entry.pk],
                redacted=after[one.entry.pk],
                said=one.said[:500],
                data=one.data,
                reason=reason[:300],
                at=now,
            )
            for one in words
        ]
    )
    return act


def _digests(cursor, keys: list[int]) -> dict[int, bytes]:
    cursor.execute(
        f"SELECT {canonical.COLUMNS} FROM audit_entry e WHERE e.id = ANY(%s::bigint[])",  # noqa: S608
        [keys],
    )
    return {row[0]: canonical.digest(row) for row in cursor.fetchall()}
