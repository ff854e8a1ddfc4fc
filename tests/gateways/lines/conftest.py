import pytest

from arbook.gateways.models import Connection


@pytest.fixture
def stripe_connection(company, money):
    return Connection.objects.get(company=company, vendor="stripe")
