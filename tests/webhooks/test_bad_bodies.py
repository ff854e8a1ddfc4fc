"""Signed bodies that make no sense: each is refused, or stored with what is wrong with it."""

import base64
import hashlib
import hmac
import json
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from arbook import clock
from arbook.gateways.models import Connection
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process_waiting
from arbook.webhooks.views import MAX_BODY
from tests.factories import company as new_company
from tests.factories import connection
from tests.webhooks import mangled

pytestmark = pytest.mark.django_db
TOKEN = "test-auth-token"
SECRET = "whsec_test"
EACH = 900


@pytest.fixture
def desk():
    made = new_company()
    connection(made, Connection.Vendor.QUICKBOOKS, external_id=mangled.REALM)
    connection(made, Connection.Vendor.STRIPE, secrets={"webhook_secret": SECRET})
    connection(made, Connection.Vendor.TWILIO, secrets={"auth_token": TOKEN})
    return made


@pytest.fixture
def vendor(settings, desk):
    """Sends a body as its vendor would: rightly signed."""
    client = Client(raise_request_exception=False)

    def send(name: str, body: bytes, fields=None, content_type: str = "application/json"):
        if name == "quickbooks":
            path = reverse("webhooks:quickbooks")
            headers = {"intuit-signature": _of(body, settings.QUICKBOOKS_WEBHOOK_TOKEN, "sha256")}
        elif name == "stripe":
            path = reverse("webhooks:stripe", args=[desk.uuid])
            stamp = int(clock.now().timestamp())
            signed = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
            headers = {"Stripe-Signature": f"t={stamp},v1={signed.hexdigest()}"}
        else:
            path = reverse("webhooks:twilio", args=[desk.uuid])
            said = "".join(name + value for name, value in sorted(set(fields or [])))
            text = (settings.PUBLIC_URL + path + said).encode()
            headers = {"X-Twilio-Signature": _of(text, TOKEN, "sha1")}
            content_type = "application/x-www-form-urlencoded"
        return client.post(path, body, content_type=content_type, headers=headers)

    return send


def _of(text: bytes, key: str, algorithm: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text, algorithm)).decode()


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("quickbooks", [mangled.CLOUD]),
        ("quickbooks", mangled.LEGACY),
        ("stripe", mangled.INTENT),
    ],
    ids=["cloud events", "older shape", "stripe"],
)
def test_every_signed_json_body_is_answered_200_and_leaves_a_row(vendor, name, sample):
    told, rows = Counter(), 0
    for body in mangled.json_bodies(sample, count=EACH, seed=len(name)):
        told[vendor(name, body).status_code] += 1

    rows = WebhookEvent.objects.count()
    assert told == {200: EACH}
    assert rows > EACH / 4, "most of them are different things to keep"
    assert WebhookEvent.objects.filter(state="dead").exclude(error="").exists()
    assert not WebhookEvent.objects.filter(state="dead", error="").exists()


@pytest.mark.parametrize("sample", [mangled.TEXT, mangled.STATUS], ids=["text", "status"])
def test_every_form_that_claims_to_be_a_text_is_kept_or_refused(vendor, sample):
    told, proper = Counter(), 0
    for body, fields in mangled.forms(sample, count=EACH, seed=7):
        answer = vendor("twilio", body, fields)
        if fields is not None:
            proper += answer.status_code == 200
        told[answer.status_code] += 1

    assert set(told) <= {200, 400, 403}
    assert proper > EACH * 0.75
    assert WebhookEvent.objects.count() > EACH / 6


def test_whatever_was_kept_is_handled_or_waits_with_its_cause(vendor, desk, sandbox):
    """The worker reads the same nonsense: it never falls over, and loses nothing."""
    for name, sample in (
        ("quickbooks", [mangled.CLOUD]),
        ("quickbooks", mangled.LEGACY),
        ("stripe", mangled.INTENT),
    ):
        for body in mangled.json_bodies(sample, count=60, seed=11):
            vendor(name, body)
    for body, fields in mangled.forms(mangled.TEXT, count=120, seed=11):
        vendor("twilio", body, fields)
    kept = WebhookEvent.objects.count()

    process_waiting(now=clock.now)

    assert WebhookEvent.objects.count() == kept > 150
    ended = Counter(WebhookEvent.objects.values_list("state", flat=True))
    assert ended["in_flight"] == 0
    unexplained = WebhookEvent.objects.exclude(state="done").filter(error="")
    assert not unexplained.exists(), unexplained.first()


def test_a_body_nested_beyond_reading_is_kept_as_it_came(vendor):
    deep = b'{"id": "evt_9", "type": "x", "data": ' + mangled.nested(5000) + b"}"

    assert vendor("stripe", deep).status_code == 200

    kept = WebhookEvent.objects.get()
    assert kept.state == WebhookEvent.State.DEAD
    assert kept.payload["raw"].startswith('{"id": "evt_9"')


def test_halves_of_characters_are_spelled_out_where_a_name_must_be_stored(vendor):
    body = json.dumps({"id": "evt_\ud800", "type": "x\udfff"}).encode()

    assert vendor("stripe", body).status_code == 200

    kept = WebhookEvent.objects.get()
    assert (kept.external_id, kept.kind) == ("evt_\\ud800", "x\\udfff")
    assert kept.payload["id"] == "evt_\ud800"


@pytest.mark.parametrize("name", ["quickbooks", "stripe", "twilio"])
def test_ten_megabytes_are_refused_unread(vendor, name):
    assert vendor(name, b"x" * (10 * 1024 * 1024)).status_code == 413
    assert vendor(name, b"x" * (MAX_BODY + 1)).status_code == 413
    assert not WebhookEvent.objects.exists()
