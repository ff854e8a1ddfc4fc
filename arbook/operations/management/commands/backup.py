"""``manage.py backup FILE``: the whole database in one file, taken while the product works."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.operations import backup
from arbook.operations.server import ProgramFailed


class Command(BaseCommand):
    help = "Write the whole database, as it is at one instant, into one file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options):
        try:
            manifest = backup.take(file.absolute(), now=clock.system())
        except (backup.BackupRefused, ProgramFailed) as refusal:
            raise CommandError(str(refusal)) from None
        size = file.stat().st_size / 1_000_000
        self.stdout.write(
            f"{file}: {manifest.total:,} rows of {len(manifest.rows)} tables, {size:.1f} MB,"
            f" audit chain up to seal {manifest.audit_seals:,}"
        )
        self.stdout.write(
            "CREDENTIAL_KEYS and SECRET_KEY are not in it: keep them, and keep them elsewhere."
        )
