"""``manage.py resume``: let messages leave again."""

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.setup import stopping
from arbook.setup.management.commands.stop import add_scope, scope


class Command(BaseCommand):
    help = "End the stop of a company, or of every company; what waited leaves now."

    def add_arguments(self, parser):
        add_scope(parser)

    def handle(self, *args, **options):
        company, by = scope(options)
        try:
            if company:
                stopping.resume(company, by=by, now=clock.now())
            elif not stopping.resume_everything(by=by, now=clock.now()):
                raise CommandError("Every company at once was not stopped.")
        except stopping.StopRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"resumed: {company.name if company else 'every company'}")
