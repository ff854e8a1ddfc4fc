"""A company connected to the simulated vendors, over real HTTP."""

import pytest
from django.conf import settings

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import connections, quickbooks, slack, stripe, twilio
from arbook.gateways.models import Connection

REALM = "9130350000000001"
NUMBER = "+18605550100"


@pytest.fixture
def company(db):
    connections.forget()
    return Company.objects.create(slug="harbor", name="Harbor Dental", timezone="America/New_York")


@pytest.fixture
def ledger(sandbox):
    """The vendor's side of the books."""
    app = sandbox.quickbooks.app
    app.client_id = settings.QUICKBOOKS_CLIENT_ID
    app.client_secret = settings.QUICKBOOKS_CLIENT_SECRET
    return sandbox.quickbooks.add_company(REALM, "Harbor Dental", refresh_token="RT-first")


@pytest.fixture
def connection(company, ledger):
    return quickbooks.adopt(company, REALM, "RT-first", clock.now())


@pytest.fixture
def books(company, connection):
    return quickbooks.of(company)


@pytest.fixture
def payer(sandbox):
    """The vendor's side of the Stripe account."""
    return sandbox.stripe_vendor.add_account(
        "acct_1", "Harbor Dental", secret_key="sk_test_harbor", webhook_secret="whsec_1"
    )


@pytest.fixture
def money(company, payer):
    Connection.objects.create(
        company=company,
        vendor=Connection.Vendor.STRIPE,
        external_id="acct_1",
        secrets={"secret_key": "sk_test_harbor"},
    )
    return stripe.of(company)


@pytest.fixture
def carrier(sandbox):
    """The vendor's side of the Twilio account."""
    service = {"sid": "MG1", "name": "Reminders", "numbers": [NUMBER], "campaign_sid": "QE1"}
    return sandbox.twilio_vendor.add_account(
        "AC1", "Harbor Dental", auth_token="token-1", services=[service], brand_sid="BN1"
    )


@pytest.fixture
def texts(company, carrier):
    Connection.objects.create(
        company=company,
        vendor=Connection.Vendor.TWILIO,
        external_id="AC1",
        secrets={"auth_token": "token-1,token-0"},
        options={"messaging_service": "MG1"},
    )
    return twilio.of(company)


@pytest.fixture
def channel(company, sandbox):
    Connection.objects.create(
        company=company,
        vendor=Connection.Vendor.SLACK,
        external_id="T1",
        secrets={"bot_token": sandbox.slack.workspace.token},
        options={"channel": "#receivables"},
    )
    return slack.of(company)
