"""One company fully connected to the sandbox, and the acts a story is made of.

``Desk`` is what reconciliation tests and journeys start from. ``work`` is the worker's round in
this process; with a live server the sandbox delivers its webhooks there over HTTP, without one
``deliver`` hands Stripe's events in through the real door.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.test import Client

from arbook import clock
from arbook.companies.models import Company, Role, User
from arbook.gateways import connections, quickbooks
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import run_due
from arbook.sandbox import clock as movable
from arbook.schedule import JOBS
from arbook.setup import companies
from arbook.setup.work import Round, until_quiet
from customers.models import Channel, ConsentEvent, Customer
from invoices import cadence, sync
from invoices.models import Invoice
from messaging import approving, dispatch, jobs
from messaging.models import Message
from tests import factories

ZONE = ZoneInfo("America/New_York")
PASSWORD = "correct horse battery"
# A Tuesday morning without a holiday near.
MORNING = datetime(2026, 11, 10, 10, 5, tzinfo=ZONE)


class Desk:
    """A company, its four vendors, and the days that pass."""

    def __init__(self, sandbox, *, slug: str = "harbor", number: int = 1, **fields):
        connections.forget()
        self.sandbox = sandbox
        fields = {
            "mode": Company.Mode.REVIEW,
            "timezone": "America/New_York",
            "reply_email": f"desk@{slug}.example",
            "test_email": f"test@{slug}.example",
            "test_phone": f"+1212555099{number}",
            "alert_email": f"staff@{slug}.example",
        } | fields
        self.company = factories.company(slug=slug, name="Harbor Dental", **fields)
        realm = f"913035000000000{number}"
        app = sandbox.quickbooks.app
        app.client_id, app.client_secret = (
            settings.QUICKBOOKS_CLIENT_ID,
            settings.QUICKBOOKS_CLIENT_SECRET,
        )
        app.verifier_token = settings.QUICKBOOKS_WEBHOOK_TOKEN
        app.webhook_url = companies.webhook_url(self.company, "quickbooks")
        self.books = sandbox.quickbooks.add_company(
            realm, "Harbor Dental", timezone=fields["timezone"], refresh_token=f"RT-{slug}"
        )
        quickbooks.adopt(self.company, realm, f"RT-{slug}", clock.now())
        self.payer = sandbox.stripe_vendor.add_account(
            f"acct_{slug}",
            "Harbor Dental",
            secret_key=f"sk_test_{slug}",
            webhook_secret=f"whsec_{slug}",
            webhook_url=companies.webhook_url(self.company, "stripe"),
        )
        self._connect("stripe", f"acct_{slug}", {
            "secret_key": f"sk_test_{slug}", "webhook_secret": f"whsec_{slug}"})  # fmt: skip
        sid, service = f"AC{number:032x}", f"MG{number:032x}"
        self.carrier = sandbox.twilio_vendor.add_account(
            sid,
            "Harbor Dental",
            auth_token=f"token-{slug}",
            brand_sid=f"BN{number:032x}",
            services=[
                {
                    "sid": service,
                    "name": "Reminders",
                    "numbers": [f"+1718555010{number}"],
                    "campaign_sid": f"QE{number:032x}",
                    "inbound_url": companies.webhook_url(self.company, "twilio"),
                }
            ],
        )
        self._connect("twilio", sid, {"auth_token": f"token-{slug}"}, messaging_service=service)
        jobs.read_campaign(self.company, clock.now())
        self._connect("slack", "T1", {"bot_token": sandbox.slack.workspace.token},
                      channel="#receivables")  # fmt: skip
        cadence.ensure_default(self.company, now=clock.now())

    def _connect(self, vendor: str, external_id: str, secrets: dict, **options) -> None:
        Connection.objects.create(
            company=self.company,
            vendor=vendor,
            external_id=external_id,
            secrets=secrets,
            options=options,
            connected_at=clock.now(),
        )

    # --- People ----------------------------------------------------------------------------------

    def member(self, role: Role = Role.BOOKKEEPER) -> User:
        return factories.membership(
            self.company,
            role=role,
            person=factories.user(
                email=f"{role.label}@{self.company.slug}.example", password=PASSWORD
            ),
        ).user

    # --- The books -------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return self.company.local_date(clock.now())

    def owes(
        self,
        name: str,
        *amounts: str,
        days_ago: int = 14,
        terms: int = 10,
        mobile: str = "",
        email: str | None = "",
        consent: bool = True,
    ) -> list[str]:
        """A customer of the books with open invoices; returns the invoices' ids there."""
        word = "".join(letter for letter in name.lower() if letter.isalnum())
        made = self.books.add_customer(
            name,
            email=f"ap@{word}.example" if email == "" else email,
            mobile=mobile,
            BillAddr={"Line1": "1 Main St", "City": "New York", "CountrySubDivisionCode": "NY",
                      "PostalCode": "10001"},
        )  # fmt: skip
        issued = self.today - timedelta(days=days_ago)
        ids = [
            self.books.add_invoice(
                made["Id"],
                amount,
                TxnDate=str(issued),
                DueDate=str(issued + timedelta(days=terms)),
                DocNumber=f"{1000 + int(made['Id'])}-{number}",
            )["Id"]
            for number, amount in enumerate(amounts)
        ]
        if mobile and consent:
            factories.ConsentEvent.objects.create(
                company=self.company,
                channel=Channel.SMS,
                address=mobile,
                direction=ConsentEvent.Direction.GIVEN,
                source=ConsentEvent.Source.IMPORT,
                at=clock.now(),
            )
        return ids

    def sync(self) -> None:
        sync.run(self.company, now=clock.now())

    def invoice(self, book_id: str) -> Invoice:
        return Invoice.objects.select_related("customer", "company").get(
            company=self.company, quickbooks_id=book_id
        )

    def customer(self, name: str) -> Customer:
        return Customer.objects.get(company=self.company, name=name)

    # --- Time and work ---------------------------------------------------------------------------

    def at(self, instant: datetime) -> None:
        movable.move_to(instant)

    def later(self, **delta) -> None:
        movable.move(timedelta(**delta))

    def work(self) -> Round:
        """Deliver what the vendors still hold, and do everything that is due."""
        self.sandbox.settle()
        done = until_quiet()
        self.sandbox.settle()
        until_quiet()
        return done

    # --- Reminders -------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Bring the proposals in line with what is due."""
        dispatch.prepare(self.company, now=clock.now())

    def approved(self, name: str, *, by: User | None = None) -> Message:
        """The customer's reminder, approved by a bookkeeper, its undo time over."""
        self.prepare()
        message = Message.objects.of(self.company).get(customer__name=name, state="proposed")
        approving.approve([message], by=by or self.member(), now=clock.now())
        self.later(seconds=self.company.undo_seconds + 1)
        message.refresh_from_db()
        return message

    def passes(self, *, by: User | None = None, **delta) -> None:
        """Let time pass, run every job, and do the work; ``by`` approves whatever is proposed."""
        self.later(**delta)
        ran = run_due(JOBS, now=clock.now(), everything=True)
        assert all(one.ok for one in ran), ran
        if by:
            proposed = Message.objects.of(self.company).filter(state=Message.State.PROPOSED)
            approving.approve(proposed, by=by, now=clock.now())
            self.later(seconds=self.company.undo_seconds + 1)
        self.work()

    def texts(self, number: str) -> list:
        """What reached this phone."""
        return self.sandbox.phone(number).received

    def sent_to(self, number: str) -> list:
        """What we handed to the carrier for this number; its own automatic answers are not ours."""
        return [one for one in self.texts(number) if one.direction == "outbound-api"]

    def letters(self, to: str) -> list:
        """What reached this address."""
        return [letter for letter in self.sandbox.mailbox if to in letter.to]

    # --- Stripe without a live server ------------------------------------------------------------

    def events(self) -> list[dict]:
        """Everything Stripe would tell, oldest first."""
        return self.payer.all("event")

    def deliver(self, events: list[dict]) -> None:
        """Hand events in through the real door, signed."""
        import json

        import stripe

        for event in events:
            body = json.dumps(event)
            header = stripe.WebhookSignature.generate_signature_header(
                body, f"whsec_{self.company.slug}", int(clock.now().timestamp())
            )
            answer = Client().post(
                companies.webhook_url(self.company, "stripe").removeprefix(settings.PUBLIC_URL),
                body,
                content_type="application/json",
                headers={"Stripe-Signature": header},
            )
            assert answer.status_code == 200, answer.content
