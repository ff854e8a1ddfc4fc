"""``manage.py restored TAKEN_AT``: what follows a restore, whoever made it."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.operations import aftermath


class Command(BaseCommand):
    help = "After a restore: stop every company, and ask vendors before anything is tried again."

    def add_arguments(self, parser):
        parser.add_argument("taken_at", help="When the backup was taken, with its offset from UTC.")

    def handle(self, *args, taken_at: str, **options):
        try:
            instant = datetime.fromisoformat(taken_at)
        except ValueError as error:
            raise CommandError(f"{taken_at} is no instant: {error}") from None
        if instant.tzinfo is None:
            raise CommandError("Say the offset from UTC, for example 2026-11-20T09:00:00+00:00.")
        doubted, stopped = aftermath.settle(taken_at=instant, now=clock.now())
        self.stdout.write(
            f"{doubted} acts are asked at their vendors first; {stopped} companies are stopped"
            " until a person resumes them."
        )
