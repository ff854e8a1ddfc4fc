"""A new SECRET_KEY with the old one as a fallback: nobody notices."""

import re

import pytest
from django.test import Client

from arbook.companies.models import Role
from reconciliation import paylinks
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


def _rotate(settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new-" + "k" * 60


def _signed_in(person) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client


def test_sessions_go_on(settings, company):
    client = _signed_in(factories.member(company, Role.BOOKKEEPER))

    _rotate(settings)

    assert client.get("/c/harbor/").status_code == 200


def test_a_browser_that_asks_twice_at_once_stays_signed_in(settings, company):
    person = factories.member(company, Role.BOOKKEEPER)
    client, twin = _signed_in(person), Client()
    twin.cookies["sessionid"] = client.cookies["sessionid"].value
    _rotate(settings)

    answers = [one.get("/c/harbor/").status_code for one in (client, twin, client, twin)]

    assert answers == [200] * 4


def test_a_password_changed_elsewhere_still_ends_a_session_of_the_old_key(settings, company):
    person = factories.member(company, Role.BOOKKEEPER)
    client = _signed_in(person)
    _rotate(settings)
    person.set_password("another horse battery")
    person.save()

    assert client.get("/c/harbor/").status_code == 302


def test_without_the_fallback_everybody_signs_in_again(settings, company):
    client = _signed_in(factories.member(company, Role.BOOKKEEPER))

    _rotate(settings)
    settings.SECRET_KEY_FALLBACKS = []

    assert client.get("/c/harbor/").status_code == 302


def test_a_browser_stays_known(settings, company):
    person = factories.member(company, Role.BOOKKEEPER)
    client = _signed_in(person)
    before = client.cookies["arbook_browser"].value
    _rotate(settings)
    client.post("/accounts/logout/")

    from arbook.companies.signin import is_known

    request = client.get("/accounts/login/").wsgi_request
    request.COOKIES["arbook_browser"] = before
    assert is_known(request, person.email)
    assert not is_known(request, "somebody@else.example")


def test_a_link_that_sets_a_password_still_works(settings, company, sandbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    person = factories.member(company, Role.BOOKKEEPER)
    client = Client()
    client.post("/accounts/password/reset/", {"email": person.email})
    path = re.search(r"http://[^/\s]+(/\S+)", sandbox.mailbox[0].text)[1]

    _rotate(settings)

    assert client.get(path, follow=True).context["form"]


def test_pay_links_do_not_depend_on_it(settings, company):
    customer = factories.customer(company)
    link = paylinks.link_for(customer, [factories.invoice(customer)], now=NOW)
    address = f"/pay/{paylinks.token(link)}/"
    _rotate(settings)
    settings.SECRET_KEY_FALLBACKS = []

    assert Client().get(address).status_code == 200
