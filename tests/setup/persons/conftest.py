import json
from datetime import timedelta
from decimal import Decimal

import pytest

from arbook.audit import sealing
from arbook.companies.models import Role
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent
from customers import consent, profile
from customers.models import ConsentEvent, Customer
from invoices.models import Dispute, PromiseToPay
from messaging import inbound
from messaging.models import Decision, Message, Thread
from reconciliation.models import Posting, StripePayment
from tests import factories
from tests.factories import NOW
from tests.setup.persons.traces import MAIL, NUMBER


@pytest.fixture
def harbor():
    return factories.company(slug="harbor", name="Harbor")


@pytest.fixture
def boss(harbor):
    return factories.member(harbor, Role.MANAGER)


@pytest.fixture
def rosalind(harbor, boss) -> Customer:
    """A customer with something in every corner of the house."""
    one = factories.customer(
        harbor,
        name="Rosalind Quimby",
        given_name="Rosalind",
        family_name="Quimby",
        street="12 Elm Street",
        notes="my late payer",
    )
    text = factories.contact(one, "sms", NUMBER, name="Rosalind Q")
    factories.contact(one, "email", MAIL)
    consent.grant(
        harbor,
        channel="sms",
        address=NUMBER,
        source=ConsentEvent.Source.STAFF,
        wording="she said yes",
        by=boss,
        now=NOW - timedelta(days=100),
    )
    bill = factories.invoice(one, 0, total=Decimal("80.00"))
    PromiseToPay.objects.create(
        company=harbor, invoice=bill, amount=80, due_on=NOW.date(), made_at=NOW, state="kept"
    )
    Dispute.objects.create(
        company=harbor,
        invoice=bill,
        amount=5,
        reason="my late husband never saw it",
        opened_at=NOW,
        state="resolved",
    )
    profile.note(one, text="Rosalind calls back, my late hours", by=boss, now=NOW)
    inbound.receive(
        harbor,
        channel="sms",
        sender=NUMBER,
        body="This is Rosalind Quimby, my late bill is paid",
        vendor_id="SM1",
        received_at=NOW,
        now=NOW,
    )
    thread = Thread.objects.get(customer=one)
    for state in (Message.State.DELIVERED, Message.State.PROPOSED):
        Message.objects.create(
            company=harbor,
            thread=thread,
            customer=one,
            contact=text,
            direction="out",
            medium="sms",
            purpose="receipt" if state == "delivered" else "reminder",
            state=state,
            address=NUMBER,
            body="Dear Rosalind, thank you",
            created_at=NOW,
            total=80,
        )
    Decision.objects.create(
        company=harbor,
        customer=one,
        stage="plan",
        at=NOW,
        passed=False,
        sentence="Rosalind Quimby owes nothing.",
        checks=[{"check": "reach", "name": "Reach", "value": NUMBER, "sentence": MAIL}],
        rules_version="1",
    )
    payment = StripePayment.objects.create(
        company=harbor,
        intent="pi_1",
        customer=one,
        amount=80,
        state="succeeded",
        started_at=NOW,
        payer_email=MAIL,
    )
    Posting.objects.create(
        company=harbor,
        payment=payment,
        request_id="r",
        reference="r",
        intended_at=NOW,
        state="verified",
        quickbooks_id="77",
    )
    WebhookEvent.objects.create(
        company=harbor,
        vendor="twilio",
        external_id="SM1",
        kind="message",
        content=json.dumps({"From": NUMBER, "Body": "my late bill"}),
        received_at=NOW,
        not_before=NOW,
        state="done",
    )
    Effect.objects.create(
        company=harbor,
        kind="alerts.mail",
        key="alert:1",
        payload={"to": "desk@harbor.example", "title": "Rosalind Quimby wrote"},
        state="done",
        not_before=NOW,
        created_at=NOW,
        finished_at=NOW,
    )
    sealing.seal_waiting(now=NOW)
    return one
