"""QuickBooks by sign-in."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings as configured

from arbook.companies.models import Membership, Role
from arbook.gateways.models import Connection
from arbook.outbox.models import Effect
from tests import factories
from tests.setup.screens.pages import SETUP, text
from tests.setup.vendors import REALM

pytestmark = pytest.mark.django_db


CALLBACK = "/connect/quickbooks/callback/"


def _begin(client) -> tuple[str, dict]:
    """Press Connect; returns Intuit's address and what is asked there."""
    answer = client.post(f"{SETUP}/connections/quickbooks/start/")
    assert answer.status_code == 302
    return answer.url, {
        key: value[0] for key, value in parse_qs(urlsplit(answer.url).query).items()
    }


def _granted(vendors, client) -> dict:
    """Consent at Intuit, as the owner's browser does it; returns what the callback is told."""
    address, asked = _begin(client)
    answer = requests.post(
        address.partition("?")[0],
        data=asked | {"realm": REALM, "answer": "connect"},
        allow_redirects=False,
        timeout=10,
    )
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {key: value[0] for key, value in told.items()}


def test_an_answer_of_intuit_that_comes_late_is_refused_politely(client, owner, vendors):
    told = _granted(vendors, client)
    session = client.session
    session["quickbooks_state"] |= {"at": time.time() - 15 * 60 - 1}
    session.save()

    page = client.get(CALLBACK, told, follow=True)

    assert page.redirect_chain == [(f"{SETUP}/connections/", 302)]
    assert "took too long" in text(page)
    assert not Connection.objects.exists()


def test_an_answer_of_intuit_needs_the_second_factor_like_every_act(
    client, owner, company, vendors
):
    told = _granted(vendors, client)
    type(company).objects.update(second_factor_required=True)

    answer = client.get(CALLBACK, told)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/second-factor/")
    assert not Connection.objects.exists()


def test_connect_leads_to_intuit_with_a_state_and_our_address(client, owner, vendors):
    address, asked = _begin(client)

    assert address.startswith(configured.QUICKBOOKS_OAUTH_URL)
    assert asked["redirect_uri"] == configured.PUBLIC_URL + CALLBACK
    assert asked["scope"] == "com.intuit.quickbooks.accounting"
    assert len(asked["state"]) >= 24


def test_consent_connects_and_has_the_books_read(client, owner, company, vendors):
    told = _granted(vendors, client)

    page = client.get(CALLBACK, told, follow=True)

    assert "QuickBooks is connected. The books are read now." in text(page)
    row = Connection.objects.of(company).get()
    assert row.external_id == REALM and row.is_usable
    assert Effect.objects.filter(kind="setup.sync").count() == 1
    assert row.secrets["refresh_token"] not in text(page)


def test_an_answer_works_once(client, owner, vendors):
    told = _granted(vendors, client)
    client.get(CALLBACK, told)

    assert client.get(CALLBACK, told).status_code == 404


@pytest.mark.parametrize("state", ["", "wrong", "ü"])
def test_an_answer_with_another_state_is_nothing_of_ours(client, owner, company, vendors, state):
    told = _granted(vendors, client)

    assert client.get(CALLBACK, told | {"state": state}).status_code == 404
    assert not Connection.objects.of(company).exists()


def test_an_answer_that_nobody_asked_for_is_nothing_of_ours(client, owner, company):
    answer = client.get(CALLBACK, {"code": "c", "realmId": REALM, "state": "s"})

    assert answer.status_code == 404


def test_another_persons_state_is_worth_nothing(client, owner, company, vendors):
    told = _granted(vendors, client)
    other = factories.member(company, Role.OWNER)
    client.force_login(other)  # another session

    assert client.get(CALLBACK, told).status_code == 404


def test_who_is_no_owner_any_more_connects_nothing(client, owner, company, vendors):
    told = _granted(vendors, client)
    Membership.objects.filter(user=owner).update(role=Role.MANAGER)

    assert client.get(CALLBACK, told).status_code == 404
    assert not Connection.objects.of(company).exists()


def test_refused_consent_is_said(client, owner, company, vendors):
    _, asked = _begin(client)

    page = client.get(CALLBACK, {"error": "access_denied", "state": asked["state"]}, follow=True)

    assert "access was not granted" in text(page)
    assert not Connection.objects.of(company).exists()


def test_an_answer_without_a_code_is_said(client, owner, vendors):
    _, asked = _begin(client)

    page = client.get(CALLBACK, {"state": asked["state"]}, follow=True)

    assert "without a code or a company" in text(page)


def test_a_worthless_code_is_said(client, owner, company, vendors):
    _, asked = _begin(client)

    told = {"state": asked["state"], "code": "nonsense", "realmId": REALM}
    page = client.get(CALLBACK, told, follow=True)

    assert "QuickBooks: Intuit no longer accepts our access" in text(page)
    assert not Connection.objects.of(company).exists()


def test_books_of_another_company_are_refused_in_words(client, owner, company, vendors):
    factories.connection(factories.company(slug="other"), "quickbooks", external_id=REALM)
    told = _granted(vendors, client)

    page = client.get(CALLBACK, told, follow=True)

    assert "already connected to another company here" in text(page)
    assert not Connection.objects.of(company).exists()


def test_other_books_for_a_mirrored_company_are_refused(client, owner, company, vendors):
    factories.connection(company, "quickbooks", external_id="999")
    told = _granted(vendors, client)

    page = client.get(CALLBACK, told, follow=True)

    assert "the same ones must be chosen" in text(page)
    assert Connection.objects.of(company).get().external_id == "999"


def test_intuit_away_is_said(client, owner, settings):
    settings.QUICKBOOKS_OAUTH_URL = "http://127.0.0.1:1"

    page = client.post(f"{SETUP}/connections/quickbooks/start/", follow=True)

    assert "QuickBooks does not answer" in text(page)
