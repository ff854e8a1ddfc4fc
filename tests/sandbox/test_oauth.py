from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from intuitlib.client import AuthClient

from arbook.sandbox import clock

from .conftest import REALM, tokens


@pytest.mark.parametrize("ending", ["", "/"])
def test_discovery_names_endpoints_below_its_own_base(vendors, ending):
    base = vendors.url + "/quickbooks"

    found = requests.get(f"{base}/.well-known/openid_configuration{ending}", timeout=5).json()

    assert found["token_endpoint"].startswith(base)
    assert found["authorization_endpoint"].startswith(base)


def test_consent_comes_back_with_code_state_and_realm_and_the_code_works_once(vendors, books):
    back = "http://arbook.example/callback"
    url = vendors.url + "/quickbooks/connect/oauth2"
    query = {
        "client_id": "sandbox",
        "response_type": "code",
        "redirect_uri": back,
        "state": "s-1",
        "scope": "com.intuit.quickbooks.accounting",
    }
    page = requests.get(url, params=query, timeout=5)
    sent = {"redirect_uri": back, "state": "s-1", "realm": REALM, "answer": "connect"}

    answer = requests.post(url, data=sent, allow_redirects=False, timeout=5)

    returned = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert "Acme" in page.text
    assert returned["state"] == ["s-1"]
    assert returned["realmId"] == [REALM]
    client = AuthClient(
        "sandbox",
        "sandbox-secret",
        back,
        vendors.url + "/quickbooks/.well-known/openid_configuration",
    )
    client.get_bearer_token(returned["code"][0])
    assert client.access_token
    again = {"grant_type": "authorization_code", "code": returned["code"][0], "redirect_uri": back}
    spent = requests.post(
        client.token_endpoint, data=again, auth=("sandbox", "sandbox-secret"), timeout=5
    )
    assert spent.json()["error"] == "invalid_grant"


def test_the_refresh_token_rotates_and_the_old_one_is_refused_and_counted(vendors, books):
    first = tokens(vendors).json()

    again = tokens(vendors)

    assert first["refresh_token"] != "RT-first"
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert vendors.quickbooks.app.reuses == 1
    assert tokens(vendors, first["refresh_token"]).status_code == 200


def test_the_hard_expiry_is_told_only_when_asked_for(vendors, books):
    first = tokens(vendors).json()
    asked = {"x-include-refresh-token-hard-expires-in": "true"}

    second = tokens(vendors, first["refresh_token"], **asked).json()

    assert "x_refresh_token_hard_expires_in" not in first
    assert second["x_refresh_token_hard_expires_in"] > 150_000_000


def test_an_access_token_lives_an_hour_and_then_the_fault_is_lower_case(api):
    clock.move(timedelta(minutes=61))

    answer = api.get("/preferences")

    assert answer.status_code == 401
    assert answer.json()["fault"]["error"][0]["code"] == "3200"
    assert "invalid_token" in answer.headers["www-authenticate"]


def test_a_disconnected_company_is_refused(vendors, api):
    vendors.quickbooks.disconnect(REALM)

    assert api.get("/preferences").status_code == 401


def test_a_token_of_one_company_does_not_open_another(vendors, api):
    vendors.quickbooks.add_company("9999", "Other")

    answer = api.session.get(f"{vendors.url}/quickbooks/v3/company/9999/preferences")

    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"
