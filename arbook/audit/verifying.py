"""Walking the chain from its beginning and naming the first row that was touched."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection

from arbook.audit import canonical

PAGE = 5000

STRETCH = """
SELECT s.number, s.entry_id, s.company_id, s.digest, s.about, s.mentions, s.hash, {columns}
FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id {only}
WHERE s.number > %s ORDER BY s.number LIMIT %s
"""
# Entries that no seal covers and no sealer will come to.
UNCOVERED = """
SELECT e.id FROM audit_entry e
LEFT JOIN audit_seal s ON s.entry_id = e.id AND s.company_id IS NOT DISTINCT FROM e.company_id
LEFT JOIN audit_waiting w ON w.entry_id = e.id
WHERE s.entry_id IS NULL AND w.entry_id IS NULL {only}
ORDER BY e.id LIMIT 1
"""


@dataclass(frozen=True)
class Breach:
    """The first row that was touched: its place in the chain, its entry, and how."""

    number: int | None
    entry: int | None
    company: int | None
    how: str

    def __str__(self) -> str:
        where = f"Seal {self.number}" if self.number else "No seal"
        return f"{where}, entry {self.entry}: {self.how}" if self.entry else f"{where}: {self.how}"


@dataclass(frozen=True)
class Verified:
    """What a walk found: how many entries, how many redacted, the head, and the first breach."""

    entries: int
    redacted: int
    waiting: int
    number: int
    hash: bytes
    seconds: float
    breach: Breach | None


def verify(
    *,
    company: int | None = None,
    first: int = 1,
    after: bytes | None = None,
    expect: bytes | None = None,
    pulse: Callable[[], None] | None = None,
) -> Verified:
    """Walk from seal ``first`` to the end; stops at the first breach. Reads only.

    With ``company`` (a key) the chain of all seals is walked and the content of that company's
    entries compared. ``after`` is the hash that the seal before ``first`` is known to have.
    ``expect`` is a hash written down earlier: the chain must still carry it.
    """
    began = time.perf_counter()
    walk = _Walk(company, first, expect)
    breach = walk.begin(after)
    if not breach:
        for rows in walk.stretches():
            breach = walk.take(rows)
            if pulse:
                pulse()
            if breach:
                break
    breach = breach or walk.uncovered() or walk.cut_off()
    return Verified(
        walk.entries,
        walk.redacted,
        _waiting(company),
        walk.number,
        walk.hash,
        time.perf_counter() - began,
        breach,
    )


class _Walk:
    def __init__(self, company: int | None, first: int, expect: bytes | None):
        self.company, self.first, self.expect = company, first, expect
        self.number, self.hash = first - 1, canonical.START
        self.entries = self.redacted = 0
        self.seen_expected = expect is None

    def begin(self, after: bytes | None) -> Breach | None:
        """Take the hash the walk starts from."""
        if self.first == 1:
            return None
        found = _one("SELECT hash FROM audit_seal WHERE number = %s", self.number)
        if found is None:
            return Breach(self.number, None, None, "this seal is missing")
        self.hash = bytes(found[0])
        if after is not None and self.hash != after:
            return Breach(
                self.number, None, None, "its hash is not the one of the last verification"
            )
        if not self.seen_expected:
            sql = "SELECT 1 FROM audit_seal WHERE hash = %s AND number < %s"
            self.seen_expected = bool(_one(sql, self.expect, self.first))
        return None

    def stretches(self) -> Iterator[list[tuple]]:
        only = "" if self.company is None else "AND s.company_id = %s"
        sql = STRETCH.format(columns=canonical.COLUMNS, only=only)
        while True:
            values = [self.company] if only else []
            with connection.cursor() as cursor:
                cursor.execute(sql, [*values, self.number, PAGE])
                rows = cursor.fetchall()
            if rows:
                yield rows
            if len(rows) < PAGE:
                return

    def take(self, rows: list[tuple]) -> Breach | None:
        digest_of, about_of, mentions_of = canonical.digest, canonical.about, canonical.mentions
        for row in rows:
            number, entry, owner, digest, about, count, kept = row[:7]
            if number != self.number + 1:
                return Breach(
                    self.number + 1, None, None, f"seal missing; the next one is {number}"
                )
            if self.company is None or owner == self.company:
                content = row[7:]
                if content[0] is None:
                    return Breach(number, entry, owner, "the entry is missing")
                if content[1] != owner:
                    return Breach(number, entry, owner, "the seal's company was changed")
                found = digest_of(content)
                if found != digest:
                    if not _is_redacted(entry, bytes(digest), found):
                        return Breach(number, entry, owner, _why_content(found))
                    self.redacted += 1
                mentioned = mentions_of(content)
                if about_of(content, mentioned) != about:
                    return Breach(number, entry, owner, _why_mentions(len(mentioned), count))
                self.entries += 1
            link = canonical.link(self.hash, digest, about)
            if link != kept:
                return Breach(number, entry, owner, _why_link(bytes(kept), digest, about))
            self.number, self.hash = number, link
            if link == self.expect:
                self.seen_expected = True
        return None

    def uncovered(self) -> Breach | None:
        only = "AND e.company_id = %s" if self.company is not None else ""
        found = _one(UNCOVERED.format(only=only), *([self.company] if only else []))
        return Breach(None, found[0], self.company, "seal missing") if found else None

    def cut_off(self) -> Breach | None:
        if self.seen_expected:
            return None
        return Breach(
            self.number + 1, None, None, "the chain ends without the expected hash: it was cut off"
        )


def _is_redacted(entry: int, sealed: bytes, found: bytes) -> bool:
    """Whether sanctioned redactions lead from what was sealed to what is there now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT original, redacted, act_id FROM audit_redaction WHERE entry_id = %s"
            " ORDER BY id",
            [entry],
        )
        rows = cursor.fetchall()
    now = sealed
    for original, redacted, act in rows:
        pair = bytes(original), bytes(redacted)
        if pair[0] == now and _is_on_record(act, entry, pair):
            now = pair[1]
    return now == found


