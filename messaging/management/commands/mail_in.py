"""Take one letter from standard input: what a mailbox pipes here is kept, then heard.

Exit 0 means that it is stored, 75 that the mail server should try again later (sysexits.h).
"""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.urls import reverse

from arbook.companies.models import Company
from arbook.gateways import signatures
from arbook.webhooks import mail
from messaging import mail_in

TRY_AGAIN = 75


class Command(BaseCommand):
    help = "manage.py mail_in SLUG < letter.eml"

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="?", default="")
        parser.add_argument("--recipient", default="", help="the address it was delivered to")
        parser.add_argument("--key", action="store_true", help="show where and how to post letters")

    def handle(self, *args, slug: str, recipient: str, key: bool, **options):
        # Taken off the line first: a mail server that pipes must not break off.
        raw = b"" if key else sys.stdin.buffer.read(mail_in.MOST_BYTES + 1)
        try:
            company = self._company(slug)
            if key:
                return self._tell(company)
            if not raw.strip():
                raise CommandError("There is no letter on standard input.")
            if len(raw) > mail_in.MOST_BYTES:
                raise CommandError("The letter is too large.")
            mail.store_letter(company.pk if company else None, raw, recipient=recipient)
        except DatabaseError as trouble:
            self.stderr.write(f"Not stored: {str(trouble).splitlines()[0]}")
            sys.exit(TRY_AGAIN)
        self.stdout.write("Stored. The worker takes it up.")
        return None

    def _company(self, slug: str) -> Company | None:
        """The company named; without a name, the letter itself says for whom it is."""
        if not slug:
            return None
        company = Company.objects.filter(slug=slug).first()
        if company is None:
            raise CommandError(f"There is no company {slug}.")
        return company

    def _tell(self, company: Company | None) -> None:
        if company is None:
            raise CommandError("Say for which company.")
        keys = signatures.raw_mail_keys(company.uuid)
        if not keys:
            raise CommandError("MAIL_IN_SECRET is not set: that door is closed.")
        path = reverse("webhooks:mail_raw", args=[company.uuid])
        self.stdout.write(f"POST the raw letter to {settings.PUBLIC_URL}{path}")
        self.stdout.write(f"{mail.SIGNATURE}: t=<seconds>,v1=<HMAC-SHA256 of '<seconds>.<letter>'>")
        self.stdout.write(f"key: {keys[0]}")
