from datetime import timedelta

import pytest
import requests
import stripe

from arbook.sandbox import clock

LINE = {
    "quantity": 1,
    "price_data": {
        "currency": "usd",
        "unit_amount": 16207,
        "product_data": {"name": "Invoice 1037"},
    },
}
SESSION = {
    "mode": "payment",
    "success_url": "https://arbook.example/done?cs={CHECKOUT_SESSION_ID}",
    "line_items": [LINE],
    "payment_intent_data": {"metadata": {"invoice": "130"}, "description": "Invoice 1037"},
    "allowed_payment_method_types": ["card", "us_bank_account"],
}


@pytest.fixture
def client(vendors, stripe_account):
    return stripe.StripeClient(
        "sk_test_acme",
        base_addresses={"api": vendors.url + "/stripe"},
        http_client=stripe.RequestsClient(timeout=5),
    )


@pytest.fixture
def session(client):
    return client.v1.checkout.sessions.create(SESSION)


def _kinds(receiver, secret: str = "whsec_acme") -> list[str]:
    kinds = []
    for one in receiver.of("/stripe"):
        stripe.WebhookSignature.verify_header(
            one.body.decode(), one.headers["Stripe-Signature"], secret
        )
        kinds.append(stripe.Event.construct_from(__import__("json").loads(one.body), "k").type)
    return kinds


def test_a_session_has_no_payment_intent_before_somebody_pays(session):
    assert session.payment_intent is None
    assert session.amount_total == 16207
    assert session.id.startswith("cs_test_")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported"),
        ({"colour": "red"}, "parameter_unknown"),
        ({"line_items": [LINE | {"colour": "red"}]}, "parameter_unknown"),
        ({"line_items": []}, "parameter_missing"),
    ],
)
def test_parameters_stripe_does_not_take_are_refused(client, change, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(SESSION | change)

    assert refused.value.code == code


def test_the_same_key_gives_the_same_session_and_another_body_is_refused(client):
    options = {"idempotency_key": "pay-1"}
    first = client.v1.checkout.sessions.create(SESSION, options)

    assert client.v1.checkout.sessions.create(SESSION, options).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(SESSION | {"locale": "es"}, options)


def test_paying_on_the_hosted_page_by_card(vendors, client, session, receiver):
    page = requests.get(session.url, timeout=5)
    sent = {"method": "card", "card_number": "4242 4242 4242 4242"}

    answer = requests.post(session.url, data=sent, allow_redirects=False, timeout=5)
    vendors.settle()

    assert "4242 4242 4242 4242" in page.text
    assert answer.headers["Location"] == f"https://arbook.example/done?cs={session.id}"
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    assert paid.payment_status == "paid"
    assert paid.payment_intent.metadata["invoice"] == "130"
    assert paid.payment_intent.latest_charge.balance_transaction.net == 16207 - 500
    assert set(_kinds(receiver)) == {
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    }


def test_the_balance_transaction_is_unknown_until_charge_updated(vendors, stripe_account, session):
    vendors.pace = 1000
    stripe_account.pay(session.id)

    assert stripe_account.all("charge")[0]["balance_transaction"] is None


def test_a_declined_card_leaves_the_page_open(vendors, session, receiver):
    sent = {"method": "card", "card_number": "4000000000000002"}

    answer = requests.post(session.url, data=sent, allow_redirects=False, timeout=5)
    vendors.settle()

    assert answer.status_code == 402
    assert "declined" in answer.text
    assert "payment_intent.payment_failed" in _kinds(receiver)
    assert requests.get(session.url, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("000123456789", "checkout.session.async_payment_succeeded"),
        ("000222222227", "checkout.session.async_payment_failed"),
    ],
)
def test_a_bank_debit_is_in_flight_for_four_days(
    vendors, client, stripe_account, session, receiver, number, kind
):
    stripe_account.pay_by_bank(session.id, number=number)
    vendors.settle()
    before = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})

    clock.move(timedelta(days=4, minutes=1))
    vendors.settle()

    assert (before.payment_status, before.payment_intent.status) == ("unpaid", "processing")
    assert kind in _kinds(receiver)


def test_an_open_session_expires_by_itself_and_a_paid_one_cannot_be_expired(
    vendors, client, stripe_account, session, receiver
):
    other = client.v1.checkout.sessions.create(SESSION)
    stripe_account.pay(other.id)

    clock.move(timedelta(hours=25))
    vendors.settle()

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert "checkout.session.expired" in _kinds(receiver)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(other.id)


def test_a_payout_lists_its_own_negative_row_and_the_rest_adds_up(
    vendors, client, stripe_account, session
):
    stripe_account.pay(session.id)
    vendors.settle()
    charge = stripe_account.all("charge")[0]["id"]
    client.v1.refunds.create({"charge": charge, "amount": 1000})

    payout = stripe_account.payout()

    rows = list(
        client.v1.balance_transactions.list({"payout": payout["id"], "limit": 1}).auto_paging_iter()
    )
    assert sorted(row.type for row in rows) == ["charge", "payout", "refund"]
    assert sum(row.net for row in rows if row.type != "payout") == payout["amount"]


def test_a_dispute_takes_amount_and_fee_and_winning_brings_the_amount_back(
    vendors, stripe_account, session, receiver
):
    stripe_account.pay(session.id)
    charge = stripe_account.all("charge")[0]["id"]
    made = stripe_account.dispute(charge)

    stripe_account.close_dispute(made["id"], won=True)
    vendors.settle()

    nets = [row["net"] for row in stripe_account.all("balance_transaction")]
    assert nets == [15707, -16207 - 1500, 16207]
    kinds = _kinds(receiver)
    assert {"charge.dispute.created", "charge.dispute.closed"} <= set(kinds)


def test_off_session_needs_authentication_and_says_which_intent(client):
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_intents.create(
            {
                "amount": 5000,
                "currency": "usd",
                "confirm": True,
                "off_session": True,
                "payment_method": "pm_card_authenticationRequired",
            }
        )

    assert refused.value.code == "authentication_required"


def test_undelivered_events_can_be_listed(vendors, client, stripe_account, session, receiver):
    vendors.delivery.hold("stripe")
    stripe_account.pay(session.id)

    missed = client.v1.events.list(
        {"delivery_success": False, "types": ["payment_intent.succeeded"]}
    )

    assert [event.type for event in missed.data] == ["payment_intent.succeeded"]


def test_a_wrong_key_is_401(vendors, stripe_account):
    client = stripe.StripeClient("sk_wrong", base_addresses={"api": vendors.url + "/stripe"})

    with pytest.raises(stripe.AuthenticationError):
        client.v1.customers.list()


def test_payments_are_found_by_metadata(client, stripe_account, session):
    stripe_account.pay(session.id)

    found = client.v1.payment_intents.search({"query": "metadata['invoice']:'130'"})

    assert len(found.data) == 1
