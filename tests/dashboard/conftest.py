import pytest

from tests import factories


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental", timezone="America/New_York")
