"""Conversations in an inbox, and the people who work in it."""

from datetime import UTC, datetime, timedelta

from django.test import Client
from django.urls import reverse

from arbook.companies.models import Company, Role, User
from customers.models import Channel
from messaging import inbound
from messaging.models import Thread
from tests import factories

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def somebody(company: Company, number: int, body: str = "What is this for?", **fields) -> Thread:
    """A customer with an invoice who has written."""
    address = f"+1212555{number:04d}"
    customer = factories.customer(company, **({"name": f"Customer <b>{number}</b>"} | fields))
    factories.consent(factories.contact(customer, Channel.SMS, address))
    factories.invoice(customer, "100.00", number=f"INV-{number}")
    return says(company, address, body, minutes_ago=60 - number)


def says(company: Company, address: str, body: str, *, minutes_ago: int = 0) -> Thread:
    """A text from a number."""
    at = NOW - timedelta(minutes=minutes_ago)
    received = inbound.receive(
        company,
        channel=Channel.SMS,
        sender=address,
        body=body,
        vendor_id=f"SM{address}{body}"[:200],
        received_at=at,
        now=NOW,
    )
    return Thread.objects.get(pk=received.thread.pk)


def client_of(company: Company, role: Role = Role.BOOKKEEPER, *, person: User | None = None):
    """Somebody's browser, signed in; ``client.person`` is who."""
    client = Client()
    client.person = person or factories.member(company, role)
    client.force_login(client.person)
    return client


def url(company: Company, name: str, *args) -> str:
    return reverse(f"messaging:{name}", args=[company.slug, *args])
