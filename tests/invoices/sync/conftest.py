import pytest

from tests.invoices.connected import company_with_books


@pytest.fixture
def desk(sandbox):
    return company_with_books(sandbox)


@pytest.fixture
def company(desk):
    return desk[0]


@pytest.fixture
def books(desk):
    return desk[1]
