import pytest

from arbook.companies.models import Company
from invoices import cadence
from tests import factories
from tests.factories import NOW


@pytest.fixture
def company():
    return factories.company(mode=Company.Mode.REVIEW)


@pytest.fixture
def customer(company):
    return factories.customer(company)


@pytest.fixture
def transactional_company(company, customer):
    cadence.ensure_default(company, now=NOW)
    return company, customer
