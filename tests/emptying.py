"""Emptying the tables after a test that commits: what it wrote goes, what migrations left stays.

Django truncates every table and then has the rows of a migrated database worked out anew. Making
the files of some eighty tables and their indexes afresh takes most of a second, for a handful of
rows. Here rows are deleted where there may be some, and what migrations left is compared with what
was read once. Tables that have grown are truncated after all.

The wall is raised again where a test has lowered it, as after a migration.
"""

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.core.management.sql import sql_flush
from django.db import connection, transaction
from django.test import TransactionTestCase

from arbook.wall.install import raise_wall_after_migrations

# More than this on disk, rows long deleted included, and truncating is the quicker way.
GROWN = 4 * 1024 * 1024

# Guards at deletions, of the record and of amounts that must add up, and how they are set.
_GUARDS = """
SELECT c.relname, t.tgname, CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgtype & 8 <> 0 AND t.tgenabled <> 'D' AND c.relname = ANY(%s)
"""
_SIZES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
"""

_left_by_migrations: dict[str, str | None] = {}


def remember() -> None:
    """Read what stands in a database just migrated; from now on tests that commit leave that."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        for table in tables:
            _left_by_migrations[table] = _rows(cursor, table)
    TransactionTestCase._fixture_teardown = _empty


def _empty(case: TransactionTestCase) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SIZES, [list(_left_by_migrations)])
        sizes = dict(cursor.fetchall())
        if sum(sizes.values()) > GROWN:
            emptied = list(_left_by_migrations)
            for statement in sql_flush(no_style(), connection):
                cursor.execute(statement)
        else:
            # Truncating waits for whoever still writes, and so does this.
            cursor.execute(f"LOCK TABLE {_listed(sizes)} IN SHARE ROW EXCLUSIVE MODE")
            emptied = [table for table in sizes if sizes[table] and _has_changed(cursor, table)]
            _delete_from(cursor, emptied)
        for table in emptied:
            if rows := _left_by_migrations[table]:
                cursor.execute(
                    f'INSERT INTO "{table}"'
                    f' SELECT * FROM json_populate_recordset(NULL::"{table}", %s)',
                    [rows],
                )
    ContentType.objects.clear_cache()
    raise_wall_after_migrations("default")


def _has_changed(cursor, table: str) -> bool:
    left = _left_by_migrations[table]
    return left is None or _rows(cursor, table) != left


def _delete_from(cursor, tables: list[str]) -> None:
    cursor.execute(_GUARDS, [tables])
    guards = cursor.fetchall()
    for table, guard, _ in guards:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{guard}"')
    for table in tables:
        cursor.execute(f'DELETE FROM "{table}"')
    # A table with checks still to come cannot be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table, guard, how in guards:
        cursor.execute(f'ALTER TABLE "{table}" {how} TRIGGER "{guard}"')


def _rows(cursor, table: str) -> str | None:
    cursor.execute(f'SELECT json_agg(t)::text FROM "{table}" t')
    return cursor.fetchone()[0]


def _listed(tables) -> str:
    return ", ".join(f'"{table}"' for table in tables)
