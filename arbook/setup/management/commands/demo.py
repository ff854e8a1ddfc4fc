"""``manage.py demo``: make the simulated vendors and the two companies ready."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from arbook import clock
from arbook.gateways.errors import VendorError
from arbook.heartbeat.jobs import run_due
from arbook.setup import connections, demo


class Command(BaseCommand):
    help = "Seed the simulated vendors, connect two companies to them, and run the first jobs."

    def handle(self, *args, **options):
        if not settings.DEVELOPMENT:
            raise CommandError("The demo is for development (ARBOOK_ENV=development).")
        try:
            people = demo.prepare(say=self.stdout.write)
        except (demo.NoSandbox, connections.NotConnected, VendorError) as error:
            raise CommandError(str(error)) from error
        run_due(import_string("arbook.schedule.JOBS"), now=clock.now())
        local = clock.now().astimezone(demo.ZoneInfo("America/New_York"))
        self.stdout.write(f"\nThe clock stands at {local:%A %B %d, %H:%M} in New York.")
        self.stdout.write("Sign in as")
        for one in people:
            self.stdout.write(f"  {one.role:<11} {one.email:<28} {one.password}")
        self.stdout.write("The second factor is not required here; a new company asks for it.")
