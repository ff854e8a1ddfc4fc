"""How a payer pays: by card at once, by bank debit in days."""

import secrets
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.stripe import money
from arbook.sandbox.stripe.errors import StripeError

if TYPE_CHECKING:
    from arbook.sandbox.stripe.account import StripeAccount

ACH_DAYS = 4
NO_FUNDS = "Your card has insufficient funds."
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": ("card_declined", "insufficient_funds", NO_FUNDS),
    "4000000000000069": ("expired_card", None, "Your card has expired."),
    "4000000000000341": ("card_declined", "generic_decline", "Your card was declined."),
    "4000008260003178": ("card_declined", "insufficient_funds", NO_FUNDS),
}
AUTHENTICATE = {"4000002500003155", "4000002760003184", "4000008260003178"}
DISPUTED = {"4000000000000259"}
BANK_OUTCOMES = {
    "000123456789": "",
    "000111111113": "account_closed",
    "000111111116": "no_account",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000555555559": "then_dispute",
    "000000000009": "stays_processing",
}
METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_createDispute": "4000000000000259",
    "pm_usBankAccount_success": "000123456789",
    "pm_usBankAccount_insufficientFunds": "000222222227",
    "pm_usBankAccount_debitNotAuthorized": "000333333335",
    "pm_usBankAccount_dispute": "000555555559",
    "pm_usBankAccount_processing": "000000000009",
}


def needs_authentication(card: str) -> bool:
    return _digits(card) in AUTHENTICATE


def by_card(
    account: "StripeAccount",
    session_id: str,
    card: str,
    email: str = "",
    *,
    authenticated: bool = False,
) -> dict[str, Any]:
    """Pay an open session by card. A decline raises, and leaves the session open."""
    session, intent = _open(account, session_id, email)
    number = _digits(card)
    if number in AUTHENTICATE and not authenticated:
        intent["status"] = "requires_action"
        text = "This card needs authentication."
        raise StripeError(text, status=402, type="card_error", code="authentication_required")
    charge_card(account, intent, number)
    session.update(status="complete", payment_status="paid", url=None)
    account.emit("checkout.session.completed", session)
    return session


def charge_card(account: "StripeAccount", intent: dict[str, Any], number: str) -> None:
    """Take an intent's money from a card; StripeError 402 when the bank says no."""
    last4 = number[-4:]
    method = account.new("payment_method", "pm", type="card", customer=intent["customer"])
    method["card"] = {
        "brand": "visa",
        "last4": last4,
        "exp_month": 12,
        "exp_year": 2034,
        "funding": "credit",
        "country": "US",
    }
    intent["payment_method"] = method["id"]
    intent["payment_method_types"] = ["card"]
    details = {"type": "card", "card": dict(method["card"])}
    if number in DECLINES:
        code, decline, text = DECLINES[number]
        charge = money.new_charge(account, intent, "ch", details, status="failed", paid=False)
        charge.update(failure_code=code, failure_message=text)
        fields = {"code": code, "advice_code": "try_again_later"}
        fields |= {"decline_code": decline} if decline else {}
        _failed(account, intent, charge, text, "card_error", fields)
        raise StripeError(
            text,
            status=402,
            type="card_error",
            **fields,
            charge=charge["id"],
            payment_intent=dict(intent),
        )
    charge = money.new_charge(account, intent, "ch", details, status="succeeded", paid=True)
    _succeeded(account, intent, charge)
    if number in DISPUTED:
        later = account.vendor.sandbox.tasks.later
        later(2 * account.vendor.sandbox.pace, "stripe.dispute", account.id, charge["id"])


def by_bank(
    account: "StripeAccount", session_id: str, number: str, email: str = ""
) -> dict[str, Any]:
    """Start a bank debit: the session is complete but unpaid, the intent processing."""
    session, intent = _open(account, session_id, email)
    start_debit(account, intent, _digits(number))
    session.update(status="complete", payment_status="unpaid", url=None)
    account.emit("checkout.session.completed", session)
    return session


def start_debit(account: "StripeAccount", intent: dict[str, Any], number: str) -> None:
    """Begin taking an intent's money from a bank account."""
    if intent["currency"] != "usd":
        raise StripeError("Bank debits are in US dollars only.", code="parameter_invalid")
    if number not in BANK_OUTCOMES:
        raise StripeError(
            "This is not a test account number.",
            code="account_number_invalid",
            param="account_number",
        )
    method = account.new("payment_method", "pm", type="us_bank_account")
    method["us_bank_account"] = {
        "bank_name": "STRIPE TEST BANK",
        "last4": number[-4:],
        "routing_number": "110000000",
        "account_holder_type": "company",
        "account_type": "checking",
    }
    details = {"type": "us_bank_account", "us_bank_account": dict(method["us_bank_account"])}
    intent.update(
        status="processing",
        payment_method=method["id"],
        payment_method_types=["us_bank_account"],
        processing={"type": "us_bank_account"},
    )
    charge = money.new_charge(account, intent, "py", details, status="pending", paid=False)
    account.data.outcomes[intent["id"]] = BANK_OUTCOMES[number]
    account.emit("charge.pending", charge)
    account.emit("payment_intent.processing", intent)
    due = clock.stamp() + ACH_DAYS * 86400
    account.vendor.sandbox.tasks.at(due, "stripe.settle", account.id, intent["id"])


