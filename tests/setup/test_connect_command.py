import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database

from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from tests import factories
from tests.setup.commands import manage
from tests.setup.vendors import REALM, SECRETS, SERVICE, SID

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


def _connect(*arguments: str) -> str:
    said = StringIO()
    call_command("connect", *arguments, stdout=said)
    return said.getvalue().strip()


def _stripe(key: str = SECRETS["secret_key"], webhook: str = SECRETS["webhook_secret"]) -> str:
    return _connect("harbor", "stripe", "--secret-key", key, "--webhook-secret", webhook)


def test_all_four_vendors_are_connected_by_arguments(company, vendors):
    assert "QuickBooks" in _connect(
        *("harbor", "quickbooks", "--realm", REALM),
        *("--refresh-token", SECRETS["refresh_token"]),
    )
    assert _stripe() == "connected harbor to Stripe"
    _connect(
        *("harbor", "twilio", "--account-sid", SID),
        *("--auth-token", SECRETS["auth_token"], "--messaging-service", SERVICE),
    )
    _connect("harbor", "slack", "--bot-token", vendors.slack_token, "--channel", "#desk")

    rows = {one.vendor: one for one in Connection.objects.of(company)}
    assert set(rows) == {"quickbooks", "stripe", "twilio", "slack"}
    assert all(one.is_usable and one.connected_at for one in rows.values())
    assert rows["quickbooks"].external_id == REALM
    assert rows["quickbooks"].secrets["refresh_token"] != SECRETS["refresh_token"]
    assert rows["stripe"].external_id == "acct_harbor"
    assert rows["stripe"].last_ok_at
    assert rows["twilio"].options["messaging_service"] == SERVICE
    assert rows["slack"].options == {"channel": "#desk"}


def test_no_secret_is_in_the_database_in_clear(company, vendors):
    _stripe()

    with database.cursor() as cursor:
        cursor.execute("SELECT secrets::text FROM gateways_connection")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert SECRETS["secret_key"] not in kept
    assert SECRETS["webhook_secret"] not in kept


def test_secrets_come_line_by_line_from_standard_input(child_environment, vendors):
    company = factories.company(slug="harbor")

    ended = manage(
        child_environment,
        *("connect", "harbor", "stripe", "--secret-key", "-", "--webhook-secret", "-"),
        told=f"{SECRETS['secret_key']}\n{SECRETS['webhook_secret']}\n",
    )

    assert (ended.status, ended.complained) == (0, "")
    assert Connection.objects.of(company).get().secrets == {
        "secret_key": SECRETS["secret_key"],
        "webhook_secret": SECRETS["webhook_secret"],
    }
    assert SECRETS["secret_key"] not in ended.said


