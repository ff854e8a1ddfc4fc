from decimal import Decimal

import pytest

from arbook import clock
from arbook.companies.models import Company, Role
from invoices import cadence, escalations, tasks
from invoices.models import Approval, Task
from tests import factories
from tests.invoices.plan_screens.screens import issued


@pytest.fixture
def company():
    row = factories.company(mode=Company.Mode.REVIEW)
    cadence.ensure_default(row, now=clock.now())
    return row


@pytest.fixture
def today(company):
    return company.local_date(clock.now())


@pytest.fixture
def customer(company):
    return factories.customer(company, name="Birch Café")


@pytest.fixture
def sign_in(client, company):
    def make(role=Role.MANAGER):
        client.force_login(factories.member(company, role))
        return client

    return make


@pytest.fixture
def review(company, customer, today):
    issued(customer, 40, today)
    cadence.plan(company, now=clock.now())
    escalations.take_due(company, now=clock.now())
    return Approval.objects.get()


@pytest.fixture
def task(company, customer):
    return tasks.open_task(
        company, kind=Task.Kind.CALL, key="call:1", title="Call about N40", customer=customer,
        amount=Decimal("100"), now=clock.now(),
    )  # fmt: skip
