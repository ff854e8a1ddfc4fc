"""Records of the books that could not be mirrored: named, kept, and closed when they can be."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BrokenRecord
from arbook.upsert import storable
from invoices.models import SyncProblem

LONGEST_RAW = 5000


@dataclass(frozen=True)
class Problem:
    """One record that stays out, or only half in, and why."""

    entity: str
    id: str
    reason: str
    raw: Any = ""


def report(company: Company, problems: Iterable[Problem | BrokenRecord], *, now: datetime) -> int:
    """Keep each problem once while it is open; the newest reason stands. Returns how many."""
    unique = {(one.entity, storable(one.id)[:40]): one for one in problems}
    if not unique:
        return 0
    wanted = Q(pk__in=[])
    for entity in {entity for entity, _ in unique}:
        wanted |= Q(entity=entity, quickbooks_id__in=[i for e, i in unique if e == entity])
    known = {
        (row.entity, row.quickbooks_id): row
        for row in SyncProblem.objects.of(company).filter(wanted, solved_at=None)
    }
    fresh, again = [], []
    for (entity, book_id), one in unique.items():
        row = known.get((entity, book_id))
        target = fresh if row is None else again
        row = row or SyncProblem(company=company, entity=entity, quickbooks_id=book_id)
        row.reason, row.raw, row.seen_at = storable(one.reason)[:300], _text(one.raw), now
        target.append(row)
    SyncProblem.objects.bulk_create(fresh, ignore_conflicts=True)
    SyncProblem.objects.bulk_update(again, ["reason", "raw", "seen_at"])
    return len(unique)


def solve(company: Company, entity: str, ids: Iterable[str], *, now: datetime) -> int:
    """Close the problems of records that could be read after all; returns how many."""
    problems = SyncProblem.objects.of(company).filter(entity=entity, solved_at=None)
    open_ids = set(problems.values_list("quickbooks_id", flat=True))
    solved = open_ids.intersection(ids) if open_ids else None
    return problems.filter(quickbooks_id__in=solved).update(solved_at=now) if solved else 0


def _text(raw: Any) -> str:
    text = raw if isinstance(raw, str) else json.dumps(raw, default=str)
    return storable(text)[:LONGEST_RAW]
