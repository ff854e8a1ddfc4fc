"""``manage.py retention``: take out now what is older than companies keep, or say what would go."""

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company
from arbook.setup import retention


class Command(BaseCommand):
    help = "Take out what is older than each company keeps; the schedule does it daily."

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="?", help="One company; without it every active one.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")

    def handle(self, *args, slug: str | None, dry_run: bool, **options):
        companies = Company.objects.active()
        if slug:
            companies = Company.objects.filter(slug=slug)
            if not companies:
                raise CommandError(f"There is no company {slug}.")
        for company in companies:
            counts = retention.age_out(company, now=clock.now(), dry_run=dry_run)
            verb = "would go" if dry_run else "taken out"
            self.stdout.write(f"{company.slug}: {verb}: {retention.in_words(counts)}")
