"""One file that holds the whole database as it was at one instant, and what must be found in it.

The file is a tar of PostgreSQL's own dump and a manifest: when, how many rows each table had in
that very snapshot, the head of the audit chain, and by which credential keys secrets were sealed.
The keys themselves are not in it: whoever steals a backup cannot act at a vendor.
"""

import hashlib
import io
import json
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from arbook.operations import server

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "arbook.dump"


class BackupRefused(Exception):
    """The file cannot be written, or is none of ours. The message says why."""


@dataclass(frozen=True)
class Manifest:
    """What a backup promises to hold."""

    format: int
    taken_at: str
    database: str
    rows: dict[str, int]
    audit_seals: int
    audit_head: str
    keys: list[str]
    sha256: str

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def take(file: Path, *, now: datetime) -> Manifest:
    """Write a backup; the product may go on working meanwhile. Raises BackupRefused."""
    if file.exists():
        raise BackupRefused(f"{file} exists already; choose another name.")
    if not file.parent.is_dir():
        raise BackupRefused(f"There is no folder {file.parent}.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        dump = server.private(Path(folder) / DUMP)
        with server.connect(server.name()) as snapshot, snapshot.transaction():
            snapshot.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            exported = snapshot.execute("SELECT pg_export_snapshot()").fetchone()[0]
            server.run(
                "pg_dump", "--format=custom", f"--snapshot={exported}", f"--file={dump}",
                "--no-owner", database=server.name(),
            )  # fmt: skip
            seals, head = audit_head(snapshot)
            manifest = Manifest(
                format=FORMAT,
                taken_at=now.isoformat(),
                database=server.name(),
                rows=row_counts(snapshot),
                audit_seals=seals,
                audit_head=head,
                keys=fingerprints(),
                sha256=_digest(dump),
            )
        partial = server.private(Path(folder) / "backup.tar")
        with tarfile.open(partial, "w") as archive:
            text = json.dumps(asdict(manifest), indent=1).encode()
            head_of_file = tarfile.TarInfo(MANIFEST)
            head_of_file.size = len(text)
            archive.addfile(head_of_file, io.BytesIO(text))
            archive.add(dump, DUMP)
        partial.rename(file)
    return manifest


def read(file: Path) -> Manifest:
    """The manifest of a backup. Raises BackupRefused for anything else."""
    try:
        with tarfile.open(file) as archive:
            manifest = Manifest(**json.load(archive.extractfile(MANIFEST)))
    except FileNotFoundError:
        raise BackupRefused(f"There is no file {file}.") from None
    except (tarfile.TarError, KeyError, TypeError, ValueError, OSError) as error:
        raise BackupRefused(f"{file} is no backup of arbook: {error}") from error
    if manifest.format != FORMAT:
        raise BackupRefused(f"{file} has the format {manifest.format}; we read {FORMAT}.")
    return manifest


def unpack(file: Path, folder: Path) -> Path:
    """The dump out of a backup, checked. Raises BackupRefused when it was damaged."""
    manifest = read(file)
    dump = server.private(folder / DUMP)
    try:
        with tarfile.open(file) as archive, open(dump, "wb") as target:
            source = archive.extractfile(DUMP)
            while part := source.read(1 << 20):
                target.write(part)
    except (tarfile.TarError, KeyError, OSError, AttributeError) as error:
        raise BackupRefused(f"{file} is damaged: {error}") from error
    if _digest(dump) != manifest.sha256:
        raise BackupRefused(f"{file} is damaged: its content is not what was written.")
    return dump


def row_counts(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    ).fetchall()
    count = sql.SQL("SELECT count(*) FROM {}")
    return {
        name: connection.execute(count.format(sql.Identifier(name))).fetchone()[0]
        for (name,) in names
    }


def audit_head(connection: psycopg.Connection) -> tuple[int, str]:
    """The number and the hash of the last seal; 0 and '' before the first."""
    row = connection.execute(
        "SELECT number, encode(hash, 'hex') FROM audit_seal ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return (row[0], row[1]) if row else (0, "")


def fingerprints() -> list[str]:
    """The credential keys in use, each told apart without being told."""
    return [hashlib.sha256(key.encode()).hexdigest()[:12] for key in settings.CREDENTIAL_KEYS]


def _digest(path: Path) -> str:
    with open(path, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