def test_what_is_not_given_comes_from_the_environment(child_environment, vendors):
    company = factories.company(slug="harbor")

    ended = manage(
        child_environment,
        *("connect", "harbor", "twilio", "--messaging-service", SERVICE),
        ARBOOK_ACCOUNT_SID=SID,
        ARBOOK_AUTH_TOKEN=f"{SECRETS['auth_token']}\n",
    )

    assert (ended.status, ended.complained) == (0, "")
    row = Connection.objects.of(company).get()
    assert row.external_id == SID
    assert row.secrets["auth_token"] == SECRETS["auth_token"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "stripe"], "There is no company nowhere"),
        (["harbor", "square"], "There is no vendor square; there are quickbooks, stripe"),
        (["harbor", "quickbooks", "--realm", REALM], "quickbooks also needs --refresh-token."),
        (["harbor", "stripe"], "stripe also needs --secret-key, --webhook-secret."),
        (
            ["harbor", "quickbooks", "--realm", REALM, "--refresh-token", "RT-wrong"],
            "QuickBooks: Intuit no longer accepts our access",
        ),
        (
            ["harbor", "stripe", "--secret-key", "sk_test_wrong", "--webhook-secret", "whsec_1"],
            "Stripe does not accept the key",
        ),
        (
            ["harbor", "twilio", "--account-sid", SID, "--auth-token", "wrong",
             "--messaging-service", SERVICE],
            "Twilio does not accept the account or its token",
        ),
        (
            ["harbor", "slack", "--bot-token", "xoxb-wrong", "--channel", "#desk"],
            "Slack does not accept the token",
        ),
        (
            ["harbor", "twilio", "--account-sid", "AC" + "0" * 80, "--auth-token", "t",
             "--messaging-service", SERVICE],
            "at most 64 characters",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_connected_is_told_in_a_sentence_and_not_kept(
    company, vendors, arguments, said
):
    with pytest.raises(CommandError) as refusal:
        _connect(*arguments)

    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
    for secret in ("sk_test_wrong", "RT-wrong", "xoxb-wrong"):
        assert secret not in str(refusal.value)
    assert not Connection.objects.of(company).exists()


def test_a_refusal_leaves_the_credentials_that_work(company, vendors):
    _stripe()

    with pytest.raises(CommandError):
        _stripe("sk_test_wrong")

    row = Connection.objects.of(company).get()
    assert row.is_usable
    assert row.secrets["secret_key"] == SECRETS["secret_key"]


def test_books_of_another_company_are_refused(company, vendors):
    other = factories.company(slug="other")
    factories.connection(other, "quickbooks", external_id=REALM)

    with pytest.raises(CommandError, match="already connected to another company"):
        _connect("harbor", "quickbooks", "--realm", REALM, "--refresh-token", "RT")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"<h1>Not here</h1>", "text/html"),
        (404, b'{"error": "unknown path"}', "application/json"),
        (501, b"", "text/plain"),
        (500, b"boom", "text/plain"),
        (429, b"{}", "application/json"),
        (403, b'{"error": {"message": "no"}}', "application/json"),
        (200, b"{}", "application/json"),
        (200, b"[]", "application/json"),
        (200, b"ok", "text/plain"),
        (200, b"", "text/plain"),
        (200, b'{"ok": true}', "application/json"),
    ],
)
def test_a_stand_in_without_an_account_read_is_connected_all_the_same(
    company, vendors, stand_in, settings, status, body, kind
):
    stand_in.answers(status, body, kind)
    settings.STRIPE_API_URL = settings.TWILIO_API_URL = settings.SLACK_API_URL = stand_in.url

    _stripe()
    _connect(
        *("harbor", "twilio", "--account-sid", SID),
        *("--auth-token", SECRETS["auth_token"], "--messaging-service", SERVICE),
    )
    _connect("harbor", "slack", "--bot-token", "xoxb-1", "--channel", "#desk")

    rows = Connection.objects.of(company)
    assert {one.vendor for one in rows} == {"stripe", "twilio", "slack"}
    assert all(one.is_usable for one in rows)


def test_a_vendor_that_is_away_is_connected_but_books_must_answer(
    company, vendors, stand_in, settings
):
    nobody = "http://127.0.0.1:1"
    settings.STRIPE_API_URL = settings.TWILIO_API_URL = settings.SLACK_API_URL = nobody

    _stripe()

    assert Connection.objects.of(company).get().is_usable
    stand_in.answers(500, b"boom")
    settings.QUICKBOOKS_OAUTH_URL = stand_in.url
    with pytest.raises(CommandError, match="QuickBooks: Intuit answered 500"):
        _connect("harbor", "quickbooks", "--realm", REALM, "--refresh-token", "RT-1")


def test_what_waited_for_the_vendor_leaves_when_it_is_connected(company, vendors, settings):
    waiting = outbox.enqueue(
        "reconciliation.expire_checkout",
        key="expire:1",
        company=company,
        now=factories.NOW,
        not_before=factories.NOW.replace(year=2036),
    )
    Effect.objects.filter(pk=waiting.pk).update(failure="disconnected")

    _stripe()

    waiting.refresh_from_db()
    assert waiting.not_before.year < 2036


def test_status_shows_connections_without_their_secrets(child_environment, vendors):
    factories.company(slug="harbor")
    _stripe()

    ended = manage(child_environment, "status", "--json")

    told = json.loads(ended.said)
    connection = told["companies"][0]["connections"]["stripe"]
    assert connection["state"] == "connected"
    assert not any(secret in ended.said for secret in SECRETS.values())
