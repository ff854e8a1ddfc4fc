"""A company on the simulated wire: books, texts and mail, with customers who may be reminded."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.outbox import drain
from arbook.sandbox import clock as movable
from customers.models import Channel, Customer
from invoices import cadence, sync
from invoices.models import Invoice
from messaging import approving, dispatch, jobs, proposals
from messaging.models import Message
from tests import factories
from tests.invoices.connected import company_with_books

# A Friday, ten in the morning in Hartford.
MORNING = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MOBILE = "+18605550142"


class Desk:
    """What a test takes in hand."""

    def __init__(self, sandbox, **fields):
        movable.move_to(MORNING)
        self.sandbox = sandbox
        fields = {
            "mode": Company.Mode.REVIEW,
            "reply_email": "desk@harbor.example",
            "test_email": "test@desk.example",
            "test_phone": "+18605550999",
        } | fields
        self.company, self.ledger = company_with_books(sandbox, **fields)
        service = {"sid": "MG1", "name": "Reminders", "numbers": ["+18605550100"]}
        self.carrier = sandbox.twilio_vendor.add_account(
            "AC1",
            "Harbor Dental",
            auth_token="token-1",
            services=[service | {"campaign_sid": "QE1"}],
            brand_sid="BN1",
        )
        Connection.objects.create(
            company=self.company,
            vendor=Connection.Vendor.TWILIO,
            external_id="AC1",
            secrets={"auth_token": "token-1"},
            options={"messaging_service": "MG1"},
        )
        jobs.read_campaign(self.company, clock.now())
        cadence.ensure_default(self.company, now=clock.now())
        self._customers: dict[str, str] = {}

    @property
    def now(self) -> datetime:
        return clock.now()

    def owes(
        self, name: str, amount: str = "100.00", *, days: int = 15, mobile: str = MOBILE, **fields
    ) -> str:
        """A customer with one invoice of this age in days; returns the invoice's id."""
        if name not in self._customers:
            made = self.ledger.add_customer(
                name,
                email=f"ap@{name.split()[0].lower()}.example",
                mobile=mobile,
                BillAddr={
                    "Line1": "1 Main St",
                    "City": "Hartford",
                    "CountrySubDivisionCode": "CT",
                    "PostalCode": "06103",
                },
            )
            self._customers[name] = made["Id"]
        today = self.company.local_date(self.now)
        issued = today - timedelta(days=days)
        fields = {"TxnDate": str(issued), "DueDate": str(issued + timedelta(days=5))} | fields
        return self.ledger.add_invoice(self._customers[name], amount, **fields)["Id"]

    def read(self) -> None:
        """The whole books into the mirror."""
        sync.full(self.company, now=self.now)

    def allows_texts(self, name: str) -> None:
        contact = self.customer(name).contacts.get(channel=Channel.SMS)
        factories.consent(contact, at=self.now - timedelta(days=30))

    def customer(self, name: str) -> Customer:
        return Customer.objects.get(company=self.company, name=name)

    def invoice(self, quickbooks_id: str) -> Invoice:
        return Invoice.objects.get(company=self.company, quickbooks_id=quickbooks_id)

    def ready(self, name: str = "Alder Finch", amount: str = "100.00", **fields) -> Message:
        """One customer with a text proposed to them."""
        self.owes(name, amount, **fields)
        self.read()
        self.allows_texts(name)
        self.prepare()
        return self.message(name)

    def prepare(self) -> proposals.Prepared:
        return dispatch.prepare(self.company, now=self.now)

    def message(self, name: str = "Alder Finch") -> Message:
        return Message.objects.filter(customer__name=name).latest("pk")

    def approve(self, *messages: Message, by=None) -> approving.Approved:
        by = by or self.bookkeeper
        return approving.approve(messages or [self.message()], by=by, now=self.now)

    @property
    def bookkeeper(self):
        if not hasattr(self, "_bookkeeper"):
            self._bookkeeper = factories.member(self.company)
        return self._bookkeeper

    def pass_undo(self) -> None:
        movable.move(timedelta(seconds=self.company.undo_seconds + 1))

    def send(self, *kinds: str) -> dict:
        """Do what is due, one after the other in this thread."""
        return drain.drain(now=clock.now, kinds=kinds or ["messaging.send"])

    def texts(self, number: str = MOBILE) -> list[str]:
        return [one.body for one in self.carrier.outbound(number)]

    def pays(self, invoice: str, amount: str | Decimal, name: str = "Alder Finch") -> None:
        """A check, recorded in QuickBooks by somebody there."""
        self.ledger.pay(self._customers[name], amount, {invoice: amount})
