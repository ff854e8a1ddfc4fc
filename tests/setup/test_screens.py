import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings as configured

from arbook.audit.models import Entry
from arbook.companies.models import Company, Membership, Role
from arbook.gateways.models import Connection
from arbook.outbox.models import Effect
from tests import factories
from tests.setup.vendors import REALM, SECRETS, SERVICE, SID

pytestmark = pytest.mark.django_db

SETUP = "/c/harbor/setup"
CALLBACK = "/connect/quickbooks/callback/"


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


@pytest.fixture
def owner(client, company):
    person = factories.member(company, Role.OWNER)
    client.force_login(person)
    return person


def _text(answer) -> str:
    return answer.content.decode()


def _stripe(client, key=SECRETS["secret_key"], webhook=SECRETS["webhook_secret"], **how):
    return client.post(
        f"{SETUP}/connections/stripe/", {"secret_key": key, "webhook_secret": webhook}, **how
    )


# --- QuickBooks by sign-in -----------------------------------------------------------------------


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
    assert "took too long" in _text(page)
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

    assert "QuickBooks is connected. The books are read now." in _text(page)
    row = Connection.objects.of(company).get()
    assert row.external_id == REALM and row.is_usable
    assert Effect.objects.filter(kind="setup.sync").count() == 1
    assert row.secrets["refresh_token"] not in _text(page)


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

    assert "access was not granted" in _text(page)
    assert not Connection.objects.of(company).exists()


def test_an_answer_without_a_code_is_said(client, owner, vendors):
    _, asked = _begin(client)

    page = client.get(CALLBACK, {"state": asked["state"]}, follow=True)

    assert "without a code or a company" in _text(page)


def test_a_worthless_code_is_said(client, owner, company, vendors):
    _, asked = _begin(client)

    told = {"state": asked["state"], "code": "nonsense", "realmId": REALM}
    page = client.get(CALLBACK, told, follow=True)

    assert "QuickBooks: Intuit no longer accepts our access" in _text(page)
    assert not Connection.objects.of(company).exists()


def test_books_of_another_company_are_refused_in_words(client, owner, company, vendors):
    factories.connection(factories.company(slug="other"), "quickbooks", external_id=REALM)
    told = _granted(vendors, client)

    page = client.get(CALLBACK, told, follow=True)

    assert "already connected to another company here" in _text(page)
    assert not Connection.objects.of(company).exists()


def test_other_books_for_a_mirrored_company_are_refused(client, owner, company, vendors):
    factories.connection(company, "quickbooks", external_id="999")
    told = _granted(vendors, client)

    page = client.get(CALLBACK, told, follow=True)

    assert "the same ones must be chosen" in _text(page)
    assert Connection.objects.of(company).get().external_id == "999"


def test_intuit_away_is_said(client, owner, settings):
    settings.QUICKBOOKS_OAUTH_URL = "http://127.0.0.1:1"

    page = client.post(f"{SETUP}/connections/quickbooks/start/", follow=True)

    assert "QuickBooks does not answer" in _text(page)


# --- The forms -----------------------------------------------------------------------------------


def test_stripe_is_connected_and_its_secrets_are_never_shown(client, owner, company, vendors):
    page = _stripe(client, follow=True)

    assert "Stripe is connected." in _text(page)
    assert Connection.objects.of(company).get().secrets["secret_key"] == SECRETS["secret_key"]
    for path in ("/connections/", "/connections/stripe/"):
        shown = _text(client.get(SETUP + path))
        assert not any(secret in shown for secret in SECRETS.values())
    assert f"/webhooks/stripe/{company.uuid}/" in shown


def test_an_empty_secret_keeps_the_stored_one(client, owner, company, vendors):
    _stripe(client)

    _stripe(client, key="", webhook="whsec_new, whsec_old")

    row = Connection.objects.of(company).get()
    assert row.secrets == {
        "secret_key": SECRETS["secret_key"],
        "webhook_secret": "whsec_new, whsec_old",
    }


def test_the_first_time_every_secret_is_needed(client, owner, company, vendors):
    page = _stripe(client, webhook="")

    assert page.status_code == 422
    assert "This field is required" in _text(page)
    assert not Connection.objects.of(company).exists()


def test_a_refused_key_is_said_and_not_shown_again(client, owner, company, vendors):
    _stripe(client)

    page = _stripe(client, key="sk_test_mistyped")

    assert page.status_code == 422
    assert "Stripe does not accept the key." in _text(page)
    assert "sk_test_mistyped" not in _text(page)
    row = Connection.objects.of(company).get()
    assert row.is_usable and row.secrets["secret_key"] == SECRETS["secret_key"]


def test_twilios_ids_are_checked_before_anybody_is_asked(client, owner, company, vendors):
    page = client.post(
        f"{SETUP}/connections/twilio/",
        {"account_sid": "SK1", "auth_token": "t", "messaging_service": "12125550100"},
    )

    assert page.status_code == 422
    assert "An account SID is AC and 32 characters" in _text(page)
    assert "A messaging service is MG and 32 characters" in _text(page)


