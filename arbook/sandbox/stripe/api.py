"""The REST paths of the Stripe API."""

import re
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.stripe import money, paying, sessions
from arbook.sandbox.stripe.errors import StripeError, missing
from arbook.sandbox.stripe.params import flag, whole
from arbook.sandbox.wire import Routes

if TYPE_CHECKING:
    from arbook.sandbox.stripe.account import StripeAccount

Params = dict[str, Any]
EVENTS_KEPT = 30 * 24 * 3600
"""Seconds for which an event can be asked for."""
routes = Routes()
LISTS = {
    "/v1/checkout/sessions": ("checkout.session", ("payment_intent", "customer", "status")),
    "/v1/payment_intents": ("payment_intent", ("customer",)),
    "/v1/charges": ("charge", ("customer", "payment_intent")),
    "/v1/customers": ("customer", ("email",)),
    "/v1/refunds": ("refund", ("charge", "payment_intent")),
    "/v1/payouts": ("payout", ("status",)),
    "/v1/disputes": ("dispute", ("charge", "payment_intent")),
    "/v1/balance_transactions": ("balance_transaction", ("type", "source", "currency")),
    "/v1/events": ("event", ("type",)),
}


def _name(path: str) -> str:
    return path.removeprefix("/v1/").replace("/", ".")


