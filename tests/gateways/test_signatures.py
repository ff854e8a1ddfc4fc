"""The vendors' own test vectors, and what a stranger might send instead."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from arbook.gateways import signatures

BOOKS_BODY = (
    b'[{"specversion":"1.0","id":"e-1","type":"qbo.invoice.updated.v1",'
    b'"intuitentityid":"130","intuitaccountid":"310687"}]'
)
BOOKS_SIGNATURE = "ZB/3NX6AiFMSpSe02txZbDjF5USW+1d3XkFbHQOJUts="

STRIPE_BODY = b'{"id":"evt_test"}'
STRIPE_V1 = "13941114bb88ac44a76abcfddea5b92aa6182a4b63d8be3aae908a616083bd7e"
STRIPE_HEADER = f"t=1700000000,v1={STRIPE_V1}"
STRIPE_SECRET = "whsec_test_secret"
SIGNED_AT = datetime.fromtimestamp(1700000000, UTC)

TEXT_URL = "https://example.com/twilio/status"
TEXT_PARAMS = [
    ("MessageSid", "SM00000000000000000000000000000001"),
    ("From", "+15555550111"),
    ("AccountSid", "AC00000000000000000000000000000000"),
    ("To", "+15555550100"),
    ("MessageStatus", "delivered"),
]
TEXT_SIGNATURE = "c5nZjMDieTaRCPdPiIboTFsuvsg="


def test_intuits_vector_fits():
    assert signatures.quickbooks(BOOKS_BODY, BOOKS_SIGNATURE, "verifier-token-1")


@pytest.mark.parametrize(
    ("body", "header", "token"),
    [
        (BOOKS_BODY + b" ", BOOKS_SIGNATURE, "verifier-token-1"),
        (BOOKS_BODY, BOOKS_SIGNATURE, "verifier-token-2"),
        (BOOKS_BODY, BOOKS_SIGNATURE, ""),
        (BOOKS_BODY, "", "verifier-token-1"),
        (BOOKS_BODY, None, "verifier-token-1"),
        (BOOKS_BODY, "not base64 at all!", "verifier-token-1"),
        (BOOKS_BODY, "žluť", "verifier-token-1"),
        (BOOKS_BODY, BOOKS_SIGNATURE[:-4], "verifier-token-1"),
    ],
)
def test_a_forged_intuit_notice_is_refused(body, header, token):
    assert not signatures.quickbooks(body, header, token)


def test_stripes_vector_fits():
    assert signatures.stripe(STRIPE_BODY, STRIPE_HEADER, [STRIPE_SECRET], SIGNED_AT)


def test_either_secret_and_either_value_count_during_a_rotation():
    header = f"t=1700000000,v1={'0' * 64},v1={STRIPE_V1},v0=old"

    assert signatures.stripe(STRIPE_BODY, header, ["whsec_new", STRIPE_SECRET], SIGNED_AT)
    assert signatures.stripe(STRIPE_BODY, header, f"whsec_new, {STRIPE_SECRET}", SIGNED_AT)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"v1={STRIPE_V1}",
        "t=1700000000",
        "t=1700000000,v1=",
        f"t=soon,v1={STRIPE_V1}",
        f"t=1700000001,v1={STRIPE_V1}",
        f"t=1700000000,t=1700000000,v1={STRIPE_V1}",
        f"t=1700000000,v0={STRIPE_V1}",
        f"t=1700000000,v1=ž{STRIPE_V1[1:]}",
        f"t={'9' * 400},v1={STRIPE_V1}",
    ],
)
def test_a_forged_stripe_event_is_refused(header):
    assert not signatures.stripe(STRIPE_BODY, header, [STRIPE_SECRET], SIGNED_AT)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_stripe_event_out_of_time_is_refused(seconds):
    now = SIGNED_AT + timedelta(seconds=seconds)

    assert not signatures.stripe(STRIPE_BODY, STRIPE_HEADER, [STRIPE_SECRET], now)


def test_a_stripe_event_without_any_secret_is_refused():
    assert not signatures.stripe(STRIPE_BODY, STRIPE_HEADER, [], SIGNED_AT)
    assert not signatures.stripe(STRIPE_BODY, STRIPE_HEADER, "", SIGNED_AT)


def test_twilios_vector_fits_in_any_order_of_fields():
    assert signatures.twilio(TEXT_URL, TEXT_PARAMS, TEXT_SIGNATURE, ["12345"])
    assert signatures.twilio(TEXT_URL, TEXT_PARAMS[::-1], TEXT_SIGNATURE, "54321,12345")


def test_twilio_may_or_may_not_sign_the_default_port():
    with_port = TEXT_URL.replace("example.com", "example.com:443")

    assert signatures.twilio(with_port, TEXT_PARAMS, TEXT_SIGNATURE, ["12345"])


@pytest.mark.parametrize(
    ("url", "params", "header", "tokens"),
    [
        (TEXT_URL + "/", TEXT_PARAMS, TEXT_SIGNATURE, ["12345"]),
        (TEXT_URL, TEXT_PARAMS[:-1], TEXT_SIGNATURE, ["12345"]),
        (TEXT_URL, [*TEXT_PARAMS, ("Empty", "")], TEXT_SIGNATURE, ["12345"]),
        (TEXT_URL, TEXT_PARAMS, TEXT_SIGNATURE, ["1234"]),
        (TEXT_URL, TEXT_PARAMS, TEXT_SIGNATURE, []),
        (TEXT_URL, TEXT_PARAMS, None, ["12345"]),
        (TEXT_URL, TEXT_PARAMS, "%%%", ["12345"]),
        ("https://example.com:port/", TEXT_PARAMS, TEXT_SIGNATURE, ["12345"]),
    ],
)
def test_a_forged_twilio_callback_is_refused(url, params, header, tokens):
    assert not signatures.twilio(url, params, header, tokens)


def test_a_shared_key_signs_with_sha256_and_the_token_no_longer_counts():
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    keys = {"webhooks_sharedkey_1": "shared"}
    header = _sign("shared", TEXT_URL + _fields(TEXT_PARAMS), "sha256")

    assert signatures.twilio(TEXT_URL, TEXT_PARAMS, header, ["12345"], settings, keys)
    assert not signatures.twilio(TEXT_URL, TEXT_PARAMS, TEXT_SIGNATURE, ["12345"], settings, keys)
    assert not signatures.twilio(TEXT_URL, TEXT_PARAMS, header, ["12345"], settings, {})
    assert not signatures.twilio(TEXT_URL, TEXT_PARAMS, header, ["12345"], "key=x", {"x": "shared"})


def test_a_json_callback_is_bound_to_its_body():
    body = b'{"a":1}'
    url = f"{TEXT_URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    header = _sign("12345", url, "sha1")

    assert signatures.twilio_json(url, body, header, ["12345"])
    assert not signatures.twilio_json(url, b'{"a":2}', header, ["12345"])
    assert not signatures.twilio_json(TEXT_URL, body, header, ["12345"])


def _fields(params):
    return "".join(name + value for name, value in sorted(params))


def _sign(secret, text, algorithm):
    import base64
    import hmac

    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), algorithm)).decode()
