"""``manage.py company SLUG``: create a client company or change its settings."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from arbook import clock
from arbook.companies.models import Company, Role
from arbook.setup import companies, members


class Command(BaseCommand):
    help = "Create a client company, or change the settings that are given."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        for name in companies.SETTABLE:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name)
        parser.add_argument("--mode", help=", ".join(Company.Mode.values))
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
        people = [_person(entry) for entry in member]
        now = clock.now()
        try:
            with transaction.atomic():
                company, created = companies.save(slug, given, by=None, now=now)
                for email, role in people:
                    members.put(company, email=email, role=role, by=None, now=now)
        except (ValidationError, members.MemberRefused) as error:
            raise CommandError("; ".join(_sentences(error))) from error
        self.stdout.write(
            f"{'created' if created else 'saved'} {company.slug}: {company.name}, "
            f"{company.timezone}, {company.get_mode_display()}"
        )
        second = "required" if company.second_factor_required else "not required"
        self.stdout.write(f"second factor: {second} of managers and owners")
        self.stdout.write(f"stripe webhook: {companies.webhook_url(company, 'stripe')}")
        self.stdout.write(f"twilio webhook: {companies.webhook_url(company, 'twilio')}")


def _person(entry: str) -> tuple[str, Role]:
    email, _, role = entry.rpartition(":")
    try:
        validate_email(email)
        return email, Role[role.strip().upper()]
    except (ValidationError, KeyError):
        roles = ", ".join(role.label for role in Role)
        raise CommandError(
            f"--member {entry}: give EMAIL:ROLE, a role is one of {roles}."
        ) from None


def _sentences(error: Exception):
    if isinstance(error, ValidationError) and hasattr(error, "message_dict"):
        for field, messages in error.message_dict.items():
            option = "SLUG" if field == "slug" else f"--{field.replace('_', '-')}"
            yield f"{option}: {' '.join(messages)}"
    else:
        yield from getattr(error, "messages", [str(error)])
