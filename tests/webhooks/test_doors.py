"""The doors: what is signed is stored and answered 200, what is not is refused."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from arbook import clock
from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from arbook.webhooks.models import WebhookEvent
from tests.factories import company as new_company
from tests.factories import connection

pytestmark = pytest.mark.django_db
TOKEN = "test-auth-token"
SECRET = "whsec_test"


@pytest.fixture
def desk():
    made = new_company()
    connection(made, Connection.Vendor.QUICKBOOKS, external_id="310687")
    connection(made, Connection.Vendor.STRIPE, secrets={"webhook_secret": SECRET})
    connection(made, Connection.Vendor.TWILIO, secrets={"auth_token": TOKEN})
    return made


def _quickbooks(client, settings, body: bytes, signature: str | None = None):
    digest = hmac.new(settings.QUICKBOOKS_WEBHOOK_TOKEN.encode(), body, hashlib.sha256).digest()
    return client.post(
        reverse("webhooks:quickbooks"),
        body,
        content_type="application/cloudevents+json",
        headers={
            "intuit-signature": base64.b64encode(digest).decode()
            if signature is None
            else signature
        },
    )


def _event(number=1, realm="310687") -> dict:
    return {
        "id": f"e-{number}",
        "type": "qbo.invoice.updated.v1",
        "intuitentityid": "130",
        "intuitaccountid": realm,
    }


def _stripe(client, of, body: bytes, *, secret=SECRET, at: float | None = None):
    stamp = int(at if at is not None else clock.now().timestamp())
    signed = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return client.post(
        reverse("webhooks:stripe", args=[of.uuid]),
        body,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={stamp},v1={signed}"},
    )


def _twilio(client, settings, of, fields: dict, *, token=TOKEN):
    path = reverse("webhooks:twilio", args=[of.uuid])
    data = settings.PUBLIC_URL + path + "".join(f"{k}{v}" for k, v in sorted(fields.items()))
    digest = hmac.new(token.encode(), data.encode(), hashlib.sha1).digest()
    return client.post(
        path,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": base64.b64encode(digest).decode()},
    )


def test_a_signed_quickbooks_body_is_stored_once_per_event(client, settings, desk):
    body = json.dumps([_event(1), _event(2), _event(3, realm="unknown")]).encode()

    for _ in range(3):
        assert _quickbooks(client, settings, body).status_code == 200

    stored = WebhookEvent.objects.order_by("external_id").values_list("external_id", "company")
    assert list(stored) == [("e-1", desk.pk), ("e-2", desk.pk), ("e-3", None)]


@pytest.mark.parametrize("signature", ["", "nonsense", "ZB/3NX6AiFMSpSe02txZbDjF5USW+1d3XkFbHQ="])
def test_a_wrong_quickbooks_signature_stores_nothing(client, settings, desk, signature):
    answer = _quickbooks(client, settings, json.dumps([_event()]).encode(), signature)

    assert answer.status_code == 401
    assert not WebhookEvent.objects.exists()


def test_a_signed_body_that_cannot_be_read_is_kept_for_a_person_and_answered(
    client, settings, desk
):
    assert _quickbooks(client, settings, b"{broken").status_code == 200

    kept = WebhookEvent.objects.get()
    assert kept.state == WebhookEvent.State.DEAD
    assert "Not JSON" in kept.error
    assert kept.payload["raw"] == "{broken"


def test_a_stripe_event_is_stored_for_its_company(client, desk):
    body = json.dumps({"id": "evt_1", "type": "payment_intent.succeeded", "data": {}}).encode()

    assert _stripe(client, desk, body).status_code == 200
    assert _stripe(client, desk, body).status_code == 200

    event = WebhookEvent.objects.get()
    assert (event.company, event.kind) == (desk, "payment_intent.succeeded")


def test_a_stripe_event_stamped_by_the_machines_clock_passes_where_ours_was_moved(client, desk):
    movable.move(timedelta(days=30))
    try:
        answer = _stripe(client, desk, b'{"id": "evt_2", "type": "x"}', at=time.time())
    finally:
        movable.reset()

    assert answer.status_code == 200


def test_an_old_or_foreign_stripe_signature_is_refused(client, desk):
    body = b'{"id": "evt_1", "type": "x"}'

    assert _stripe(client, desk, body, secret="whsec_other").status_code == 400
    assert _stripe(client, desk, body, at=time.time() - 3600).status_code == 400
    assert not WebhookEvent.objects.exists()


def test_both_secrets_are_good_while_one_replaces_the_other(client, desk):
    Connection.objects.filter(vendor="stripe").first()
    row = Connection.objects.get(vendor="stripe")
    row.secrets = {"webhook_secret": f"whsec_new, {SECRET}"}
    row.save()

    body = b'{"id": "evt_1", "type": "x"}'
    assert _stripe(client, desk, body).status_code == 200
    assert _stripe(client, desk, body, secret="whsec_new").status_code == 200


def test_an_answer_by_text_is_stored_once_whatever_it_says(client, settings, desk):
    fields = {"MessageSid": "SM1", "SmsStatus": "received", "From": "+18605550100",
              "Body": "Pay\u00e9 ayer \U0001f44d + 100%"}  # fmt: skip

    for _ in range(2):
        answer = _twilio(client, settings, desk, fields)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")

    event = WebhookEvent.objects.get()
    assert event.kind == "inbound"
    assert event.payload["Body"] == fields["Body"]


def test_each_status_of_a_text_is_an_event_of_its_own(client, settings, desk):
    for status in ("sent", "delivered", "delivered"):
        _twilio(client, settings, desk, {"MessageSid": "SM1", "MessageStatus": status})

    assert WebhookEvent.objects.filter(kind="status").count() == 2


def test_a_text_signed_by_nobody_we_know_is_refused(client, settings, desk):
    answer = _twilio(client, settings, desk, {"MessageSid": "SM1", "Body": "STOP"}, token="other")

    assert answer.status_code == 403
    assert not WebhookEvent.objects.exists()


def test_nobody_learns_which_companies_exist(client, settings, desk):
    stranger = new_company()

    assert _stripe(client, stranger, b"{}").status_code == 404


def test_a_body_beyond_all_measure_is_refused_unread(client, settings, desk):
    assert _quickbooks(client, settings, b"x" * (2 * 1024 * 1024 + 1)).status_code == 413


def test_a_browser_finds_nothing_here(client, desk):
    assert client.get(reverse("webhooks:quickbooks")).status_code == 405
