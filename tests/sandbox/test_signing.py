"""The signature test vectors of the vendors' documents."""

from arbook.sandbox import signing


def test_quickbooks_signs_the_raw_body():
    body = (
        b'[{"specversion":"1.0","id":"e-1","type":"qbo.invoice.updated.v1",'
        b'"intuitentityid":"130","intuitaccountid":"310687"}]'
    )

    assert (
        signing.quickbooks(body, "verifier-token-1")
        == "ZB/3NX6AiFMSpSe02txZbDjF5USW+1d3XkFbHQOJUts="
    )


def test_stripe_signs_time_and_body_with_each_secret():
    header = signing.stripe(b'{"id":"evt_test"}', ["other", "whsec_test_secret"], 1700000000)

    assert header.startswith("t=1700000000,v1=")
    assert header.endswith(",v1=13941114bb88ac44a76abcfddea5b92aa6182a4b63d8be3aae908a616083bd7e")


def test_twilio_signs_the_url_and_the_sorted_fields():
    params = {
        "MessageStatus": "delivered",
        "To": "+15555550100",
        "From": "+15555550111",
        "MessageSid": "SM00000000000000000000000000000001",
        "AccountSid": "AC00000000000000000000000000000000",
    }

    signature = signing.twilio("https://example.com/twilio/status", params, "12345")

    assert signature == "c5nZjMDieTaRCPdPiIboTFsuvsg="
