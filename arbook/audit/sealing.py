"""Closing the chain over what was recorded, afterwards, so that nobody who records ever waits.

The database lists each entry as it is committed (``Waiting``); one sealer at a time takes them in
that list's order and gives them the next numbers. An entry committed late is sealed late: the chain
keeps the order of sealing, and numbers that a taken-back transaction used up leave no gap in it.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from arbook.audit import canonical

# One sealer in the whole database, whatever process it is in.
LOCK = 0x61756469745F7365
BATCH = 1000
# Sealing takes seconds; a longer wait means that no worker seals.
PATIENCE = timedelta(minutes=10)


def seal_waiting(*, now: datetime, batches: int = 200) -> int:
    """Seal what waits, oldest first; returns how many. Nothing when another process is at it."""
    sealed = 0
    for _ in range(batches):
        count = seal_batch(now=now)
        sealed += count
        if count < BATCH:
            break
    return sealed


@transaction.atomic
def seal_batch(*, now: datetime) -> int:
    """Seal up to one batch, in one transaction: all of it holds, or a kill leaves none of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM audit_waiting LIMIT 1")
        if not cursor.fetchone():
            return 0
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        number, previous = _head(cursor)
        cursor.execute(
            f"SELECT {canonical.COLUMNS} FROM audit_waiting w JOIN audit_entry e"  # noqa: S608
            " ON e.id = w.entry_id ORDER BY e.id LIMIT %s",
            [BATCH],
        )
        seals = []
        for row in cursor.fetchall():
            number += 1
            mentioned = canonical.mentions(row)
            digest, about = canonical.digest(row), canonical.about(row, mentioned)
            previous = canonical.link(previous, digest, about)
            seals.append((number, row[0], row[1], digest, about, len(mentioned), previous, now))
        _write(cursor, seals)
        return len(seals)


def _write(cursor, seals: list[tuple]) -> None:
    columns = [list(values) for values in zip(*seals, strict=True)]
    cursor.execute(
        "INSERT INTO audit_seal"
        " (number, entry_id, company_id, digest, about, mentions, hash, sealed_at)"
        " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[],"
        " %s::int[], %s::bytea[], %s::timestamptz[])",
        columns,
    )
    cursor.execute("DELETE FROM audit_waiting WHERE entry_id = ANY(%s::bigint[])", [columns[1]])


def head() -> tuple[int, bytes]:
    """The last seal's number and hash; 0 and zero bytes before the first."""
    with connection.cursor() as cursor:
        return _head(cursor)


def _head(cursor) -> tuple[int, bytes]:
    cursor.execute("SELECT number, hash FROM audit_seal ORDER BY number DESC LIMIT 1")
    found = cursor.fetchone()
    return (found[0], bytes(found[1])) if found else (0, canonical.START)


def unsealed_since(*, now: datetime) -> tuple[int, datetime | None]:
    """How many entries have waited longer than they should, and since when; in real time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(since) FROM audit_waiting WHERE since < %s", [now - PATIENCE]
        )
        return cursor.fetchone()
