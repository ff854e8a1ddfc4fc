"""How fast one QuickBooks company may be asked, by all our processes together.

Each request takes the next free moment from the realm's row, in one statement on the database's own
clock, so the limits hold on any number of machines. A moment a little ahead is waited for; one
further ahead is not taken.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from arbook.gateways.errors import Resting

WINDOW = 1.2
"""Seconds that hold at most one second's requests: some arrive later than they left."""
LONGEST_WAIT = 4.0
"""Seconds that a request waits for its turn; one that must wait longer is not made."""
STEADY = 0.96
"""The part of a minute's requests that is handed out evenly; the rest may leave at once."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Requests of one realm: made within the last minute, and how many may be."""

    used: int
    allowed: int


_TAKE = """
UPDATE gateways_line AS line SET
    slots = (slots || {slot})[cardinality(slots) + 2 - %(kept)s :],
    minute_until = GREATEST(minute_until, {now}) + %(interval)s,
    used_before = CASE minute - floor({now} / 60)
        WHEN 0 THEN used_before WHEN -1 THEN used ELSE 0 END,
    used = CASE minute - floor({now} / 60) WHEN 0 THEN used ELSE 0 END + 1,
    minute = floor({now} / 60)
WHERE key = %(key)s AND {slot} <= {now} + %(longest)s
RETURNING slots[cardinality(slots)] - {now}
"""
_WAIT = "SELECT {slot} - {now} FROM gateways_line WHERE key = %(key)s"
_NOW = "extract(epoch FROM clock_timestamp())::float8"
_SLOT = (
    f"GREATEST({_NOW}, slots[cardinality(slots)], minute_until - %(ahead)s,"
    " slots[cardinality(slots) + 1 - %(most)s] + %(window)s)"
)


def key_of(realm: str) -> str:
    return f"pace:{realm}"


def at_once(*, bulk: bool = False) -> int:
    """Requests that one window holds; bulk reading leaves part of each to others."""
    most = max(1, settings.QUICKBOOKS_PER_SECOND - 1)
    return max(1, most - max(1, most // 4)) if bulk else most


def take(realm: str, *, bulk: bool = False) -> None:
    """Wait for the realm's next free moment; raises Resting when that is not soon.

    ``bulk`` leaves part of each second to those whom a person or a message waits for.
    """
    interval = 60 / (settings.QUICKBOOKS_PER_MINUTE * STEADY)
    ahead = max(1, int(settings.QUICKBOOKS_PER_MINUTE * (1 - STEADY)) - 1)
    values = {
        "key": key_of(realm),
        "kept": at_once(),
        "most": at_once(bulk=bulk),
        "window": WINDOW,
        "interval": interval,
        "ahead": (ahead - 1) * interval,
        "longest": LONGEST_WAIT,
    }
    wait = _take(values)
    if wait > LONGEST_WAIT:
        raise Resting("QuickBooks is asked as fast as it allows.", retry_after=wait)
    if wait > 0:
        time.sleep(wait)


def _take(values: dict) -> float:
    with connection.cursor() as cursor:
        for _ in range(3):
            cursor.execute(_TAKE.format(slot=_SLOT, now=_NOW), values)
            if row := cursor.fetchone():
                return row[0]
            cursor.execute(_WAIT.format(slot=_SLOT, now=_NOW), values)
            row = cursor.fetchone()
            if row is None:
                cursor.execute(
                    "INSERT INTO gateways_line (key) VALUES (%(key)s) ON CONFLICT DO NOTHING",
                    values,
                )
            elif row[0] > 2 * LONGEST_WAIT + WINDOW + values["interval"]:
                # No request was ever promised a moment so far ahead: the server's clock was set.
                cursor.execute(
                    "UPDATE gateways_line SET slots = '{}', minute_until = 0 WHERE key = %(key)s",
                    values,
                )
            elif row[0] > LONGEST_WAIT:
                return row[0]
    return LONGEST_WAIT + 1


def in_use(realm: str) -> Pace:
    """How much of a minute's requests the realm used, for the screen."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT used, used_before, minute, {_NOW} FROM gateways_line WHERE key = %s",  # noqa: S608
            [key_of(realm)],
        )
        row = cursor.fetchone()
    used = 0
    if row:
        now_used, before, minute, now = row
        away, share = divmod(now / 60, 1)
        match int(away) - minute:
            case 0:
                used = round(now_used + before * (1 - share))
            case 1:
                used = round(now_used * (1 - share))
    return Pace(used, settings.QUICKBOOKS_PER_MINUTE)
