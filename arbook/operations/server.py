"""PostgreSQL's own programs, pointed at a database of the server we use."""

import os
import subprocess
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from django.db import connection
from psycopg import sql

from arbook import embedded
from arbook.embedded import folders


class ProgramFailed(Exception):
    """pg_dump or pg_restore ended with an error. The message is what it said."""


def name() -> str:
    """The database we are configured for."""
    return connection.settings_dict["NAME"]


def run(program: str, *arguments: str, database: str) -> None:
    """Run one of PostgreSQL's programs against a database; its password stays out of sight."""
    # The wheel's are of PostgreSQL 18; they read every server up to that.
    path = folders.prepare(embedded.data_folder()).program(program)
    done = subprocess.run(  # noqa: S603
        [str(path), *arguments],
        env=os.environ | _environment(database),
        capture_output=True,
        text=True,
        cwd="/",
    )
    if done.returncode:
        raise ProgramFailed(f"{program}: {done.stderr.strip()[-1000:]}")


def url(database: str) -> str:
    """The address of another database of the same server."""
    facts = _facts()
    password = f":{quote(facts['password'], safe='')}" if facts["password"] else ""
    query = {"host": facts["host"]} if facts["host"] else {}
    if facts["port"]:
        query["port"] = facts["port"]
    query |= facts["options"]
    return f"postgresql://{quote(facts['user'], safe='')}{password}@/{database}?{urlencode(query)}"


def connect(database: str) -> psycopg.Connection:
    """A connection of its own, outside Django's, in autocommit."""
    return psycopg.connect(url(database), autocommit=True, connect_timeout=10)


def create(database: str) -> None:
    with connect("postgres") as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def drop(database: str) -> None:
    with connect("postgres") as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )


def swap(current: str, fresh: str, aside: str) -> None:
    """Give ``fresh`` the name of ``current``, which lives on as ``aside``."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with connect("postgres") as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
            [[current, fresh]],
        )
        server.execute(rename.format(sql.Identifier(current), sql.Identifier(aside)))
        server.execute(rename.format(sql.Identifier(fresh), sql.Identifier(current)))


def others() -> int:
    """Connections to our database that are not this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def _facts() -> dict:
    stored = connection.settings_dict
    options = {
        name: str(value)
        for name, value in stored.get("OPTIONS", {}).items()
        if name.startswith("ssl") and isinstance(value, str)
    }
    return {
        "host": stored.get("OPTIONS", {}).get("host") or stored["HOST"],
        "port": str(stored["PORT"] or stored.get("OPTIONS", {}).get("port") or ""),
        "user": stored["USER"],
        "password": stored["PASSWORD"] or "",
        "options": options,
    }


def _environment(database: str) -> dict[str, str]:
    facts = _facts()
    given = {
        "PGHOST": facts["host"],
        "PGPORT": facts["port"],
        "PGUSER": facts["user"],
        "PGPASSWORD": facts["password"],
        "PGDATABASE": database,
        "PGSSLMODE": facts["options"].get("sslmode", ""),
        "PGSSLROOTCERT": facts["options"].get("sslrootcert", ""),
    }
    return {name: value for name, value in given.items() if value}


def private(path: Path) -> Path:
    """An empty file that only this account may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path
