import pytest

from arbook.companies.models import Company
from arbook.sandbox import clock as movable
from customers.models import Channel
from tests import factories
from tests.messaging import phone
from tests.messaging.inbound.hearing import FRIDAY_NOON
from tests.messaging.phone import PHONE


@pytest.fixture
def line(live, sandbox):
    """The line, at noon of a working day."""
    movable.move_to(FRIDAY_NOON)
    return phone.line(sandbox)


@pytest.fixture
def customer(db):
    company = factories.company(name="Harbor Dental", mode="review")
    customer = factories.customer(Company.objects.get(pk=company.pk))
    factories.consent(factories.contact(customer, Channel.SMS, PHONE))
    return customer
