import pytest

from arbook.companies.models import Role
from tests import factories


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


@pytest.fixture
def owner(client, company):
    person = factories.member(company, Role.OWNER)
    client.force_login(person)
    return person
