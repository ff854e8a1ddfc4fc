"""Keeping what arrived: one statement, doubles left out, and a word to the workers.

A notification inside the insert's transaction would make all commits wait for each other, so it is
sent apart, and not again within a moment: a worker that was just woken looks more than once.
"""

import json
import time
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from django.db import connection

from arbook.outbox import outbox

MOMENT = 0.05
_last_woken = 0.0


@dataclass(frozen=True)
class Arrival:
    """One event as a vendor's door understood it, not yet stored."""

    vendor: str
    external_id: str
    kind: str
    company_id: int | None
    content: dict
    # In place of ``company_id``: the QuickBooks company, looked up by the very insert.
    realm: str = ""
    headers: dict = field(default_factory=dict)
    # Set when the body could not be understood: it is kept for a person, and not processed.
    error: str = ""


_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s)"
_OF_REALM = (
    "((SELECT company_id FROM gateways_connection"
    " WHERE vendor = 'quickbooks' AND external_id = %s),"
    " %s, %s, %s, %s, %s, %s, %s, %s, 0, %s)"
)
_INSERT = (
    "INSERT INTO webhooks_webhookevent (company_id, vendor, external_id, kind, content, headers,"
    " received_at, state, not_before, attempts, error) VALUES {}"
    " ON CONFLICT (vendor, company_id, external_id) DO NOTHING"
)


def keep(arrivals: list[Arrival], *, now: datetime) -> int:
    """Store the events and return how many were new."""
    if not arrivals:
        return 0
    values = []
    for one in arrivals:
        # NUL cannot be stored as text; the escape keeps it readable for the person who looks.
        values += [
            one.realm or one.company_id,
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
    rows = ", ".join(_OF_REALM if one.realm else _ROW for one in arrivals)
    connection.ensure_connection()
    # A plain cursor of psycopg, so that the server plans this one statement once and not each time.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_INSERT.format(rows), values, prepare=len(arrivals) == 1)
        new = cursor.rowcount
    if new:
        _wake_soon()
    return new


def _wake_soon() -> None:
    global _last_woken
    moment = time.monotonic()
    if moment - _last_woken >= MOMENT:
        _last_woken = moment
        outbox.wake()
