"""Keeping what arrived: one statement, doubles left out, and a word to the workers.

A notification inside the insert's transaction would make all commits wait for each other, so it is
sent apart, and not again within a moment: a worker that was just woken looks more than once.
"""

import json
import time
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from django.db import OperationalError, connection

from arbook import wall
from arbook.outbox import outbox
from arbook.webhooks.lanes import lane_of
from arbook.webhooks.together import Line

MOMENT = 0.05
# Rows of one statement; a statement takes 65,535 values.
AT_ONCE = 1000
# Arrivals of one post that share a statement with others; statements this short stay planned.
FEW = 8
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
    # The body it came in, for the case that its content cannot be written again.
    body: bytes = b""
    # Set when the body could not be understood: it is kept for a person, and not processed.
    error: str = ""


_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s)"
_OF_REALM = (
    "((SELECT company_id FROM gateways_connection"
    " WHERE vendor = 'quickbooks' AND external_id = %s),"
    " %s, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s)"
)
_INSERT = (
    "INSERT INTO webhooks_webhookevent (company_id, vendor, external_id, kind, content, headers,"
    " received_at, state, not_before, attempts, error, lane) VALUES {}"
    " ON CONFLICT (vendor, company_id, external_id) DO NOTHING"
)


def receive(arrivals: list[Arrival], *, now: datetime) -> None:
    """Store what came in at a door, in one statement with what others are waiting to have stored.

    For doors only, where nobody stands inside a company: the statement may run on the connection of
    another thread, which must not see less than this one.
    """
    if not arrivals:
        return
    if len(arrivals) > FEW or connection.in_atomic_block:
        keep(arrivals, now=now)
    elif _line.store([(one, now) for one in arrivals]):
        _wake_soon()


def keep(arrivals: list[Arrival], *, now: datetime) -> int:
    """Store the events on this thread's connection and return how many were new."""
    new = 0
    for start in range(0, len(arrivals), AT_ONCE):
        new += _insert([(one, now) for one in arrivals[start : start + AT_ONCE]])
    if new:
        _wake_soon()
    return new


def _insert(arrivals: list[tuple[Arrival, datetime]]) -> int:
    values = []
    for one, now in arrivals:
        content, error = _as_text(one)
        values += [
            _clean(one.realm) or one.company_id,
            one.vendor,
            _clean(one.external_id)[:255],
            _clean(one.kind)[:100],
            content,
            json.dumps(one.headers, ensure_ascii=True).replace("\\u0000", ""),
            now,
            "dead" if error else "received",
            now,
            _clean(error),
            _clean(lane_of(one.vendor, one.kind, one.content)),
        ]
    statement = _INSERT.format(", ".join(_OF_REALM if one.realm else _ROW for one, _ in arrivals))
    in_use = connection.connection is not None
    try:
        return _execute(statement, values, prepare=len(arrivals) <= FEW)
    except OperationalError:
        # The server was restarted since this connection was last used. A row that was stored just
        # before the answer got lost is left out the second time by its unique key.
        if not in_use or connection.in_atomic_block:
            raise
        connection.close()
        return _execute(statement, values, prepare=False)


_line = Line(_insert)


def _execute(statement: str, values: list, *, prepare: bool) -> int:
    connection.ensure_connection()
    wall.settle()
    # A plain cursor of psycopg, so that the server plans a short statement once and not each time.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=prepare)
        return cursor.rowcount


def _as_text(one: Arrival) -> tuple[str, str]:
    """The content as ASCII JSON, and what is wrong with it in words (or '')."""
    try:
        return json.dumps(one.content, ensure_ascii=True), one.error
    except RecursionError:
        # Read by a parser with more patience than the writer has.
        said = "Nested too deeply to be kept as it came."
        return json.dumps(raw(one.body)), one.error or said


def raw(body: bytes) -> dict:
    """A body nobody could read, as content: its beginning, whatever bytes it holds."""
    return {"raw": body[:100_000].decode("utf-8", "backslashreplace")}


def _clean(text: str) -> str:
    """Text that PostgreSQL takes: no NUL, and halves of characters spelled out."""
    if text.isascii():
        return text.replace("\x00", "")
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "")


def _wake_soon() -> None:
    global _last_woken
    moment = time.monotonic()
    if moment - _last_woken >= MOMENT:
        _last_woken = moment
        outbox.wake()