def _is_on_record(act: int, entry: int, pair: tuple[bytes, bytes]) -> bool:
    """Whether the entry that records the redaction names it and stands in the chain."""
    row = _one(
        f"SELECT s.digest, w.entry_id, e.verb = 'audit.redacted', e.data->'entries'->%s,"  # noqa: S608
        f" {canonical.COLUMNS} FROM audit_entry e LEFT JOIN audit_seal s ON s.entry_id = e.id"
        " LEFT JOIN audit_waiting w ON w.entry_id = e.id WHERE e.id = %s",
        str(entry),
        act,
    )
    if row is None:
        return False
    sealed, waits, is_redaction, named = row[:4]
    if not is_redaction or not named or canonical.read(named) != [pair[0].hex(), pair[1].hex()]:
        return False
    # What was recorded a moment ago may still wait for its seal.
    return bool(waits) if sealed is None else bytes(sealed) == canonical.digest(row[4:])


def _why_content(found: bytes) -> str:
    other = _one("SELECT number FROM audit_seal WHERE digest = %s ORDER BY number LIMIT 1", found)
    if other:
        return f"order changed: what seal {other[0]} covers stands here"
    return "content changed"


def _why_mentions(there: int, sealed: int) -> str:
    if there > sealed:
        return "a mention was added"
    return "a mention was removed" if there < sealed else "a mention was changed"


def _why_link(kept: bytes, digest: bytes, about: bytes) -> str:
    sql = "SELECT number FROM audit_seal WHERE sha256(hash || %s || %s) = %s LIMIT 1"
    other = _one(sql, digest, about, kept)
    if other:
        return f"order changed: this seal follows seal {other[0]}"
    if canonical.link(canonical.START, digest, about) == kept:
        return "order changed: this seal was the first"
    return "the seal was changed, or one before it"


def _waiting(company: int | None) -> int:
    only = "WHERE e.company_id = %s" if company is not None else ""
    return _one(
        f"SELECT count(*) FROM audit_waiting w JOIN audit_entry e ON e.id = w.entry_id {only}",  # noqa: S608
        *([company] if only else []),
    )[0]


def _one(sql: str, *values) -> tuple | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return cursor.fetchone()
