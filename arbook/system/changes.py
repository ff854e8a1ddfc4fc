"""Which rows a transaction created, changed or deleted, whoever wrote them: model or raw SQL.

Worked out from the database itself. Under repeatable read every visible row whose writer is not
older than our own transaction is ours, whatever savepoint wrote it; what it was before shows again
once the savepoint around the work is rolled back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models

from arbook.encryption import EncryptedJSONField

# Rows of the machinery, which say nothing about what an act means.
UNTOLD = frozenset(
    {"sessions.session", "heartbeat.beat", "heartbeat.jobrun", "audit.seal", "audit.waiting"}
)
MACHINERY = frozenset({"django_q", "gateways", "system"})
HIDDEN = "(not shown)"

_TOUCHED = (
    "SELECT relname, n_tup_del FROM pg_stat_xact_user_tables"
    " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
)
# Transaction numbers are compared on their circle of 2^32.
_OURS = "mod(({table}.xmin::text::bigint - %s + 4294967296), 4294967296) < 2147483648"


@dataclass(frozen=True)
class Change:
    """One row: None before when it was created, None after when it is gone."""

    model: type[models.Model]
    pk: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    label: str = ""

    @property
    def kind(self) -> str:
        """The model's label, as ``invoices.invoice``."""
        return self.model._meta.label_lower

    @property
    def how(self) -> str:
        if self.before is None:
            return "created"
        return "deleted" if self.after is None else "changed"

    @property
    def columns(self) -> list[str]:
        """The columns that differ; of a row that came or went, all of them."""
        before, after = self.before or {}, self.after or {}
        return [name for name in (after or before) if before.get(name) != after.get(name)]


@dataclass
class _Seen:
    """What one table shows of our own work."""

    model: type[models.Model]
    rows: dict[int, models.Model] = field(default_factory=dict)
    all_keys: set[int] | None = None


class Watch:
    """One look at a transaction's own work: ``begin``, the work, ``see``, its undoing, ``tell``."""

    def __init__(self) -> None:
        self._first = 0
        self._seen: list[_Seen] = []
        self.labels: dict[tuple[str, int], str] = {}

    def begin(self) -> None:
        """The first statement of the transaction: from here on everything new is ours."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            self._first = int(cursor.fetchone()[0]) % 2**32

    def see(self) -> None:
        """Read what the work has left, while it still stands."""
        self._seen = [
            self._look(model, deletes) for model, deletes in _touched() if not _is_untold(model)
        ]
        for seen in self._seen:
            self._label(seen.rows.values())

    def tell(self) -> list[Change]:
        """Compare with what shows again once the work is undone."""
        found = []
        for seen in self._seen:
            keys = set(seen.rows)
            if seen.all_keys is not None:
                keys |= _keys(seen.model) - seen.all_keys
            old = seen.model._base_manager.in_bulk(list(keys))
            self._label(old.values())
            for key in sorted(keys):
                change = _change(seen, key, old.get(key))
                if change:
                    found.append(change)
        return found

    def _look(self, model: type[models.Model], deletes: bool) -> _Seen:
        table = connection.ops.quote_name(model._meta.db_table)
        column = connection.ops.quote_name(model._meta.pk.column)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {column} FROM {table} WHERE {_OURS.format(table=table)}",  # noqa: S608
                [self._first],
            )
            keys = [row[0] for row in cursor.fetchall()]
        rows = model._base_manager.in_bulk(keys)
        return _Seen(model, rows, _keys(model) if deletes else None)

    def _label(self, rows: Iterable[models.Model]) -> None:
        """Keep what rows, and what they point to, are called."""
        wanted: dict[type[models.Model], set[int]] = {}
        for row in rows:
            self.labels.setdefault((row._meta.label_lower, row.pk), str(row))
            for one in row._meta.concrete_fields:
                key = getattr(row, one.attname)
                if one.is_relation and key is not None:
                    wanted.setdefault(one.related_model, set()).add(key)
        for model, keys in wanted.items():
            name = model._meta.label_lower
            missing = [key for key in keys if (name, key) not in self.labels]
            for key, row in model._base_manager.in_bulk(missing).items():
                self.labels[name, key] = str(row)


def values(row: models.Model) -> dict[str, Any]:
    """The stored values of a row, by column; what is encrypted stays out of sight."""
    found = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}
    for one in row._meta.concrete_fields:
        if isinstance(one, EncryptedJSONField):
            found[one.attname] = HIDDEN if found[one.attname] else ""
    return found


def _change(seen: _Seen, key: int, old: models.Model | None) -> Change | None:
    new = seen.rows.get(key)
    before, after = (values(row) if row else None for row in (old, new))
    if before == after:
        return None
    return Change(seen.model, key, before, after, str(new or old))


def _touched() -> list[tuple[type[models.Model], bool]]:
    """The tables written in this transaction, and whether rows of them were deleted."""
    by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED)
        found = dict(cursor.fetchall())
    return [(by_table[name], bool(found[name])) for name in sorted(found) if name in by_table]


def _is_untold(model: type[models.Model]) -> bool:
    return model._meta.label_lower in UNTOLD or model._meta.app_label in MACHINERY


def _keys(model: type[models.Model]) -> set[int]:
    return set(model._base_manager.order_by().values_list("pk", flat=True))
