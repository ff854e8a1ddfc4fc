"""Many rows into one table at the speed of COPY: new ones inserted, changed ones updated, the rest
left alone. PostgreSQL only; the caller opens the transaction.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection, models

TEXTS = (models.CharField, models.TextField)


class Row(NamedTuple):
    """One written row; ``before`` holds the watched columns as they were, None when new."""

    id: int
    key: str
    is_new: bool
    before: dict[str, Any] | None
    after: dict[str, Any]


@dataclass(frozen=True)
class Target:
    """Where rows go and what makes them the same, newer or different.

    ``columns`` are what each incoming row holds, in order; ``key`` those that identify it within
    the constants; ``name`` the one whose text is reported back. ``silent`` columns are written but
    make no difference; ``derived`` gives SQL in place of ``excluded.column``; ``defaults`` are set
    on new rows only. With ``versioned`` a row with an older ``books_updated_at`` (or, at the same
    instant, a lower ``sync_token``) than the stored one changes nothing. ``watched`` columns come
    back as they were and as they are.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    name: str = "quickbooks_id"
    constants: tuple[str, ...] = ("company_id",)
    silent: frozenset[str] = frozenset()
    derived: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    watched: tuple[str, ...] = ()
    versioned: bool = True

    @cached_property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def incoming(self) -> str:
        return f"incoming_{self.table}"

    @cached_property
    def fields(self) -> dict[str, models.Field]:
        return {one.column: one for one in self.model._meta.concrete_fields}

    @cached_property
    def create_sql(self) -> str:
        kinds = []
        for column in self.columns:
            kind = self.fields[column].rel_db_type(connection) or ""
            if not self.fields[column].is_relation:
                kind = self.fields[column].db_type(connection)
            kinds.append(f"{column} {'text' if kind.startswith('varchar') else kind}")
        # Empty but for a second batch of one transaction; TRUNCATE takes as long as the COPY. A
        # session changes its role as it goes in and out of a company, so the table is for any.
        return (
            f"DO $$ BEGIN IF to_regclass('pg_temp.{self.incoming}') IS NULL THEN"  # noqa: S608
            f" CREATE TEMPORARY TABLE {self.incoming} ({', '.join(kinds)}) ON COMMIT DELETE ROWS;"
            f" GRANT ALL ON {self.incoming} TO PUBLIC;"
            f" ELSE DELETE FROM {self.incoming}; END IF; END $$"
        )

    @cached_property
    def copy_sql(self) -> str:
        texts = [c for c in self.columns if isinstance(self.fields[c], TEXTS)]
        form = f"FORMAT csv, FORCE_NOT_NULL ({', '.join(texts)})"  # "" is a text, not NULL
        return f"COPY {self.incoming} ({', '.join(self.columns)}) FROM STDIN ({form})"

    @cached_property
    def is_newer_sql(self) -> str:
        if not self.versioned:
            return "TRUE"
        newer = "COALESCE(excluded.books_updated_at >= mine.books_updated_at, TRUE)"
        if "sync_token" not in self.columns:
            return newer
        number = (
            "CASE WHEN {0}.sync_token ~ '^[0-9]{{1,18}}$' THEN {0}.sync_token::bigint ELSE 0 END"
        )
        return (
            f"({newer} AND (excluded.books_updated_at > mine.books_updated_at"
            f" OR {number.format('excluded')} >= {number.format('mine')}))"
        )

    @cached_property
    def upsert_sql(self) -> str:
        columns = [*self.constants, *self.columns]
        picked = ["%s"] * len(self.constants) + [self._pick(column) for column in self.columns]
        filled = [*columns, *self.defaults]
        picked += ["%s"] * len(self.defaults)
        loud = [
            c for c in columns if c not in self.silent and c not in self.key and c != "company_id"
        ]
        changes = [c for c in columns if c not in self.key and c != "company_id"]
        setting = ", ".join(f"{c} = {self.derived.get(c, f'excluded.{c}')}" for c in changes)
        same = " AND ".join(f"old.{c} = come.{c}" for c in self.key if c in self.columns)
        old = "".join(f", old.{c} AS before_{c}" for c in self.watched)
        new = "".join(f", mine.{c}" for c in self.watched)
        was = "".join(f", before.before_{c}" for c in self.watched)
        now = "".join(f", done.{c}" for c in self.watched)
        return (
            f"WITH before AS (SELECT old.id{old} FROM {self.incoming} come"  # noqa: S608
            f" JOIN {self.table} old ON old.company_id = %s AND {same}),"
            f" done AS (INSERT INTO {self.table} AS mine ({', '.join(filled)})"
            f" SELECT {', '.join(picked)} FROM {self.incoming}"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {setting}"
            f" WHERE {self.is_newer_sql} AND ({', '.join(f'mine.{c}' for c in loud)})"
            f" IS DISTINCT FROM ({', '.join(f'excluded.{c}' for c in loud)})"
            f" RETURNING mine.id, mine.{self.name}{new})"
            f" SELECT done.id, done.{self.name}, before.id IS NULL{was}{now}"
            " FROM done LEFT JOIN before ON before.id = done.id"
        )

    @cached_property
    def blind_sql(self) -> str:
        """The same without looking at what was there before."""
        _, done = self.upsert_sql.split(" done AS (", 1)
        insert, _ = done.split(" RETURNING ", 1)
        return f"{insert} RETURNING mine.id, mine.{self.name}, mine.xmax = 0"

    def _pick(self, column: str) -> str:
        length = getattr(self.fields[column], "max_length", None)
        return f"left({column}, {length})" if length else column


def upsert(
    target: Target,
    rows: Iterable[Sequence[Any]],
    *,
    constants: Mapping[str, Any],
    watch: bool = True,
) -> list[Row]:
    """Write the rows and return those that are new or changed; unchanged ones cost a comparison.

    Each row holds ``target.columns`` in order; no key may come twice. Text is cut to the column,
    and None in a text column becomes "".
    Without ``watch`` nothing is told of how changed rows were and are.
    """
    width = len(target.watched)
    with connection.cursor() as cursor:
        cursor.execute(target.create_sql)
        page = io.StringIO(newline="")
        csv.writer(page).writerows(rows)
        with cursor.copy(target.copy_sql) as copy:
            copy.write(storable(page.getvalue()))
        values = [constants[name] for name in target.constants] + [*target.defaults.values()]
        if not watch:
            cursor.execute(target.blind_sql, values)
            return [Row(*found, None, {}) for found in cursor.fetchall()]
        cursor.execute(target.upsert_sql, [constants["company_id"], *values])
        return [
            Row(
                id=found[0],
                key=found[1],
                is_new=found[2],
                before=(
                    None
                    if found[2]
                    else dict(zip(target.watched, found[3 : 3 + width], strict=True))
                ),
                after=dict(zip(target.watched, found[3 + width :], strict=True)),
            )
            for found in cursor.fetchall()
        ]


def is_key(text: str) -> bool:
    """Whether the text is a number that a key can be: "²" is a digit as well, and no number."""
    return text.isascii() and text.isdigit() and len(text) < 19


def storable(text: str) -> str:
    """The text as PostgreSQL can keep it: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
