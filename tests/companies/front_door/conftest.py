import pytest

from arbook.companies.models import Role
from tests import factories


@pytest.fixture(autouse=True)
def real_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


@pytest.fixture
def owner(company):
    return factories.member(company, Role.OWNER)
