"""Keeping what arrived: one statement that also wakes the workers, doubles left out."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from arbook.outbox.outbox import CHANNEL


@dataclass(frozen=True)
class Arrival:
    """One event as a vendor's door understood it, not yet stored."""

    vendor: str
    external_id: str
    kind: str
    company_id: int | None
    content: dict
    headers: dict = field(default_factory=dict)
    # Set when the body could not be understood: it is kept for a person, and not processed.
    error: str = ""


_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s)"


def keep(arrivals: list[Arrival], *, now: datetime) -> int:
    """Store the events and return how many were new."""
    if not arrivals:
        return 0
    values = []
    for one in arrivals:
        # NUL cannot be stored as text; the escape keeps it readable for the person who looks.
        values += [
            one.company_id,
            one.vendor,
            one.external_id[:255].replace("\x00", ""),
            one.kind[:100].replace("\x00", ""),
            json.dumps(one.content, ensure_ascii=True),
            json.dumps(one.headers, ensure_ascii=True).replace("\\u0000", ""),
            now,
            "dead" if one.error else "received",
            now,
            one.error,
        ]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH stored AS (INSERT INTO webhooks_webhookevent (company_id, vendor, external_id,"  # noqa: S608
            " kind, content, headers, received_at, state, not_before, attempts, error) VALUES "
            + ", ".join([_ROW] * len(arrivals))
            + " ON CONFLICT (vendor, company_id, external_id) DO NOTHING RETURNING id)"
            " SELECT count(*), pg_notify(%s, '') FROM stored",
            [*values, CHANNEL],
        )
        return cursor.fetchone()[0]
