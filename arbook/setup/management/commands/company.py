"""``manage.py company SLUG``: create a client company or change its settings."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company, Membership, Role, User
from arbook.setup import companies


class Command(BaseCommand):
    help = "Create a client company, or change the settings that are given."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        for name in companies.SETTABLE:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name)
        parser.add_argument("--mode", choices=Company.Mode.values)
        parser.add_argument(
            "--member",
            action="append",
            default=[],
            metavar="EMAIL:ROLE",
            help="Add a person (viewer, bookkeeper, manager or owner); may be repeated.",
        )

    def handle(self, *args, slug: str, member: list[str], **options):
        given = {
            name: options[name]
            for name in [*companies.SETTABLE, "mode"]
            if options.get(name) is not None
        }
        try:
            company, created = companies.save(slug, given, by=None, now=clock.now())
        except ValidationError as error:
            raise CommandError("; ".join(_sentences(error))) from error
        for entry in member:
            self._add(company, entry)
        self.stdout.write(
            f"{'created' if created else 'saved'} {company.slug}: {company.name}, "
            f"{company.timezone}, {company.get_mode_display()}"
        )
        self.stdout.write(f"stripe webhook: {companies.webhook_url(company, 'stripe')}")
        self.stdout.write(f"twilio webhook: {companies.webhook_url(company, 'twilio')}")

    def _add(self, company: Company, entry: str) -> None:
        email, _, role = entry.rpartition(":")
        if not email or role.upper() not in Role.names:
            raise CommandError(f"--member {entry}: give EMAIL:ROLE, ROLE one of viewer, ...")
        user, _ = User.objects.get_or_create(email=email.lower())
        Membership.objects.update_or_create(
            company=company, user=user, defaults={"role": Role[role.upper()]}
        )


def _sentences(error: ValidationError):
    if hasattr(error, "message_dict"):
        for field, messages in error.message_dict.items():
            yield f"--{field.replace('_', '-')}: {' '.join(messages)}"
    else:
        yield from error.messages
