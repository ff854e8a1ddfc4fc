"""Take one letter from standard input as a reply: what a mailbox pipes here is heard."""

import sys

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company
from messaging import mail_in


class Command(BaseCommand):
    help = "manage.py mail_in SLUG < letter.eml"

    def add_arguments(self, parser):
        parser.add_argument("slug")

    def handle(self, *args, slug: str, **options):
        company = Company.objects.filter(slug=slug).first()
        if company is None:
            raise CommandError(f"There is no company {slug}.")
        now = clock.now()
        raw = sys.stdin.buffer.read(mail_in.MOST_BYTES + 1)
        try:
            received = mail_in.receive(company, raw, received_at=now, now=now)
        except mail_in.MailRefused as refusal:
            raise CommandError(str(refusal)) from None
        what = "Stored" if received.is_new else "Already known"
        self.stdout.write(
            f"{what}: {received.thread}, read as {received.message.reading['intent']}."
        )
