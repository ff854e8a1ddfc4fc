"""A discovery document that names the token endpoint and nothing else."""

import json

import pytest
import requests

from arbook import clock
from arbook.gateways import quickbooks
from arbook.gateways.errors import Unreachable
from arbook.gateways.models import Connection
from arbook.setup import connections
from tests import factories
from tests.setup.vendors import REALM, SECRETS

pytestmark = pytest.mark.django_db


@pytest.fixture
def plain(vendors, stand_in, settings):
    address = f"{settings.QUICKBOOKS_OAUTH_URL}/.well-known/openid_configuration"
    whole = requests.get(address, timeout=5).json()
    only = {"token_endpoint": whole["token_endpoint"]}
    stand_in.answers(200, json.dumps(only).encode())
    settings.QUICKBOOKS_OAUTH_URL = stand_in.url


def test_a_refresh_token_is_taken_over_and_given_back(plain):
    company = factories.company(slug="harbor")

    connections.quickbooks(
        company,
        realm=REALM,
        refresh_token=SECRETS["refresh_token"],
        by=None,
        now=clock.now(),
    )

    assert Connection.objects.get().state == Connection.State.CONNECTED
    quickbooks.disconnect(company)
    assert Connection.objects.get().state == Connection.State.RECONNECT


def test_signing_in_there_is_not_possible_and_says_so(plain):
    with pytest.raises(Unreachable, match="no page to sign in"):
        quickbooks.authorize_url("state", "http://127.0.0.1:8000/")
