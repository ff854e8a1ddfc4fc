"""A company that texts through the simulated Twilio, with one customer who has a phone."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from arbook.companies.models import Company
from arbook.gateways import connections
from arbook.gateways.models import Connection
from arbook.setup.work import until_quiet
from customers.models import Channel, Contact, Customer
from tests import factories

NUMBER = "+18605550100"
PHONE = "+12125550142"


@dataclass
class Line:
    """Both ends of the line."""

    company: Company
    customer: Customer
    contact: Contact
    sandbox: Any
    carrier: Any

    def hears(self, body: str, *, sender: str = PHONE) -> None:
        """The customer texts; the webhook comes and is understood."""
        self.sandbox.phone(sender).reply(body, to=NUMBER)
        self.sandbox.settle()
        self.work()

    def work(self) -> None:
        until_quiet()
        self.sandbox.settle()
        until_quiet()

    def received(self, number: str = PHONE) -> list[str]:
        """What this phone got from us, the carrier's own answers left out."""
        return [one.body for one in self.carrier.outbound(number)]


def line(sandbox, **fields) -> Line:
    """The line, with consent given."""
    connections.forget()
    fields = {"slug": "harbor", "name": "Harbor Dental", "mode": "review"} | fields
    company = factories.company(**fields)
    service = {"sid": "MG1", "name": "Harbor Dental", "numbers": [NUMBER], "campaign_sid": "QE1"}
    carrier = sandbox.twilio_vendor.add_account(
        "AC1", "Harbor Dental", auth_token="token-1", services=[service], brand_sid="BN1"
    )
    path = reverse("webhooks:twilio", args=[company.uuid])
    carrier.service.inbound_url = settings.PUBLIC_URL + path
    Connection.objects.create(
        company=company,
        vendor=Connection.Vendor.TWILIO,
        external_id="AC1",
        secrets={"auth_token": "token-1"},
        options={"messaging_service": "MG1", "campaign": {"state": "VERIFIED"}},
    )
    customer = factories.customer(company, name="Alder & Finch", postal_code="06103", state="CT")
    contact = factories.contact(customer, Channel.SMS, PHONE)
    factories.consent(contact)
    return Line(Company.objects.get(pk=company.pk), customer, contact, sandbox, carrier)
