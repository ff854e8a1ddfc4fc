"""``manage.py connect SLUG VENDOR``: give a company's credentials to arbook.

Secrets may be arguments, but arguments show in process lists: a lone ``-`` reads the secret from
standard input (one line each, in the order of the options), and a missing option is taken from the
environment, ``ARBOOK_REFRESH_TOKEN`` for ``--refresh-token`` and so on.
"""

import os
import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company
from arbook.setup import connections

OPTIONS = {
    "quickbooks": ["realm", "refresh_token"],
    "stripe": ["secret_key", "webhook_secret"],
    "twilio": ["account_sid", "auth_token", "messaging_service", "webhook_keys"],
    "slack": ["bot_token", "channel"],
}
CONNECT = {
    "quickbooks": connections.quickbooks,
    "stripe": connections.with_stripe,
    "twilio": connections.with_twilio,
    "slack": connections.with_slack,
}


class Command(BaseCommand):
    help = "Connect a company to QuickBooks, Stripe, Twilio or Slack."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("vendor", help=", ".join(OPTIONS))
        for names in OPTIONS.values():
            for name in names:
                parser.add_argument(
                    f"--{name.replace('_', '-')}", dest=name, help="value, or - for standard input"
                )

    def handle(self, *args, slug: str, vendor: str, **options):
        if vendor not in OPTIONS:
            raise CommandError(f"There is no vendor {vendor}; there are {', '.join(OPTIONS)}.")
        company = Company.objects.filter(slug=slug).first()
        if company is None:
            raise CommandError(f"There is no company {slug}; create it with: manage.py company")
        given = {name: self._value(name, options.get(name)) for name in OPTIONS[vendor]}
        missing = [
            name for name, value in given.items() if not value and name not in connections.OPTIONAL
        ]
        if missing:
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
            raise CommandError(f"{vendor} also needs {flags}.")
        try:
            connection = CONNECT[vendor](company, by=None, now=clock.now(), **given)
        except connections.NotConnected as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(f"{vendor}: {' '.join(error.messages)}") from error
        self.stdout.write(f"connected {slug} to {connection.get_vendor_display()}")

    def _value(self, name: str, given: str | None) -> str:
        if given == "-":
            return sys.stdin.readline().strip()
        return (
            given if given is not None else os.environ.get(f"ARBOOK_{name.upper()}", "")
        ).strip()
