"""``manage.py sync SLUG``: bring the mirror of a company's books up to date."""

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways.errors import VendorError
from invoices import sync


class Command(BaseCommand):
    help = "Read a company's books: everything the first time, changes afterwards."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--full", action="store_true", help="Read everything again.")

    def handle(self, *args, slug: str, full: bool, **options):
        company = Company.objects.filter(slug=slug).first()
        if company is None:
            raise CommandError(f"There is no company {slug}.")
        read = sync.full if full else sync.run
        try:
            report = read(company, now=clock.now())
        except VendorError as error:
            raise CommandError(f"QuickBooks: {error}") from error
        if report.is_busy:
            raise CommandError("These books are being read by another process right now.")
        for name, counts in report.counts.items():
            told = ", ".join(f"{count} {word}" for word, count in counts.items())
            self.stdout.write(f"{name}: {told}")
        if not report.counts:
            self.stdout.write("nothing changed")
