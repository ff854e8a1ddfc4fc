"""Putting a backup back, and proving that what came back is what was saved.

Nothing is overwritten: the backup becomes a database of its own, is compared with its manifest, and
takes the place of the one in use only then, which stays on the server under another name.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from arbook.operations import backup, server
from arbook.operations.backup import Manifest
from arbook.wall import install

Say = Callable[[str], object]


class RestoreFailed(Exception):
    """The backup was not put in place, and what was there still is. The message says why."""


@dataclass(frozen=True)
class Proof:
    """What a restored database was compared with, and what did not fit."""

    rows: int
    tables: int
    differences: list[str]
    audit: str
    audit_holds: bool

    @property
    def holds(self) -> bool:
        return self.audit_holds and not self.differences


def drill(file: Path, *, say: Say) -> Proof:
    """Restore beside everything else, compare, and take it away again."""
    name = f"arbook_drill_{os.getpid()}"
    try:
        return _into(name, file, say=say)
    finally:
        server.drop(name)


def put_in_place(file: Path, *, replace: bool, now: datetime, say: Say) -> Proof:
    """Make the backup the database in use. Raises RestoreFailed; then nothing has changed."""
    current = server.name()
    if _has_tables() and not replace:
        raise RestoreFailed(
            f"The database {current} is not empty. With --replace the backup takes its place; the"
            " present one stays on the server under another name."
        )
    if others := server.others():
        raise RestoreFailed(
            f"{others} other connections use the database {current}. Stop arbook everywhere first."
        )
    stamp = f"{now:%Y%m%d_%H%M%S}"
    fresh, aside = f"{current}_restoring_{stamp}", f"{current}_before_{stamp}"
    with ExitStack() as unless_it_holds:
        unless_it_holds.callback(server.drop, fresh)
        proof = _into(fresh, file, say=say)
        if not proof.holds:
            raise RestoreFailed(_misfit(proof))
        say("Bringing its schema up to this version of arbook.")
        _manage("migrate", "--verbosity", "0", database=fresh)
        _manage("restored", backup.read(file).taken_at, database=fresh)
        unless_it_holds.pop_all()
    connection.close()
    server.swap(current, fresh, aside)
    say(f"The database before it is kept as {aside}; drop it when you are sure.")
    return proof


def _into(name: str, file: Path, *, say: Say) -> Proof:
    manifest = backup.read(file)
    missing = [key for key in manifest.keys if key not in backup.fingerprints()]
    if missing:
        say(
            "CREDENTIAL_KEYS lacks " + ", ".join(missing) + ": credentials sealed with it cannot be"
            " opened, and their vendors have to be connected again."
        )
    with tempfile.TemporaryDirectory(prefix="arbook-restore-") as folder:
        dump = backup.unpack(file, Path(folder))
        # The dump grants rights to the roles of the wall, which belong to the server.
        install.raise_wall()
        server.create(name)
        say(f"Restoring {manifest.total} rows of {manifest.taken_at}.")
        try:
            server.run(
                "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
                f"--dbname={name}", str(dump), database=name,
            )  # fmt: skip
        except server.ProgramFailed as failure:
            raise RestoreFailed(str(failure)) from failure
    return _prove(name, manifest)


def _prove(name: str, manifest: Manifest) -> Proof:
    with server.connect(name) as restored:
        found = backup.row_counts(restored)
        head = backup.audit_head(restored)
    differences = [
        f"{table}: {found.get(table, 'no table')} rows instead of {rows}"
        for table, rows in manifest.rows.items()
        if found.get(table) != rows
    ]
    if head != (manifest.audit_seals, manifest.audit_head):
        differences.append(f"the audit chain ends at seal {head[0]}, not {manifest.audit_seals}")
    holds, said = _audit(name)
    return Proof(sum(found.values()), len(found), differences, said, holds)


def _audit(name: str) -> tuple[bool, str]:
    done = _manage("audit", "verify", database=name, check=False)
    said = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode == 0, said[-1] if said else "audit verify said nothing"


def _manage(*arguments: str, database: str, check: bool = True) -> subprocess.CompletedProcess:
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env=os.environ | {"DATABASE_URL": server.url(database)},
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
    )
    if check and done.returncode:
        raise RestoreFailed(f"manage.py {arguments[0]}: {done.stderr.strip()[-500:]}")
    return done


def _misfit(proof: Proof) -> str:
    return "What came back is not what was saved: " + "; ".join(
        [*proof.differences[:5], *([] if proof.audit_holds else [proof.audit])]
    )


def _has_tables() -> bool:
    return bool(connection.introspection.table_names())