def test_twilios_shared_webhook_keys_are_kept_by_name_and_never_shown(
    client, owner, company, vendors
):
    sent = {"account_sid": SID, "messaging_service": SERVICE, "auth_token": SECRETS["auth_token"]}
    client.post(f"{SETUP}/connections/twilio/", sent | {"webhook_keys": "key_1=shh, key_2=psst"})
    client.post(f"{SETUP}/connections/twilio/", sent)

    row = Connection.objects.of(company).get()
    assert row.secrets["webhook_keys"] == {"key_1": "shh", "key_2": "psst"}
    assert "psst" not in _text(client.get(f"{SETUP}/connections/twilio/"))
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
    form = _text(client.get(f"{SETUP}/connections/twilio/"))
    assert SERVICE in form and SID in form and SECRETS["auth_token"] not in form


@pytest.mark.parametrize("vendor", ["square", "quickbooks"])
def test_there_is_no_form_for_other_vendors(client, owner, vendor):
    assert client.get(f"{SETUP}/connections/{vendor}/").status_code == 404


def test_disconnecting_forgets_the_credentials(client, owner, company, vendors):
    _stripe(client)

    page = client.post(f"{SETUP}/connections/stripe/disconnect/", follow=True)

    assert "Stripe is disconnected." in _text(page)
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
    assert "Disconnect" not in _text(client.get(f"{SETUP}/connections/"))
    assert client.get(f"{SETUP}/connections/stripe/").status_code == 403
    assert _stripe(client).status_code == 403
    assert client.post(f"{SETUP}/connections/quickbooks/start/").status_code == 403
    assert not Connection.objects.exists()


# --- Members -------------------------------------------------------------------------------------


def test_an_owner_invites_changes_and_removes(client, owner, company):
    page = client.post(
        f"{SETUP}/members/", {"email": "New@Desk.example", "role": Role.VIEWER}, follow=True
    )
    assert "new@desk.example may work here now. An invitation is on its way." in _text(page)
    row = Membership.objects.get(user__email="new@desk.example")
    assert Effect.objects.filter(kind="setup.invite").count() == 1

    page = client.post(f"{SETUP}/members/{row.pk}/", {"role": Role.MANAGER}, follow=True)
    row.refresh_from_db()
    assert row.role == Role.MANAGER
    assert "new@desk.example is manager now." in _text(page)

    client.post(f"{SETUP}/members/{row.pk}/", {"remove": "1"})
    assert not Membership.objects.filter(pk=row.pk).exists()
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"member.invited", "member.changed", "member.removed"} <= verbs


def test_the_same_person_is_not_invited_twice(client, owner, company):
    page = client.post(f"{SETUP}/members/", {"email": owner.email.upper(), "role": Role.VIEWER})

    assert page.status_code == 422
    assert "is a member already" in _text(page)


@pytest.mark.parametrize("given", [{"role": Role.VIEWER}, {"remove": "1"}])
def test_the_last_owner_stays(client, owner, company, given):
    row = Membership.objects.get(user=owner)

    page = client.post(f"{SETUP}/members/{row.pk}/", given, follow=True)

    assert "A company needs an owner" in _text(page)
    assert Membership.objects.get(pk=row.pk).role == Role.OWNER


def test_an_owner_beside_another_may_go(client, owner, company):
    factories.member(company, Role.OWNER)
    row = Membership.objects.get(user=owner)

    answer = client.post(f"{SETUP}/members/{row.pk}/", {"remove": "1"})

    assert not Membership.objects.filter(pk=row.pk).exists()
    assert client.get(answer.url).status_code == 404


@pytest.mark.parametrize("role", ["king", "", "-1", "15", "²"])
def test_there_is_no_other_role(client, owner, company, role):
    row = factories.membership(company, role=Role.VIEWER)

    page = client.post(f"{SETUP}/members/{row.pk}/", {"role": role}, follow=True)

    assert "There is no such role." in _text(page)


def test_members_of_other_companies_are_out_of_reach(client, owner):
    row = factories.membership(factories.company(slug="other"), role=Role.OWNER)

    assert client.post(f"{SETUP}/members/{row.pk}/", {"remove": "1"}).status_code == 404
    assert Membership.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER, Role.MANAGER])
def test_only_owners_invite(client, company, role):
    client.force_login(factories.member(company, role))

    assert client.get(f"{SETUP}/members/").status_code == 200
    answer = client.post(f"{SETUP}/members/", {"email": "x@desk.example", "role": Role.OWNER})
    assert answer.status_code == 403


# --- Settings ------------------------------------------------------------------------------------


def _settings(client) -> dict:
    form = client.get(f"{SETUP}/settings/").context["form"]
    return {bound.name: bound.value() for bound in form} | {
        "sends_from": "09:00",
        "sends_until": "19:30",
    }


