"""``manage.py stop``: let nothing leave, for one company or for all."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company, User
from arbook.setup import stopping


class Command(BaseCommand):
    help = "Stop all sending of a company, or of every company, until a time or until resume."

    def add_arguments(self, parser):
        add_scope(parser)
        parser.add_argument("--reason", required=True, help="What people read on every page.")
        parser.add_argument("--until", help="When it ends, for example 2026-12-01T14:00-05:00.")

    def handle(self, *args, reason: str, until: str | None, **options):
        company, by = scope(options)
        now, end = clock.now(), _instant(until)
        try:
            if company:
                stopping.stop(company, reason=reason, until=end, by=by, now=now)
            else:
                stopping.stop_everything(reason=reason, until=end, by=by, now=now)
        except stopping.StopRefused as refusal:
            raise CommandError(str(refusal)) from None
        who = company.name if company else "every company"
        self.stdout.write(f"stopped: {who}{f' until {end.isoformat()}' if end else ''}")


def add_scope(parser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--company", metavar="SLUG")
    which.add_argument("--all", action="store_true", help="Every company; needs --by.")
    parser.add_argument("--by", metavar="EMAIL", help="The person who says so.")


def scope(options: dict) -> tuple[Company | None, User | None]:
    """The company, None for all of them, and the person; raises CommandError."""
    by = None
    if options["by"]:
        by = User.objects.filter(email__iexact=options["by"]).first()
        if by is None:
            raise CommandError(f"--by: nobody has the address {options['by']}.")
    if options["all"]:
        if by is None:
            raise CommandError("--all needs --by EMAIL: a stop of every company has a name.")
        return None, by
    company = Company.objects.filter(slug=options["company"]).first()
    if company is None:
        raise CommandError(f"--company: there is no company {options['company']}.")
    return company, by


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--until: {error}") from None
    if instant.tzinfo is None:
        raise CommandError("--until needs an offset, for example 2026-12-01T14:00-05:00.")
    return instant
