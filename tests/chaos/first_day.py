"""``python -m tests.chaos.first_day SEED CUSTOMERS``: what is set up before the day begins.

Companies, people, connections, the first reading of the books, and the consent that is on file:
all through the product's own functions. Runs under the house's environment.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbook.settings")
django.setup()

from arbook import clock  # noqa: E402
from arbook.companies.models import Company, Membership, Role, User  # noqa: E402
from arbook.setup import companies, connections, demo  # noqa: E402
from customers import consent  # noqa: E402
from customers.models import Channel, ConsentEvent  # noqa: E402
from invoices import cadence, sync  # noqa: E402
from tests.chaos.cast import Client, cast  # noqa: E402

PASSWORD = "desk-by-the-window"


def main(seed: int, customers: int) -> None:
    for client in cast(seed, customers=customers):
        company = _company(client)
        _connect(company, client)
        cadence.ensure_default(company, now=clock.now())
        for payer in client.payers:
            if payer.consents:
                consent.grant(
                    company,
                    channel=Channel.SMS,
                    address=payer.mobile,
                    source=ConsentEvent.Source.IMPORT,
                    wording="Agreed to texts in the service agreement.",
                    by=None,
                    now=clock.now(),
                )
        report = sync.full(company, now=clock.now())
        print(client.slug, company.uuid, report.counts)


def _company(client: Client) -> Company:
    company, _ = companies.save(
        client.slug,
        {
            "name": client.name,
            "timezone": client.zone,
            "mode": Company.Mode.REVIEW,
            "test_email": f"test@{client.slug}.example",
            "test_phone": "+12025550199",
            "reply_email": f"desk@{client.slug}.example",
            "alert_email": f"staff@{client.slug}.example",
        },
        by=None,
        now=clock.now(),
    )
    person = User.objects.create_user(client.bookkeeper, PASSWORD)
    Membership.objects.create(company=company, user=person, role=Role.BOOKKEEPER)
    return company


def _connect(company: Company, client: Client) -> None:
    now, secrets = clock.now(), client.secrets
    connections.quickbooks(
        company, realm=client.realm, refresh_token=secrets["refresh_token"], by=None, now=now
    )
    connections.with_stripe(
        company,
        secret_key=secrets["secret_key"],
        webhook_secret=secrets["webhook_secret"],
        by=None,
        now=now,
    )
    connections.with_twilio(
        company,
        account_sid=client.sid,
        auth_token=secrets["auth_token"],
        messaging_service=client.service,
        by=None,
        now=now,
    )
    token = demo.control("/state")["slack"]["token"]
    connections.with_slack(company, bot_token=token, channel="#receivables", by=None, now=now)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