def settle(account: "StripeAccount", intent_id: str, failure: str = "") -> dict[str, Any]:
    """A bank debit ends, well or badly; one that already ended stays as it is."""
    intent = account.find(intent_id, "payment_intent")
    if intent["status"] != "processing":
        return intent
    charge = account.find(intent["latest_charge"], "charge")
    session = next(
        (s for s in account.table("checkout.session").values() if s["payment_intent"] == intent_id),
        None,
    )
    intent["processing"] = None
    if failure:
        text = "The customer's bank account could not be debited: " + failure.replace("_", " ")
        charge.update(status="failed", failure_code=failure, failure_message=text)
        _failed(account, intent, charge, text, "invalid_request_error", {"code": failure})
        if session:
            account.emit("checkout.session.async_payment_failed", session)
        return intent
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
    _succeeded(account, intent, charge)
    if session:
        session["payment_status"] = "paid"
        account.emit("checkout.session.async_payment_succeeded", session)
    return intent


def settle_when_due(account: "StripeAccount", intent_id: str) -> None:
    """Four days are over: the debit ends as its test number says."""
    outcome = account.data.outcomes.get(intent_id, "")
    if outcome == "stays_processing":
        return
    intent = settle(account, intent_id, "" if outcome == "then_dispute" else outcome)
    if outcome == "then_dispute" and intent["status"] == "succeeded":
        money.dispute(account, account.find(intent["latest_charge"]), "debit_not_authorized")


def _open(
    account: "StripeAccount", session_id: str, email: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    session = account.find(session_id, "checkout.session")
    if session["status"] != "open" or session["expires_at"] < clock.stamp():
        raise StripeError("This Checkout Session is no longer open.", code="session_closed")
    session["customer_details"] = {
        "email": email or session["customer_email"],
        "name": None,
        "phone": None,
        "address": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    if session["payment_intent"]:
        return session, account.find(session["payment_intent"])
    inner = account.table("_intent_data").get(session_id, {})
    if not session["customer"] and (
        session["customer_creation"] == "always" or inner.get("setup_future_usage")
    ):
        session["customer"] = account.new("customer", "cus", size=14, email=email or None)["id"]
    intent = new_intent(account, session["amount_total"], session["currency"], inner)
    intent["customer"] = session["customer"]
    session["payment_intent"] = intent["id"]
    return session, intent


def new_intent(
    account: "StripeAccount", value: int, currency: str, fields: dict[str, Any]
) -> dict[str, Any]:
    """A PaymentIntent that waits for a method of payment."""
    kept = (
        "description",
        "statement_descriptor_suffix",
        "statement_descriptor",
        "receipt_email",
        "setup_future_usage",
        "customer",
        "transfer_group",
        "capture_method",
    )
    intent = account.new(
        "payment_intent",
        "pi",
        amount=value,
        currency=currency,
        status="requires_payment_method",
        metadata=fields.get("metadata") or {},
        confirmation_method="automatic",
    )
    intent["capture_method"] = "automatic_async"
    intent |= {name: fields[name] for name in kept if name in fields}
    account.table("payment_intent")[intent["id"]] = intent
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(12)}"
    account.emit("payment_intent.created", intent)
    return intent


def _succeeded(account: "StripeAccount", intent: dict[str, Any], charge: dict[str, Any]) -> None:
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )
    account.emit("charge.succeeded", charge)
    account.emit("payment_intent.succeeded", intent)
    sandbox = account.vendor.sandbox
    sandbox.tasks.later(1.0 * sandbox.pace, "stripe.balance", account.id, charge["id"])


def _failed(
    account: "StripeAccount",
    intent: dict[str, Any],
    charge: dict[str, Any],
    text: str,
    kind: str,
    fields: dict[str, Any],
) -> None:
    intent.update(
        status="requires_payment_method",
        latest_charge=charge["id"],
        last_payment_error={"type": kind, "message": text, "charge": charge["id"]} | fields,
    )
    intent["payment_method"] = None
    account.emit("charge.failed", charge)
    account.emit("payment_intent.payment_failed", intent)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
