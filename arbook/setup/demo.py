"""The demo: two client companies at the simulated vendors, ready to work with.

What the sandbox holds is vendors' data; ours appears because the real connections were made and
the real sync ran. Doing it again changes nothing that is there.
"""

import json
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from arbook import clock
from arbook.companies.models import Company, Membership, Role, User
from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from arbook.setup import companies, connections
from customers import consent
from customers.models import Channel, ConsentEvent
from invoices import cadence, drift, sync
from invoices.models import BooksState

PASSWORD = "desk-by-the-window"  # noqa: S105 (printed for everybody to see)
PEOPLE = {
    "bookkeeper@arbook.example": Role.BOOKKEEPER,
    "manager@arbook.example": Role.MANAGER,
    "owner@arbook.example": Role.OWNER,
    "viewer@arbook.example": Role.VIEWER,
}
COLORS = ["teal", "amber"]
CONSENT = (
    "By signing the service agreement I agree to receive payment reminders by text at this number."
)
FIRST_HOUR = 10


class NoSandbox(Exception):
    """The simulated vendors do not answer. The message is fit for the terminal."""


@dataclass(frozen=True)
class SignIn:
    email: str
    role: str
    password: str = PASSWORD


def control(path: str, **sent) -> dict | list:
    """One call of the sandbox's admin API: a GET without fields, else a POST."""
    request = urllib.request.Request(  # noqa: S310 (loopback)
        f"{settings.SANDBOX_URL}/_control{path}",
        data=json.dumps(sent).encode() if sent else None,
        headers={"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)
    except OSError as error:
        where = settings.SANDBOX_URL
        raise NoSandbox(f"The sandbox does not answer at {where}: {error}") from error


def prepare(*, say=print) -> list[SignIn]:
    """Seed the vendors, make companies and people, connect, sync; returns who may sign in."""
    if not control("/state")["facts"]:
        movable.move_to(working_morning(clock.system()))
    facts = control("/seed", number=1)["facts"]
    control(
        "/quickbooks/app",
        webhook_url=f"{settings.PUBLIC_URL}/webhooks/quickbooks/",
        verifier_token=settings.QUICKBOOKS_WEBHOOK_TOKEN,
        client_id=settings.QUICKBOOKS_CLIENT_ID,
        client_secret=settings.QUICKBOOKS_CLIENT_SECRET,
    )
    control(
        "/mail/provider",
        provider="postmark",
        secret=settings.POSTMARK_WEBHOOK_SECRET.partition(",")[0],
        inbound_url=settings.PUBLIC_URL + reverse("webhooks:mail_inbound", args=["postmark"]),
        tracking_url=settings.PUBLIC_URL + reverse("webhooks:mail_tracking", args=["postmark"]),
    )
    slack_token = control("/state")["slack"]["token"]
    for number, told in enumerate(facts["companies"].values()):
        company = _company(told, COLORS[number % len(COLORS)])
        _connect(company, told, slack_token)
        if not BooksState.objects.filter(company=company, full_synced_at__isnull=False).exists():
            _first_day(company, told, say)
    return [SignIn(email, Role(role).label) for email, role in PEOPLE.items()]


def working_morning(today: datetime) -> datetime:
    """Ten o'clock in New York on the last working day up to today, so that a demo can send."""
    free = holidays.country_holidays("US")
    day = today.astimezone(ZoneInfo("America/New_York")).replace(
        hour=FIRST_HOUR, minute=5, second=0, microsecond=0
    )
    while day.weekday() > 4 or day.date() in free:
        day -= timedelta(days=1)
    return day


@transaction.atomic
def _company(told: dict, color: str) -> Company:
    now = clock.now()
    company = Company.objects.filter(slug=told["slug"]).first()
    if company is None:
        company, _ = companies.save(
            told["slug"],
            {
                "name": told["name"],
                "timezone": told["timezone"],
                "color": color,
                "mode": Company.Mode.REVIEW,
                "test_email": "dry-run@arbook.example",
                "test_phone": "+12025550199",
                "reply_email": f"billing@{told['slug'].replace('-', '')}.example",
                "phone": told["twilio"]["number"],
                # One step into the demo; the command says so.
                "second_factor_required": False,
            },
            by=None,
            now=now,
        )
    for email, role in PEOPLE.items():
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD)
        Membership.objects.get_or_create(company=company, user=user, defaults={"role": role})
    return company


def _connect(company: Company, told: dict, slack_token: str) -> None:
    now = clock.now()
    there = {one.vendor for one in Connection.objects.of(company) if one.is_usable}
    control(
        "/stripe/accounts",
        id=told["stripe"]["id"],
        webhook_url=companies.webhook_url(company, "stripe"),
    )
    control(
        "/twilio/accounts",
        sid=told["twilio"]["sid"],
        inbound_url=companies.webhook_url(company, "twilio"),
    )
    if "quickbooks" not in there:
        grant = control(f"/quickbooks/realms/{told['realm']}/grant", ask=True)
        connections.quickbooks(
            company, realm=told["realm"], refresh_token=grant["refresh_token"], by=None, now=now
        )
    if "stripe" not in there:
        connections.with_stripe(
            company,
            secret_key=told["stripe"]["secret_key"],
            webhook_secret=told["stripe"]["webhook_secret"],
            by=None,
            now=now,
        )
    if "twilio" not in there:
        connections.with_twilio(
            company,
            account_sid=told["twilio"]["sid"],
            auth_token=told["twilio"]["auth_token"],
            messaging_service=told["twilio"]["service"],
            by=None,
            now=now,
        )
    if "slack" not in there:
        connections.with_slack(
            company, bot_token=slack_token, channel="#receivables", by=None, now=now
        )


def _first_day(company: Company, told: dict, say) -> None:
    """The first sync, the consent the company can prove, and the plan that follows."""
    cadence.ensure_default(company, now=clock.now())
    report = sync.full(company, now=clock.now())
    read = ", ".join(f"{counts['created']} {name}" for name, counts in report.counts.items())
    say(f"{company.name}: read {read}")
    for number in sorted(set(told["consented"].values())):
        consent.grant(
            company,
            channel=Channel.SMS,
            address=number,
            source=ConsentEvent.Source.IMPORT,
            wording=CONSENT,
            evidence={"document": "service agreement"},
            by=None,
            now=clock.now(),
        )
    drift.check(company, now=clock.now())