def test_every_setting_stands_in_one_section(client, owner):
    form = client.get(f"{SETUP}/settings/").context["form"]
    shown = [bound.name for section in form.sections() for row in section.rows for bound in row]

    assert sorted(shown) == sorted(form.fields)


def test_settings_are_saved_and_recorded(client, owner, company):
    given = _settings(client) | {
        "name": "Harbor & Sons",
        "mode": "review",
        "test_phone": "(212) 555-0199",
        "timezone": "America/Chicago",
        "sends_until": "18:00",
    }

    page = client.post(f"{SETUP}/settings/", given, follow=True)

    company.refresh_from_db()
    assert "Settings are saved." in _text(page)
    assert (company.name, company.mode) == ("Harbor & Sons", Company.Mode.REVIEW)
    assert (company.test_phone, company.timezone) == ("+12125550199", "America/Chicago")
    assert Entry.objects.get(verb="company.saved").by == owner


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"timezone": "Mars/Base"}, "Select a valid choice"),
        ({"mode": "loud"}, "Select a valid choice"),
        ({"currency": "dollars"}, "at most 3 characters"),
        ({"currency": "usd"}, "Enter a valid value"),
        ({"review_above": "much"}, "Enter a number"),
        ({"review_above": "-1"}, "An amount is not below zero"),
        ({"undo_seconds": "99999"}, "At most 3600 seconds"),
        ({"test_phone": "12"}, "This is not a phone number we can read"),
        ({"phone": "call me"}, "This is not a phone number we can read"),
        ({"sends_from": "20:00"}, "This is not after the start"),
        ({"reply_email": "nobody"}, "Enter a valid email"),
        ({"touches_per_week": "99999999"}, "less than or equal"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client, owner, company, given, said):
    page = client.post(f"{SETUP}/settings/", _settings(client) | given)

    assert page.status_code == 422
    assert said in _text(page)
    assert "Nothing was saved" in _text(page)
    assert Company.objects.filter(pk=company.pk, name="Harbor Dental", undo_seconds=60).exists()


def test_managers_read_the_settings_and_lower_roles_do_not(client, company):
    client.force_login(factories.member(company, Role.MANAGER))
    page = _text(client.get(f"{SETUP}/settings/"))
    assert "Only an owner changes these." in page
    assert "Save settings" not in page
    assert client.post(f"{SETUP}/settings/", {"name": "Mine"}).status_code == 403

    for role in (Role.VIEWER, Role.BOOKKEEPER):
        client.force_login(factories.member(company, role))
        assert client.get(f"{SETUP}/settings/").status_code == 403


# --- Stop ----------------------------------------------------------------------------------------


def test_everything_stops_with_a_reason_and_goes_on_again(client, company):
    client.force_login(factories.member(company, Role.BOOKKEEPER))

    page = client.post(f"{SETUP}/stop/", {"reason": "Wrong amounts"}, follow=True)
    company.refresh_from_db()
    assert company.stopped_at and company.stopped_reason == "Wrong amounts"
    assert "All sending is stopped" in _text(page)
    assert "Wrong amounts" in _text(page)

    page = client.post(f"{SETUP}/stop/", {"resume": "1"}, follow=True)
    company.refresh_from_db()
    assert company.stopped_at is None
    assert "Messages may leave again." in _text(page)


def test_the_stop_in_a_dialog_is_a_part_and_posts_to_its_own_address(client, company):
    client.force_login(factories.member(company))
    address = f"{SETUP}/stop/"

    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert f'action="{address}"' in part


def test_a_stop_needs_a_reason(client, company):
    client.force_login(factories.member(company, Role.BOOKKEEPER))

    page = client.post(f"{SETUP}/stop/", {"reason": " "})

    company.refresh_from_db()
    assert page.status_code == 422
    assert company.stopped_at is None


def test_a_stop_pressed_twice_does_not_resume(client, company):
    """Two people see the button at once: the second stop keeps it stopped."""
    client.force_login(factories.member(company, Role.BOOKKEEPER))
    client.post(f"{SETUP}/stop/", {"reason": "Wrong amounts"})

    client.post(f"{SETUP}/stop/", {"reason": "Same thought"})

    company.refresh_from_db()
    assert company.stopped_at


def test_a_viewer_stops_nothing(client, company):
    client.force_login(factories.member(company, Role.VIEWER))

    assert client.get(f"{SETUP}/stop/").status_code == 403
    assert client.post(f"{SETUP}/stop/", {"reason": "x"}).status_code == 403


# --- Everywhere ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["connections/", "members/", "settings/", "stop/"])
def test_a_stranger_finds_nothing(client, company, path):
    client.force_login(factories.user())

    assert client.get(f"{SETUP}/{path}").status_code == 404
    assert client.post(f"{SETUP}/{path}").status_code == 404
