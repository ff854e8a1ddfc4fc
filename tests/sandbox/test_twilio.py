from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from arbook.sandbox import clock

from .conftest import ACCOUNT, SERVICE

ADA = "+12125550142"


@pytest.fixture
def client(vendors, twilio_account):
    client = Client(ACCOUNT, "token-of-acme", http_client=TwilioHttpClient(timeout=5))
    for host in (client.api, client.lookups, client.messaging):
        host.base_url = vendors.url + "/twilio"
    return client


@pytest.fixture
def send(client, receiver):
    def send(to: str = ADA, body: str = "Acme: invoice 1037 is due.", **fields):
        return client.messages.create(
            to=to,
            messaging_service_sid=SERVICE,
            body=body,
            status_callback=receiver.url + "/status",
            **fields,
        )

    return send


def _statuses(receiver) -> list[dict[str, str]]:
    return [
        {name: values[0] for name, values in parse_qs(one.body.decode()).items()}
        for one in receiver.of("/status")
    ]


def test_a_text_is_accepted_and_then_delivered_step_by_step(vendors, client, send, receiver):
    sent = send()
    vendors.settle()

    assert (sent.status, sent.from_, sent.num_segments) == ("accepted", None, "0")
    done = client.messages(sent.sid).fetch()
    assert (done.status, done.from_, done.price) == ("delivered", "+12125550100", "-0.00790")
    assert {one["MessageStatus"] for one in _statuses(receiver)} == {"queued", "sent", "delivered"}
    assert [message.body for message in vendors.phone(ADA).received] == [sent.body]


def test_callbacks_carry_the_vendors_signature(vendors, send, receiver):
    send()
    vendors.settle()

    for one in receiver.of("/status"):
        params = parse_qs(one.body.decode(), keep_blank_values=True)
        flat = {name: values[0] for name, values in params.items()}
        assert RequestValidator("token-of-acme").validate(
            receiver.url + "/status", flat, one.headers["X-Twilio-Signature"]
        )


def test_with_a_shared_key_the_settings_header_names_sha256(
    vendors, twilio_account, send, receiver
):
    twilio_account.sign_with_key()
    send()
    vendors.settle()

    headers = receiver.of("/status")[0].headers
    assert headers["X-Twilio-Webhooks-Signature-Settings"].endswith("algorithm=HMAC_SHA256")


def test_after_stop_sending_is_21610_until_start(vendors, send, receiver):
    send()
    vendors.settle()
    vendors.phone(ADA).reply("stop")
    vendors.settle()

    with pytest.raises(TwilioRestException) as refused:
        send()

    assert refused.value.code == 21610
    inbound = parse_qs(receiver.of("/inbound")[0].body.decode())
    assert inbound["OptOutType"] == ["STOP"]
    assert "unsubscribed" in vendors.phone(ADA).received[-1].body
    vendors.phone(ADA).reply("START")
    assert send().status == "accepted"


def test_without_advanced_opt_out_the_webhook_says_only_the_words(
    vendors, twilio_account, send, receiver
):
    twilio_account.service.advanced_opt_out = False
    send()
    vendors.settle()

    vendors.phone(ADA).reply("please stop texting me")
    vendors.phone(ADA).reply("STOP")
    vendors.settle()

    bodies = [parse_qs(one.body.decode()) for one in receiver.of("/inbound")]
    assert all("OptOutType" not in body for body in bodies)


@pytest.mark.parametrize("fate", ["30003", "30006", "30007"])
def test_an_undelivered_text_says_why_and_never_reaches_the_phone(vendors, send, receiver, fate):
    vendors.phone(ADA).data.fate = fate

    send()
    vendors.settle()

    last = next(one for one in _statuses(receiver) if one["MessageStatus"] == "undelivered")
    assert last["ErrorCode"] == fate
    assert vendors.phone(ADA).received == []


def test_an_unverified_campaign_blocks_with_30034(vendors, client, twilio_account, send):
    twilio_account.set_campaign("FAILED")

    sent = send()
    vendors.settle()

    assert client.messages(sent.sid).fetch().error_code == 30034
    campaigns = client.messaging.v1.services(SERVICE).us_app_to_person.list()
    assert campaigns[0].campaign_status == "FAILED"


def test_lookup_tells_the_kind_of_line_and_its_errors(vendors, client):
    vendors.phone("+12125550150").data.line = "landline"
    vendors.phone("+12125550151").data.lookup_error = 60600

    def look(number: str):
        return client.lookups.v2.phone_numbers(number).fetch(fields="line_type_intelligence")

    assert look(ADA).line_type_intelligence["type"] == "mobile"
    assert look("+12125550150").line_type_intelligence["type"] == "landline"
    assert look("+12125550151").line_type_intelligence["error_code"] == 60600
    assert look("+1212555").valid is False


def test_a_scheduled_text_waits_for_the_clock_and_can_be_cancelled(vendors, client, send):
    at = clock.now() + timedelta(hours=2)
    one = send(send_at=at, schedule_type="fixed")
    two = send(send_at=at, schedule_type="fixed")
    client.messages(two.sid).update(status="canceled")

    clock.move(timedelta(hours=2, minutes=1))
    vendors.settle()

    assert client.messages(one.sid).fetch().status == "delivered"
    assert client.messages(two.sid).fetch().status == "canceled"


def test_a_text_not_yet_sent_is_in_the_list_without_date_sent(vendors, client, send):
    vendors.pace = 1000
    send()

    assert [message.date_sent for message in client.messages.list(to=ADA)] == [None]
    assert client.messages.list(to="+12125550199") == []


def test_brand_and_pool_can_be_read(client, twilio_account):
    brand = client.messaging.v1.brand_registrations.list()[0]
    numbers = client.messaging.v1.services(SERVICE).phone_numbers.list()

    assert brand.status == "APPROVED"
    assert [one.phone_number for one in numbers] == ["+12125550100"]
