"""Whether two runs of one act did the same, when keys, random numbers and the hour must differ.

Pairs are judged, not single values: two numbers are alike when they are equal, or when each is the
key of a row that its own run created; two instants when they are equal, or equally far from the
hour of their own run.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from arbook.system.changes import Change

LEEWAY = timedelta(seconds=5)
"""By so much the same hour may be told differently: some columns take the machine's own clock."""

_NUMBER = re.compile(r"(\d+)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_VOLATILE = ("hash", "uuid", "token", "previous")


@dataclass(frozen=True)
class Row:
    """One row of a run, in values that JSON can keep."""

    kind: str
    how: str
    pk: int
    label: str
    # By column: what it was and what it is.
    fields: dict[str, list]

    @property
    def is_new(self) -> bool:
        return self.how == "created"


@dataclass(frozen=True)
class Run:
    """What one run of an act did, and at which hour."""

    at: datetime
    rows: list[Row] = field(default_factory=list)

    @property
    def new_keys(self) -> set[int]:
        return {row.pk for row in self.rows if row.is_new}


def run_of(changes: Iterable[Change], at: datetime) -> Run:
    """A run as plain values."""
    return Run(at, [_row(change) for change in changes])


def as_json(run: Run) -> dict:
    """The run as JSON can keep it; ``from_json`` reads it again."""
    rows = [[row.kind, row.how, row.pk, row.label, row.fields] for row in run.rows]
    return {"at": run.at.isoformat(), "rows": rows}


def from_json(kept: dict) -> Run:
    return Run(datetime.fromisoformat(kept["at"]), [Row(*row) for row in kept["rows"]])


def _row(change: Change) -> Row:
    before, after = change.before or {}, change.after or {}
    fields = {name: [plain(before.get(name)), plain(after.get(name))] for name in change.columns}
    return Row(change.kind, change.how, change.pk, change.label, fields)


def plain(value: Any) -> Any:
    """A stored value as JSON: amounts, days and instants as text that tells them apart."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


@dataclass(frozen=True)
class Verdict:
    """How a run that was foretold and a real one compare."""

    # Each foretold row with the real one like it, None where none is.
    pairs: list[tuple[Row, Row | None]]
    # Real rows that nobody foretold.
    surplus: list[Row]

    @property
    def is_equal(self) -> bool:
        return not self.surplus and all(real for _, real in self.pairs)

    @property
    def differences(self) -> list[str]:
        """In sentences, for a test or a person."""
        missing = [f"foretold, not found: {_said(row)}" for row, real in self.pairs if not real]
        return missing + [f"not foretold: {_said(row)}" for row in self.surplus]


def compare(told: Run, real: Run) -> Verdict:
    """Find for every foretold row the real one like it."""
    judge = _Judge(told, real)
    left = list(real.rows)
    pairs: list[tuple[Row, Row | None]] = []
    for row in told.rows:
        found = next((other for other in left if judge.rows(row, other)), None)
        if found is not None:
            left.remove(found)
        pairs.append((row, found))
    return Verdict(pairs, left)


class _Judge:
    def __init__(self, told: Run, real: Run):
        self._hours = told.at, real.at
        self._new = told.new_keys, real.new_keys

    def rows(self, told: Row, real: Row) -> bool:
        if (told.kind, told.how) != (real.kind, real.how):
            return False
        if not told.is_new and told.pk != real.pk:
            return False
        names = set(told.fields) | set(real.fields)
        return all(
            self.values(*(row.fields.get(name, [None, None])[-1] for row in (told, real)))
            for name in names
            if not (told.is_new and name == "id") and not name.endswith(_VOLATILE)
        )

    def values(self, told: Any, real: Any) -> bool:
        if told == real:
            return True
        match told, real:
            case dict(), dict():
                return told.keys() == real.keys() and all(
                    name.endswith(_VOLATILE) or self.values(told[name], real[name]) for name in told
                )
            case list(), list():
                return len(told) == len(real) and all(map(self.values, told, real))
            case str(), str():
                return self._texts(told, real)
            case int(), int():
                return self._keys(told, real)
            case _:
                return False

    def _texts(self, told: str, real: str) -> bool:
        if _INSTANT.match(told) and _INSTANT.match(real):
            return self._instants(told, real)
        if _is_uuid(told) and _is_uuid(real):
            return True
        one, other = _NUMBER.split(told), _NUMBER.split(real)
        return len(one) == len(other) and all(
            a == b or (a.isdigit() and b.isdigit() and self._keys(int(a), int(b)))
            for a, b in zip(one, other, strict=True)
        )

    def _keys(self, told: int, real: int) -> bool:
        return told in self._new[0] and real in self._new[1]

    def _instants(self, told: str, real: str) -> bool:
        try:
            one, other = datetime.fromisoformat(told), datetime.fromisoformat(real)
            return abs((one - self._hours[0]) - (other - self._hours[1])) <= LEEWAY
        except (ValueError, TypeError):
            return False


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _said(row: Row) -> str:
    values = ", ".join(f"{name}: {old} > {new}" for name, (old, new) in row.fields.items())
    return f"{row.kind} {row.pk} {row.how} ({values})"
