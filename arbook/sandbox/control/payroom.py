"""Stripe's side: payments, debits in flight, disputes, refunds, payouts."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arbook.sandbox.page import Html, badge, card, choice, form, join, link, money, page, table
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

routes = Routes()
FAILURES = ("insufficient_funds", "account_closed", "no_account", "debit_not_authorized")


@routes.on("GET", "/payments")
def accounts(sandbox: "Sandbox", request: Request) -> Response:
    rows = [
        (
            link(f"/payments/{account.id}", account.data.name),
            account.id,
            len(account.table("payment_intent")),
            len(account.table("payout")),
        )
        for account in sandbox.stripe_vendor.accounts()
    ]
    heads = ("Account", "Id", "#Payments", "#Payouts")
    return page("Stripe", card("Accounts", table(heads, rows)), at="/payments")


@routes.on("GET", "/payments/{account}")
def payments(sandbox: "Sandbox", request: Request, account: str) -> Response:
    found = sandbox.stripe(account)
    here = f"/payments/{account}"
    rows = []
    for intent in list(reversed(found.table("payment_intent").values()))[:100]:
        rows.append(
            (
                intent["id"],
                intent["description"] or "",
                _when(intent["created"]),
                money(intent["amount"] / 100),
                _state(intent),
                _acts(here, found, intent),
            )
        )
    sessions = [
        (
            link(session["url"], session["id"][:22]),
            money(session["amount_total"] / 100),
            _when(session["expires_at"]),
        )
        for session in reversed(found.table("checkout.session").values())
        if session["status"] == "open" and session["url"]
    ]
    disputes = []
    for dispute in reversed(found.table("dispute").values()):
        acts: Any = ""
        if dispute["status"] not in ("won", "lost"):
            acts = join(
                (
                    form(f"{here}/won", "Customer loses: won", id=dispute["id"]),
                    form(f"{here}/lost", "Lost", id=dispute["id"]),
                )
            )
        disputes.append((dispute["id"], money(dispute["amount"] / 100), dispute["status"], acts))
    payouts = [
        (one["id"], money(one["amount"] / 100), one["status"], _when(one["arrival_date"]))
        for one in reversed(found.table("payout").values())
    ]
    balance = sum(row["net"] for row in found.table("balance_transaction").values())
    heads = ("Payment", "For", "At", "#Amount", "State", "")
    return page(
        found.data.name,
        card("Payments", table(heads, rows, "Nobody paid yet."), live="intents"),
        Html('<div class="grid">'),
        card(
            "Open checkout pages",
            table(("Session", "#Amount", "Until"), sessions, "None."),
            live="sessions",
        ),
        card(
            "Disputes",
            table(("Dispute", "#Amount", "State", ""), disputes, "None."),
            live="disputes",
        ),
        card(
            "Payouts",
            Html(f"<p>Balance {money(balance / 100)}</p>"),
            form(f"{here}/payout", "Make payout", kind="primary"),
            table(("Payout", "#Amount", "State", "Arrives"), payouts, "None."),
            live="payouts",
        ),
        Html("</div>"),
        at="/payments",
        notice=request.first("notice"),
        error=request.first("error"),
    )


def _when(stamp: int) -> str:
    return datetime.fromtimestamp(stamp, UTC).strftime("%d %b %H:%M")


def _state(intent: dict[str, Any]) -> Html:
    kinds = {"succeeded": "good", "processing": "", "requires_payment_method": "bad"}
    return badge(intent["status"].replace("_", " "), kinds.get(intent["status"], ""))


def _acts(here: str, account: Any, intent: dict[str, Any]) -> Html:
    if intent["status"] == "processing":
        reasons = [(code, code.replace("_", " ")) for code in FAILURES]
        return join(
            (
                form(f"{here}/settle", "Settle", kind="primary", id=intent["id"]),
                form(
                    f"{here}/fail",
                    "Fail",
                    choice("Because", "code", reasons),
                    kind="danger",
                    id=intent["id"],
                ),
            )
        )
    if intent["status"] != "succeeded":
        return Html("")
    charge = account.table("charge")[intent["latest_charge"]]
    if charge["disputed"]:
        return badge("disputed", "bad")
    if charge["refunded"]:
        return badge("refunded")
    return join(
        (
            form(f"{here}/refund", "Refund", id=charge["id"]),
            form(f"{here}/dispute", "Dispute", kind="danger", id=charge["id"]),
        )
    )


@routes.on("POST", "/payments/{account}/{act}")
def act(sandbox: "Sandbox", request: Request, account: str, act: str) -> str:
    found, id_ = sandbox.stripe(account), request.form.get("id", "")
    if act == "settle":
        found.settle(id_)
        return "The debit has settled."
    if act == "fail":
        found.settle(id_, failure=request.form.get("code", "insufficient_funds"))
        return "The debit has failed."
    if act == "refund":
        found.refund(id_)
        return "Refunded."
    if act == "dispute":
        found.dispute(id_)
        return "The cardholder disputed the charge."
    if act in ("won", "lost"):
        found.close_dispute(id_, won=act == "won")
        return f"The dispute is {act}."
    if act == "payout":
        made = found.payout()
        return f"Paid out {money(made['amount'] / 100)}." if made else "Nothing to pay out."
    raise ValueError(f"unknown act {act}")
