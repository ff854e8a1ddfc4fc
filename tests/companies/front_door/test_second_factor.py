"""The second factor a company asks for."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from arbook.companies.models import Role
from tests import factories
from tests.companies.front_door.browsing import PASSWORD, is_in, sign_in, verbs
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict():
    return factories.company(slug="harbor", name="Harbor Dental", second_factor_required=True)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_without_a_second_factor_a_strict_company_stays_closed(strict, role):
    client = Client()
    client.force_login(factories.member(strict, role))

    for answer in (
        client.get("/c/harbor/"),
        client.post("/c/harbor/setup/stop/", {"reason": "x"}),
        client.get("/c/harbor/customers/export/csv/"),
    ):
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/second-factor/")
    fragment = client.get("/c/harbor/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/accounts/second-factor/")
    page = client.get("/accounts/second-factor/").content.decode()
    assert "Harbor Dental" in page and "Set up your second factor" in page


def test_nor_is_it_seen_or_let_go_on_from_above_all_companies(strict):
    person = factories.member(strict, Role.OWNER)
    beside = factories.company(slug="brook", name="Brook Bakery")
    beside.memberships.create(user=person, role=Role.OWNER)
    client = Client()
    client.force_login(person)

    home = client.get("/")
    resumed = client.post("/stop-everything/", {"resume": "1"})

    assert (home.status_code, home["Location"]) == (302, "/c/brook/")
    assert (resumed.status_code, resumed["Location"]) == (302, "/accounts/second-factor/")
    beside.memberships.all().delete()
    assert client.get("/")["Location"] == "/accounts/second-factor/"


def test_support_sees_a_strict_company_with_a_second_factor_only(strict):
    factories.customer(strict, name="Ada Lane")
    factories.customer(factories.company(slug="brook"), name="Ben Moss")
    support = factories.user(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(support)

    page = client.get("/support/customers/customer/").content.decode()
    assert "Ben Moss" in page and "Ada Lane" not in page

    totp.TOTP.activate(support, "JBSWY3DPEHPK3PXP")
    type(support).objects.filter(pk=support.pk).update(recovery_codes_saved_at=NOW)
    assert "Ada Lane" in client.get("/support/customers/customer/").content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER])
def test_who_cannot_approve_needs_none(strict, role):
    client = Client()
    client.force_login(factories.member(strict, role))

    assert is_in(client)


@pytest.mark.django_db(transaction=True)
def test_it_opens_once_the_codes_are_said_to_be_kept(strict, sandbox):
    person = factories.member(strict, Role.MANAGER)
    client = Client()
    sign_in(client, person.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))

    answer = client.post("/accounts/2fa/totp/activate/", {"code": code})

    assert answer.url == "/accounts/2fa/recovery-codes/"
    assert "I have saved them" in client.get(answer.url).content.decode()
    assert not is_in(client)
    client.post("/accounts/second-factor/saved/")
    assert is_in(client)
    assert secret not in str(list(Authenticator.objects.values("data")))

    client.post("/accounts/2fa/recovery-codes/generate/")
    assert not is_in(client)


def test_digits_cannot_be_tried_through(owner):
    totp.TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    client = Client()
    sign_in(client, owner.email)

    said = [
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06d}"}).content.decode()
        for number in range(8)
    ]

    assert "Incorrect code" in said[0]
    assert "Too many failed" in said[-1]
    assert "second_factor.failed" in verbs()