def _register_reads(path: str, kind: str, filters: tuple[str, ...]) -> None:
    @routes.on("GET", path, f"{_name(path)}.list")
    def list_(account: "StripeAccount", params: Params, base: str) -> Params:
        return listing(account, path, kind, filters, params)

    if kind in ("payment_intent", "charge", "customer"):

        @routes.on("GET", path + "/search", f"{_name(path)}.search")
        def search_(account: "StripeAccount", params: Params, base: str) -> Params:
            return search(account, path, kind, params)

    @routes.on("GET", path + "/{id}", f"{_name(path)}.retrieve")
    def retrieve(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
        return account.find(id, kind)


def listing(
    account: "StripeAccount", path: str, kind: str, filters: tuple[str, ...], params: Params
) -> Params:
    """A page of a list, newest first."""
    limit = whole(params, "limit", 10)
    if not 1 <= limit <= 100:
        raise StripeError("limit must be between 1 and 100", param="limit")
    rows = [row for row in reversed(account.table(kind).values()) if _fits(row, filters, params)]
    if kind == "event":
        rows = [row for row in rows if row["created"] > clock.stamp() - EVENTS_KEPT]
    if payout := params.get("payout"):
        account.find(payout, "payout")
        members = set(account.table("_payouts").get(payout, {"rows": []})["rows"])
        rows = [row for row in rows if row["id"] in members]
    if kinds := params.get("types"):
        rows = [row for row in rows if row["type"] in kinds]
    if "delivery_success" in params:
        undelivered = account.vendor.undelivered(account)
        wanted = flag(params["delivery_success"])
        rows = [row for row in rows if (row["id"] not in undelivered) is wanted]
    if after := params.get("starting_after"):
        rows = rows[_place(rows, after) + 1 :]
    if before := params.get("ending_before"):
        rows = rows[max(0, _place(rows, before) - limit) : _place(rows, before)]
    return {"object": "list", "url": path, "has_more": len(rows) > limit, "data": rows[:limit]}


def _place(rows: list[Params], id_: str) -> int:
    for number, row in enumerate(rows):
        if row["id"] == id_:
            return number
    raise missing("object", id_)


def _fits(row: Params, filters: tuple[str, ...], params: Params) -> bool:
    for name in filters:
        if name in params and row.get(name) != params[name]:
            return False
    created = params.get("created")
    if isinstance(created, dict):
        tests = {
            "gt": lambda a, b: a > b,
            "gte": lambda a, b: a >= b,
            "lt": lambda a, b: a < b,
            "lte": lambda a, b: a <= b,
        }
        return all(tests[sign](row["created"], int(value)) for sign, value in created.items())
    return created is None or row["created"] == int(created)


_TERM = re.compile(
    r"""^(metadata\[['"](?P<key>[^'"]+)['"]\]|(?P<field>\w+)):['"](?P<value>[^'"]*)['"]$"""
)


def search(account: "StripeAccount", path: str, kind: str, params: Params) -> Params:
    """Search by metadata or a field, terms joined by AND."""
    terms = [_TERM.match(part.strip()) for part in params["query"].split(" AND ")]
    if not all(terms):
        raise StripeError("We were unable to parse your search query.", param="query")
    rows = []
    for row in reversed(account.table(kind).values()):
        values = [
            (row["metadata"] or {}).get(t["key"]) if t["key"] else row.get(t["field"])
            for t in terms
        ]
        if all(value == t["value"] for value, t in zip(values, terms, strict=True)):
            rows.append(row)
    limit = whole(params, "limit", 10)
    return {
        "object": "search_result",
        "url": path + "/search",
        "has_more": len(rows) > limit,
        "next_page": None,
        "data": rows[:limit],
    }


@routes.on("POST", "/v1/checkout/sessions", "checkout.sessions.create")
def create_session(account: "StripeAccount", params: Params, base: str) -> Params:
    return sessions.create(account, params, base)


@routes.on("POST", "/v1/checkout/sessions/{id}/expire", "checkout.sessions.expire")
def expire_session(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    return sessions.expire(account, id)


@routes.on("POST", "/v1/checkout/sessions/{id}", "checkout.sessions.update")
def update_session(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    return _update(account, account.find(id, "checkout.session"), params)


@routes.on("GET", "/v1/checkout/sessions/{id}/line_items", "checkout.sessions.line_items")
def session_lines(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    account.find(id, "checkout.session")
    lines = account.table("_lines")[id]["data"]
    url = f"/v1/checkout/sessions/{id}/line_items"
    return {"object": "list", "url": url, "has_more": False, "data": lines}


@routes.on("POST", "/v1/payment_intents", "payment_intents.create")
def create_intent(account: "StripeAccount", params: Params, base: str) -> Params:
    value = whole(params, "amount")
    if value < sessions.MINIMUM:
        raise StripeError("Amount must be at least $0.50 usd", code="amount_too_small")
    intent = paying.new_intent(account, value, params["currency"].lower(), params)
    if params.get("payment_method"):
        intent["status"] = "requires_confirmation"
    if flag(params.get("confirm")):
        return _confirm(account, intent, params)
    return intent


@routes.on("POST", "/v1/payment_intents/{id}/confirm", "payment_intents.confirm")
def confirm_intent(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    return _confirm(account, account.find(id, "payment_intent"), params)


def _confirm(account: "StripeAccount", intent: Params, params: Params) -> Params:
    number = paying.METHODS.get(params.get("payment_method", ""))
    if number is None:
        raise StripeError("No such PaymentMethod", code="resource_missing", param="payment_method")
    if "usBankAccount" in params["payment_method"]:
        paying.start_debit(account, intent, number)
        return intent
    if paying.needs_authentication(number):
        if flag(params.get("off_session")):
            intent["status"] = "requires_payment_method"
            text = "Your card was declined. This transaction requires authentication."
            raise StripeError(
                text,
                status=402,
                type="card_error",
                code="authentication_required",
                decline_code="authentication_required",
                payment_intent=dict(intent),
            )
        intent.update(status="requires_action", next_action={"type": "redirect_to_url"})
        return intent
    paying.charge_card(account, intent, number)
    return intent


@routes.on("POST", "/v1/payment_intents/{id}/cancel", "payment_intents.cancel")
def cancel_intent(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    intent = account.find(id, "payment_intent")
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise StripeError(
            "You cannot cancel this PaymentIntent.", code="payment_intent_unexpected_state"
        )
    intent.update(status="canceled", canceled_at=int(clock.stamp()))
    account.emit("payment_intent.canceled", intent)
    return intent


@routes.on("POST", "/v1/payment_intents/{id}", "payment_intents.update")
def update_intent(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    return _update(account, account.find(id, "payment_intent"), params)


@routes.on("POST", "/v1/charges/{id}", "charges.update")
def update_charge(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    return _update(account, account.find(id, "charge"), params)


@routes.on("POST", "/v1/customers", "customers.create")
def create_customer(account: "StripeAccount", params: Params, base: str) -> Params:
    made = account.new("customer", "cus", size=14)
    made |= {"metadata": {}, "balance": 0, "delinquent": False, "invoice_settings": {}}
    account.table("customer")[made["id"]] = made
    account.emit("customer.created", _update(account, made, params))
    return made


@routes.on("POST", "/v1/customers/{id}", "customers.update")
def update_customer(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    return _update(account, account.find(id, "customer"), params)


def _update(account: "StripeAccount", made: Params, params: Params) -> Params:
    for name, value in params.items():
        if name == "expand":
            continue
        if name == "metadata" and isinstance(value, dict):
            merged = (made.get("metadata") or {}) | value
            made["metadata"] = {key: text for key, text in merged.items() if text != ""}
        elif name in made:
            made[name] = value if value != "" else None
    return made


@routes.on("POST", "/v1/refunds", "refunds.create")
def create_refund(account: "StripeAccount", params: Params, base: str) -> Params:
    if params.get("payment_intent"):
        intent = account.find(params["payment_intent"], "payment_intent")
        if not intent["latest_charge"]:
            raise StripeError("This PaymentIntent has no charge.", code="charge_not_refundable")
        charge = account.find(intent["latest_charge"], "charge")
    elif params.get("charge"):
        charge = account.find(params["charge"], "charge")
    else:
        raise StripeError("One of charge or payment_intent is needed.", code="parameter_missing")
    value = whole(params, "amount") if "amount" in params else None
    return money.refund(account, charge, value, params.get("reason"), params.get("metadata"))


@routes.on("POST", "/v1/disputes/{id}/close", "disputes.close")
def close_dispute(account: "StripeAccount", params: Params, base: str, id: str) -> Params:
    return money.close_dispute(account, account.find(id, "dispute"), False)


@routes.on("GET", "/v1/account", "account.retrieve")
@routes.on("GET", "/v1/accounts/{id}", "account.retrieve")
def account_read(account: "StripeAccount", params: Params, base: str, id: str = "") -> Params:
    return {
        "id": account.id,
        "object": "account",
        "country": "US",
        "default_currency": "usd",
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "business_profile": {"name": account.data.name},
        "type": "standard",
        "capabilities": {"card_payments": "active", "us_bank_account_ach_payments": "active"},
    }


@routes.on("GET", "/v1/balance", "balance.retrieve")
def balance(account: "StripeAccount", params: Params, base: str) -> Params:
    total = sum(row["net"] for row in account.table("balance_transaction").values())
    amounts = [{"amount": total, "currency": "usd", "source_types": {"card": total}}]
    return {"object": "balance", "available": amounts, "pending": [], "livemode": False}


for _path, (_kind, _filters) in LISTS.items():
    _register_reads(_path, _kind, _filters)
