import pytest

from arbook.companies.models import Role
from tests import factories


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental", timezone="America/New_York")


@pytest.fixture
def manager(client, company):
    person = factories.member(company, Role.MANAGER)
    client.force_login(person)
    return person
