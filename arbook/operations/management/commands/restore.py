"""``manage.py restore FILE``: a backup put in place, or only tried out with ``--drill``."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.operations import restore
from arbook.operations.backup import BackupRefused
from arbook.operations.server import ProgramFailed


class Command(BaseCommand):
    help = "Restore a backup and prove that everything in it came back."
    # The schema in use may be older, newer or not there at all.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--drill", action="store_true", help="Restore beside everything, compare, take away."
        )
        how.add_argument(
            "--replace", action="store_true", help="Take the place of a database with content."
        )

    def handle(self, *args, file: Path, drill: bool, replace: bool, **options):
        file = file.absolute()
        try:
            if drill:
                proof = restore.drill(file, say=self.stdout.write)
            else:
                proof = restore.put_in_place(
                    file, replace=replace, now=clock.system(), say=self.stdout.write
                )
        except (BackupRefused, restore.RestoreFailed, ProgramFailed) as refusal:
            raise CommandError(str(refusal)) from None
        for difference in proof.differences:
            self.stderr.write(difference)
        self.stdout.write(proof.audit)
        if not proof.holds:
            raise CommandError("What came back is not what was saved.")
        self.stdout.write(
            f"{proof.rows:,} rows of {proof.tables} tables, each table as many as were saved;"
            " the audit chain holds."
        )
