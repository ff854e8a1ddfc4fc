"""A backup is only as good as what comes back: taken, dropped, restored, compared, verified."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from arbook import clock
from arbook.companies.models import Company
from arbook.embedded import folders
from arbook.operations import aftermath, backup
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from tests import factories
from tests.workers import CHECKOUT

# A life small enough to build in a second: two companies, their books, and a record of acts.
LIFE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from arbook.audit import log, sealing
from arbook import clock
from tests import factories
from tests.house.lived_in import lived_in
for slug in ("north", "south"):
    here = lived_in(slug)
    for number in range(300):
        log.record("note.made", f"Note {number}", about=[here.company], by=None, at=clock.now(),
                   company=here.company)
sealing.seal_waiting(now=clock.system())
"""
GUEST = """
import time
from arbook import embedded
embedded.database_url()
print("here", flush=True)
time.sleep(3600)
"""


class Desk:
    """A data folder with a database of its own, and the commands an operator types there."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.socket = folders.prepare(folder / "data").socket
        self.environment = {
            name: value for name, value in os.environ.items() if name != "DATABASE_URL"
        } | {"ARBOOK_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "arbook.settings"}
        # Keeps the server up between two commands.
        self.guest = subprocess.Popen([sys.executable, "-c", GUEST], cwd=CHECKOUT,
                                      env=self.environment, stdout=subprocess.PIPE)  # fmt: skip
        self.guest.stdout.readline()

    def manage(self, *arguments: str, fails: bool = False) -> str:
        return self.run("manage.py", *arguments, fails=fails)

    def run(self, *command: str, fails: bool = False) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket), user="arbook", dbname="arbook", autocommit=True
        )

    def counts(self) -> dict[str, int]:
        """The rows of every table, asked of the server itself."""
        with self.connect() as connection:
            return backup.row_counts(connection)

    def databases(self) -> set[str]:
        with self.connect() as connection:
            return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


@pytest.fixture(scope="module")
def desk():
    folder = Path(tempfile.mkdtemp(dir=os.environ["ARBOOK_DATA"]))
    folder.chmod(0o755)
    made = Desk(folder)
    made.run("-c", LIFE)
    yield made
    made.guest.kill()
    made.guest.wait()
    for pointer in folder.rglob("elsewhere"):
        shutil.rmtree(pointer.read_text(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def file(desk):
    path = desk.folder / "one.backup"
    said = desk.manage("backup", str(path))
    assert "CREDENTIAL_KEYS and SECRET_KEY are not in it" in said
    return path


def test_backup_drop_restore_verify(desk, file):
    before = desk.counts()
    assert before["audit_entry"] >= 600 and before["audit_seal"] == before["audit_entry"]
    with desk.connect() as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    assert desk.counts() == {}

    said = desk.manage("restore", str(file))

    after = desk.counts()
    # The restore itself is on the record: one entry for each company it stopped.
    grown = {name: rows - before[name] for name, rows in after.items() if rows != before[name]}
    assert grown.pop("audit_entry") == 2
    assert set(grown) <= {"audit_mention", "audit_waiting"}, grown
    assert "each table as many as were saved; the audit chain holds" in said
    assert "entries verified" in desk.manage("audit", "verify")


def test_rows_lost_on_the_way_are_named_and_a_drill_leaves_nothing_behind(desk, file, tmp_path):
    """A backup that promises more than it holds does not pass."""
    bad = tmp_path / "short.backup"
    with tarfile.open(file) as old, tarfile.open(bad, "w") as new:
        for name in ("manifest.json", "arbook.dump"):
            (tmp_path / name).write_bytes(old.extractfile(name).read())
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        manifest["rows"]["invoices_invoice"] += 1
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        for name in ("manifest.json", "arbook.dump"):
            new.add(tmp_path / name, name)
    before = desk.counts()

    said = desk.manage("restore", str(bad), "--drill", fails=True)

    assert "invoices_invoice: " in said and "not what was saved" in said
    assert desk.counts() == before
    assert not [name for name in desk.databases() if "drill" in name]


def test_a_full_database_is_replaced_only_when_told_and_is_kept(desk, file):
    with desk.connect() as connection:
        connection.execute("CREATE TABLE precious (word text)")

    refused = desk.manage("restore", str(file), fails=True)
    desk.manage("restore", str(file), "--replace")

    assert "is not empty" in refused
    assert "precious" not in desk.counts()
    assert [name for name in desk.databases() if name.startswith("arbook_before_")]


@pytest.mark.parametrize("how", ["cut", "touched", "foreign", "missing"])
def test_a_damaged_file_is_refused(file, how, tmp_path):
    bad = tmp_path / "bad.backup"
    content = file.read_bytes()
    if how == "cut":
        bad.write_bytes(content[: len(content) // 2])
    elif how == "touched":
        bad.write_bytes(content[:-30_000] + b"\xff" * 8 + content[-29_992:])
    elif how == "foreign":
        with tarfile.open(bad, "w") as archive:
            archive.add(__file__, "manifest.json")

    with pytest.raises(backup.BackupRefused):
        backup.unpack(bad, tmp_path)


def test_nobody_else_may_read_the_file(file):
    assert file.stat().st_mode & 0o077 == 0


def test_an_existing_file_is_not_overwritten(file):
    with pytest.raises(backup.BackupRefused, match="exists already"):
        backup.take(file, now=clock.system())


@pytest.mark.django_db
def test_after_a_restore_nothing_is_repeated_unasked():
    company, now = factories.company(), clock.now()
    for number, (kind, minutes) in enumerate(
        [("messaging.send", -5), ("messaging.send", 60), ("messaging.revisit", -5)]
    ):
        outbox.enqueue(
            kind, key=f"k{number}", company=company, now=now,
            not_before=now + timedelta(minutes=minutes),
        )  # fmt: skip

    doubted, stopped = aftermath.settle(taken_at=now - timedelta(hours=3), now=now)

    states = list(Effect.objects.order_by("pk").values_list("state", flat=True))
    assert (doubted, stopped) == (1, 1)
    assert states == ["unsure", "pending", "pending"]
    assert Company.objects.get().stopped_reason.startswith("Restored from the backup of")


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_stop_that_ends_by_itself_does_not_stand_in_for_the_one_after_a_restore(hours):
    now = clock.now()
    until = now + timedelta(hours=hours)
    factories.company(
        stopped_at=now - timedelta(days=2), stopped_reason="lunch", stopped_until=until
    )

    aftermath.settle(taken_at=now - timedelta(hours=3), now=now)

    company = Company.objects.get()
    assert company.stopped_reason.startswith("Restored from the backup of")
    assert company.stopped_until is None
