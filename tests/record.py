"""The record's guards, from the outside: what only a test's own database may have lifted."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TABLES = ["audit_entry", "audit_mention", "audit_seal", "audit_redaction", "audit_check"]


def let_tables_be_emptied() -> None:
    """Lift the guard against TRUNCATE: a test that commits empties all tables afterwards.

    Every row keeps its guards. Only the owner of the tables can do this, in this one database.
    """
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_never_emptied")


@contextmanager
def an_attacker() -> Iterator:
    """A cursor of somebody who owns the database and has switched every guard off."""
    with connection.cursor() as cursor:
        # A table with checks still to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield cursor
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            for guard in ("audit_kept", "audit_permanent"):
                cursor.execute(
                    "SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s",
                    [table, guard],
                )
                if cursor.fetchone():
                    cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")
    let_tables_be_emptied()
