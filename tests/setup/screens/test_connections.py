"""The forms of the other vendors."""

import pytest

from arbook.audit.models import Entry
from arbook.companies.models import Role
from arbook.gateways.models import Connection
from arbook.outbox.models import Effect
from tests import factories
from tests.setup.screens.pages import SETUP, stripe, text
from tests.setup.vendors import SECRETS, SERVICE, SID

pytestmark = pytest.mark.django_db


def test_stripe_is_connected_and_its_secrets_are_never_shown(client, owner, company, vendors):
    page = stripe(client, follow=True)

    assert "Stripe is connected." in text(page)
    assert Connection.objects.of(company).get().secrets["secret_key"] == SECRETS["secret_key"]
    for path in ("/connections/", "/connections/stripe/"):
        shown = text(client.get(SETUP + path))
        assert not any(secret in shown for secret in SECRETS.values())
    assert f"/webhooks/stripe/{company.uuid}/" in shown


def test_an_empty_secret_keeps_the_stored_one(client, owner, company, vendors):
    stripe(client)

    stripe(client, key="", webhook="whsec_new, whsec_old")

    row = Connection.objects.of(company).get()
    assert row.secrets == {
        "secret_key": SECRETS["secret_key"],
        "webhook_secret": "whsec_new, whsec_old",
    }


def test_the_first_time_every_secret_is_needed(client, owner, company, vendors):
    page = stripe(client, webhook="")

    assert page.status_code == 422
    assert "This field is required" in text(page)
    assert not Connection.objects.of(company).exists()


def test_a_refused_key_is_said_and_not_shown_again(client, owner, company, vendors):
    stripe(client)

    page = stripe(client, key="sk_test_mistyped")

    assert page.status_code == 422
    assert "Stripe does not accept the key." in text(page)
    assert "sk_test_mistyped" not in text(page)
    row = Connection.objects.of(company).get()
    assert row.is_usable and row.secrets["secret_key"] == SECRETS["secret_key"]


def test_twilios_ids_are_checked_before_anybody_is_asked(client, owner, company, vendors):
    page = client.post(
        f"{SETUP}/connections/twilio/",
        {"account_sid": "SK1", "auth_token": "t", "messaging_service": "12125550100"},
    )

    assert page.status_code == 422
    assert "An account SID is AC and 32 characters" in text(page)
    assert "A messaging service is MG and 32 characters" in text(page)


def test_twilios_shared_webhook_keys_are_kept_by_name_and_never_shown(
    client, owner, company, vendors
):
    sent = {"account_sid": SID, "messaging_service": SERVICE, "auth_token": SECRETS["auth_token"]}
    client.post(f"{SETUP}/connections/twilio/", sent | {"webhook_keys": "key_1=shh, key_2=psst"})
    client.post(f"{SETUP}/connections/twilio/", sent)

    row = Connection.objects.of(company).get()
    assert row.secrets["webhook_keys"] == {"key_1": "shh", "key_2": "psst"}
    assert "psst" not in text(client.get(f"{SETUP}/connections/twilio/"))
    refused = client.post(f"{SETUP}/connections/twilio/", sent | {"webhook_keys": "psst"})
    assert refused.status_code == 422


def test_twilio_and_slack_are_connected_by_form(client, owner, company, vendors):
    client.post(
        f"{SETUP}/connections/twilio/",
        {"account_sid": SID, "auth_token": SECRETS["auth_token"], "messaging_service": SERVICE},
    )
    client.post(
        f"{SETUP}/connections/slack/", {"bot_token": vendors.slack_token, "channel": "#desk"}
    )

    rows = Connection.objects.of(company)
    assert {one.vendor for one in rows if one.is_usable} == {"twilio", "slack"}
    form = text(client.get(f"{SETUP}/connections/twilio/"))
    assert SERVICE in form and SID in form and SECRETS["auth_token"] not in form


@pytest.mark.parametrize("vendor", ["square", "quickbooks"])
def test_there_is_no_form_for_other_vendors(client, owner, vendor):
    assert client.get(f"{SETUP}/connections/{vendor}/").status_code == 404


def test_disconnecting_forgets_the_credentials(client, owner, company, vendors):
    stripe(client)

    page = client.post(f"{SETUP}/connections/stripe/disconnect/", follow=True)

    assert "Stripe is disconnected." in text(page)
    assert not Connection.objects.of(company).exists()
    assert Entry.objects.filter(verb="connection.removed").exists()
    assert client.post(f"{SETUP}/connections/stripe/disconnect/").status_code == 404


def test_reading_the_books_is_asked_once_a_minute(client, company):
    client.force_login(factories.member(company, Role.BOOKKEEPER))

    for _ in range(3):
        client.post(f"{SETUP}/connections/sync/")

    assert Effect.objects.filter(kind="setup.sync").count() in (1, 2)  # a minute may have turned


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER, Role.MANAGER])
def test_only_owners_connect(client, company, role):
    client.force_login(factories.member(company, role))

    assert client.get(f"{SETUP}/connections/").status_code == 200
    assert "Disconnect" not in text(client.get(f"{SETUP}/connections/"))
    assert client.get(f"{SETUP}/connections/stripe/").status_code == 403
    assert stripe(client).status_code == 403
    assert client.post(f"{SETUP}/connections/quickbooks/start/").status_code == 403
    assert not Connection.objects.exists()
