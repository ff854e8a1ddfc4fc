"""Checkout Sessions: created for one amount, open for at most a day."""

from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.stripe.errors import StripeError
from arbook.sandbox.stripe.params import whole

if TYPE_CHECKING:
    from arbook.sandbox.stripe.account import StripeAccount

SHORTEST, LONGEST = 30 * 60, 24 * 3600
MINIMUM = 50
COPIED = (
    "client_reference_id",
    "cancel_url",
    "success_url",
    "customer",
    "customer_email",
    "customer_creation",
    "submit_type",
    "locale",
    "billing_address_collection",
    "integration_identifier",
    "allowed_payment_method_types",
    "consent_collection",
)


def create(account: "StripeAccount", params: dict[str, Any], base: str) -> dict[str, Any]:
    """A new open session; `payment_intent` stays null until somebody pays."""
    mode = params.get("mode", "payment")
    if mode not in ("payment", "setup"):
        raise StripeError(f"Mode {mode} is not available here", param="mode")
    if not params.get("success_url"):
        raise StripeError(
            "Missing required param: success_url.", code="parameter_missing", param="success_url"
        )
    now = int(clock.stamp())
    expires = whole(params, "expires_at", now + LONGEST)
    if not now + SHORTEST - 60 <= expires <= now + LONGEST + 60:
        text = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise StripeError(text, param="expires_at")
    if params.get("customer"):
        account.find(params["customer"], "customer")
    lines, total, currency = _lines(params) if mode == "payment" else ([], 0, None)
    _check_metadata(params.get("metadata") or {})
    inner = params.get("payment_intent_data") or {}
    _check_metadata(inner.get("metadata") or {})
    suffix = inner.get("statement_descriptor_suffix", "")
    if len(suffix) > 22 or any(char in suffix for char in "<>\\'\"*"):
        raise StripeError(
            "The statement descriptor suffix is invalid.",
            param="payment_intent_data[statement_descriptor_suffix]",
        )
    made = account.new(
        "checkout.session",
        "cs_test",
        size=58,
        mode=mode,
        status="open",
        payment_status="unpaid" if total else "no_payment_required",
        amount_subtotal=total,
        amount_total=total,
        currency=currency,
        expires_at=expires,
        metadata=params.get("metadata") or {},
        ui_mode=params.get("ui_mode", "hosted_page"),
        payment_method_types=params.get("allowed_payment_method_types")
        or ["card", "us_bank_account"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        automatic_tax={"enabled": False, "liability": None, "status": None},
    )
    made |= {name: params[name] for name in COPIED if name in params}
    made["customer_creation"] = params.get("customer_creation", "if_required")
    made["url"] = f"{base}/pay/{made['id']}"
    account.table("_lines")[made["id"]] = {"data": lines}
    account.table("_intent_data")[made["id"]] = inner
    account.vendor.sandbox.tasks.at(expires, "stripe.expire", account.id, made["id"])
    return made


def _lines(params: dict[str, Any]) -> tuple[list[dict[str, Any]], int, str]:
    lines, total, currency = [], 0, ""
    for number, item in enumerate(params.get("line_items") or []):
        price = item.get("price_data")
        where = f"line_items[{number}]"
        if not price:
            raise StripeError("Only price_data is available here.", param=f"{where}[price]")
        value, quantity = whole(price, "unit_amount"), whole(item, "quantity", 1)
        if value < 0 or quantity < 1:
            raise StripeError("Invalid amount", param=f"{where}[price_data][unit_amount]")
        currency = price["currency"].lower()
        total += value * quantity
        name = (price.get("product_data") or {}).get("name", "")
        lines.append(
            {
                "id": f"li_{number}",
                "object": "item",
                "amount_subtotal": value * quantity,
                "amount_total": value * quantity,
                "currency": currency,
                "description": name,
                "quantity": quantity,
            }
        )
    if not lines:
        text = "You must provide at least one line item."
        raise StripeError(text, code="parameter_missing", param="line_items")
    if total < MINIMUM:
        text = "The Checkout Session's total amount must convert to at least 50 cents."
        raise StripeError(text, code="amount_too_small")
    return lines, total, currency


def _check_metadata(metadata: dict[str, Any]) -> None:
    if len(metadata) > 50:
        raise StripeError("Metadata may hold at most 50 keys.", param="metadata")
    for key, value in metadata.items():
        if len(key) > 40 or len(str(value)) > 500:
            raise StripeError(
                "Metadata keys have at most 40, values 500 characters.", param=f"metadata[{key}]"
            )


def expire(account: "StripeAccount", session_id: str) -> dict[str, Any]:
    """Close an open session; one that is paid or being paid cannot be expired."""
    made = account.find(session_id, "checkout.session")
    if made["status"] != "open":
        text = f"Only open Checkout Sessions can be expired; this one is {made['status']}."
        raise StripeError(text, param="session")
    made["status"], made["url"] = "expired", None
    account.emit("checkout.session.expired", made)
    return made


def expire_when_due(account: "StripeAccount", session_id: str) -> None:
    """The session's time is over."""
    made = account.table("checkout.session").get(session_id)
    if made and made["status"] == "open" and made["expires_at"] <= clock.stamp() + 1:
        expire(account, session_id)
