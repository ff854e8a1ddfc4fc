"""Raising the wall: roles, then each table that does not stand as the models say.

Every table is one transaction, so at no moment does it stand without what it had. What stands is
known by a mark on its policy, so that doing it again costs one question.
"""

import logging
import time
from functools import cache
from hashlib import sha256

from django.db import Error, ProgrammingError, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from arbook.wall import mixing, policies
from arbook.wall.session import ONE_COMPANY, SEVERAL_COMPANIES, outside
from arbook.wall.tables import walled

logger = logging.getLogger(__name__)

ROLES = (ONE_COMPANY, SEVERAL_COMPANIES)
TRIES = 5
MARK = f"{policies.POLICY}_{ONE_COMPANY}"

_STANDING = """
SELECT c.relname, CASE WHEN c.relrowsecurity AND NOT EXISTS (
           SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname LIKE 'arbook\\_wall\\_%'
           AND t.tgenabled <> 'O') THEN obj_description(p.oid, 'pg_policy') END
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = '{mark}'
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
"""


class NoWall(Exception):
    """The wall cannot be raised. The message says what an administrator does about it."""


def raise_wall(using: str = "default") -> list[str]:
    """Bring roles, policies, grants and triggers up to date; return the tables that were changed.

    Safe to repeat and to run beside itself and beside the product at work.
    Raises NoWall when the roles are missing and may not be made.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    with outside():
        _make_roles(connection)
        behind = missing(using)
        if behind:
            _alter(connection, policies_and_functions())
        for name in behind:
            mark = f"COMMENT ON POLICY {MARK} ON \"{name}\" IS '{_mark(wanted()[name])}'"
            _alter(connection, [*wanted()[name], mark])
    return behind


def raise_wall_after_migrations(using: str) -> None:
    """The same, unless the migrations stopped half way: then the tables are not the models'."""
    if connections[using].vendor != "postgresql":
        return
    if missing(using) or roles_missing(using):
        plan = MigrationExecutor(connections[using])
        if not plan.migration_plan(plan.loader.graph.leaf_nodes()):
            raise_wall(using)


def missing(using: str = "default") -> list[str]:
    """Existing tables that do not stand behind the wall as the models say."""
    with connections[using].cursor() as cursor:
        cursor.execute(_STANDING.format(mark=MARK))
        standing = dict(cursor.fetchall())
    return [
        name
        for name, statements in wanted().items()
        if name in standing and standing[name] != _mark(statements)
    ]


def tables_here(using: str = "default") -> list[str]:
    """The tables of ours that exist; none before the first migration."""
    with connections[using].cursor() as cursor:
        cursor.execute(_STANDING.format(mark=MARK))
        return [name for name, _ in cursor.fetchall() if name in wanted()]


def roles_missing(using: str = "default") -> list[str]:
    """Roles that the login role may not take on."""
    with connections[using].cursor() as cursor:
        right = "SET" if connections[using].pg_version >= 160000 else "MEMBER"
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) name LEFT JOIN pg_roles ON rolname = name"
            " WHERE rolname IS NULL OR NOT pg_has_role(current_user, rolname, %s)",
            [list(ROLES), right],
        )
        return [name for (name,) in cursor.fetchall()]


def may_make_roles(using: str = "default") -> bool:
    """Whether the login role may make what is missing, as migrate does."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        return cursor.fetchone()[0]


def not_ours(using: str = "default") -> list[str]:
    """Walled tables whose rows the login role would not see outside."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace AND row_security_active(oid)",
            [list(wanted())],
        )
        return [name for (name,) in cursor.fetchall()]


@cache
def wanted() -> dict[str, list[str]]:
    """The statements for each table; ``{schema}`` is left open."""
    tables = {
        table.name: policies.of_table(table) + mixing.of_table(table) for table in walled().values()
    }
    tables |= {name: policies.of_shared(name, how) for name, how in policies.shared().items()}
    people = policies.people()
    tables[people] = policies.of_people(people)
    return tables


def policies_and_functions() -> list[str]:
    """What the tables' policies and triggers call."""
    return [policies.knows_person(), *mixing.functions()]


def _mark(statements: list[str]) -> str:
    everything = [*policies_and_functions(), *statements]
    return sha256("\n".join(everything).encode()).hexdigest()


def _alter(connection, statements: list[str]) -> None:
    """One transaction; waits for readers and writers at most a moment, then tries again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
    sql = ";\n".join(statements).replace("{schema}", schema)
    for turn in range(1, TRIES + 1):
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                cursor.execute(sql)
            return
        except Error as trouble:
            if turn == TRIES or not _passes(trouble):
                raise
            logger.info("wall: %s; once more", trouble)
            time.sleep(0.2 * turn)


def _make_roles(connection) -> None:
    """Roles belong to the whole cluster, so somebody else may be making them at this moment."""
    for turn in range(1, TRIES + 1):
        absent = roles_missing(connection.alias)
        if not absent:
            return
        try:
            for role in absent:
                with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
                    if cursor.fetchone() is None:
                        cursor.execute(f"CREATE ROLE {role} NOLOGIN")
                    cursor.execute(f"GRANT {role} TO CURRENT_USER")
        except ProgrammingError as refusal:
            raise NoWall(instructions(connection)) from refusal
        except Error as trouble:
            if turn == TRIES or not _passes(trouble):
                raise
            time.sleep(0.1 * turn)


def instructions(connection) -> str:
    """What an administrator runs once where the login role may not make roles."""
    user = connection.settings_dict["USER"] or "the login role"
    make = "; ".join(f"CREATE ROLE {role} NOLOGIN" for role in ROLES)
    return (
        "The wall between companies needs two roles that DATABASE_URL's role may not make. "
        f"As an administrator of the server run once: {make}; GRANT {', '.join(ROLES)} TO {user}; "
        "then run manage.py migrate again."
    )


def _passes(trouble: Error) -> bool:
    """Whether another's change was in the way: a lock, or the same thing made at once."""
    code = getattr(trouble.__cause__, "sqlstate", "")
    return code in ("55P03", "40P01", "23505", "42710", "XX000")
