"""The demo command, on a sandbox of its own data: makes everything once and keeps it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from arbook import clock
from arbook.audit.models import Entry
from arbook.companies.models import Company, Membership, User
from arbook.gateways import connections
from arbook.gateways.models import Connection
from arbook.setup import demo
from customers.models import ConsentEvent, Customer
from invoices.models import Invoice

pytestmark = pytest.mark.django_db


def _demo() -> str:
    said = StringIO()
    call_command("demo", stdout=said)
    return said.getvalue()


def _counts() -> dict:
    return {
        model.__name__: model.objects.count()
        for model in (Company, Connection, ConsentEvent, Customer, Invoice, Membership, User)
    }


def test_the_demo_twice_is_the_demo_once(sandbox, client):
    connections.forget()

    first = _demo()
    counts, entries = _counts(), Entry.objects.count()
    tokens = {one.pk: one.secrets for one in Connection.objects.all()}
    at = clock.now()
    Company.objects.update(touches_per_week=2)
    second = _demo()

    assert counts["Company"] == 2 and counts["Connection"] == 8 and counts["User"] == 4
    assert counts["Customer"] >= 80 and counts["Invoice"] >= 500
    assert _counts() == counts
    assert {one.pk: one.secrets for one in Connection.objects.all()} == tokens
    assert set(Company.objects.values_list("touches_per_week", flat=True)) == {2}
    assert Entry.objects.filter(verb="company.saved").count() == 2
    assert Entry.objects.count() - entries < 20
    assert abs((clock.now() - at).total_seconds()) < 120
    for said in (first, second):
        for email in demo.PEOPLE:
            assert email in said
        assert demo.PASSWORD in said
    for email in demo.PEOPLE:
        assert client.post("/accounts/login/", {"login": email, "password": demo.PASSWORD}).url
        client.logout()


def test_without_a_sandbox_the_demo_says_so(settings):
    settings.SANDBOX_URL = "http://127.0.0.1:1"

    with pytest.raises(CommandError, match=r"The sandbox does not answer at http://127.0.0.1:1"):
        _demo()


def test_in_production_there_is_no_demo(settings):
    settings.DEVELOPMENT = False

    with pytest.raises(CommandError, match="The demo is for development"):
        _demo()
