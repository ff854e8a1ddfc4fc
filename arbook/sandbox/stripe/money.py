"""Charges and what follows them: fees, refunds, disputes, payouts, all through the balance."""

from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.stripe.errors import StripeError

if TYPE_CHECKING:
    from arbook.sandbox.stripe.account import StripeAccount

DISPUTE_FEE = 1500


def new_charge(
    account: "StripeAccount",
    intent: dict[str, Any],
    prefix: str,
    details: dict[str, Any],
    *,
    status: str,
    paid: bool,
) -> dict[str, Any]:
    """The charge of an intent; its balance transaction comes later."""
    charge = account.new(
        "charge",
        prefix,
        amount=intent["amount"],
        currency=intent["currency"],
        status=status,
        paid=paid,
        captured=paid,
        amount_captured=intent["amount"] if paid else 0,
        customer=intent["customer"],
        description=intent["description"],
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details=details,
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        billing_details={"address": None, "email": None, "name": None, "phone": None},
    )
    intent["latest_charge"] = charge["id"]
    return charge


def book(
    account: "StripeAccount",
    kind: str,
    value: int,
    source: str,
    *,
    fee: int = 0,
    category: str = "",
    currency: str = "usd",
    description: str | None = None,
) -> dict[str, Any]:
    """A balance transaction: what a movement did to the account's balance."""
    now = int(clock.stamp())
    fees = {
        "amount": fee,
        "currency": currency,
        "type": "stripe_fee",
        "application": None,
        "description": "Stripe processing fees",
    }
    return account.new(
        "balance_transaction",
        "txn",
        amount=value,
        currency=currency,
        fee=fee,
        fee_details=[fees] if fee else [],
        net=value - fee,
        type=kind,
        source=source,
        reporting_category=category or kind,
        status="available",
        available_on=now,
        description=description,
        balance_type="payments",
    )


def clear(account: "StripeAccount", charge_id: str) -> None:
    """The fee of a charge becomes known: `charge.updated` carries the balance transaction."""
    charge = account.find(charge_id, "charge")
    if charge["balance_transaction"] or charge["status"] != "succeeded":
        return
    by_bank = charge["id"].startswith("py_")
    value = charge["amount"]
    fee = min(500, round(value * 0.008)) if by_bank else round(value * 0.029) + 30
    made = book(
        account,
        "payment" if by_bank else "charge",
        value,
        charge["id"],
        fee=fee,
        category="charge",
        currency=charge["currency"],
    )
    charge["balance_transaction"] = made["id"]
    account.emit("charge.updated", charge)


def refund(
    account: "StripeAccount",
    charge: dict[str, Any],
    value: int | None = None,
    reason: str | None = None,
    metadata: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Give money back; the fee stays with Stripe."""
    left = charge["amount"] - charge["amount_refunded"]
    value = left if value is None else value
    if charge["status"] != "succeeded":
        raise StripeError("This charge cannot be refunded.", code="charge_not_refundable")
    if charge["disputed"]:
        raise StripeError("This charge has been charged back.", code="charge_disputed")
    if left <= 0:
        text = f"Charge {charge['id']} has already been refunded."
        raise StripeError(text, code="charge_already_refunded")
    if not 0 < value <= left:
        text = f"Refund amount ({value}) is greater than unrefunded amount on charge ({left})"
        raise StripeError(text, param="amount")
    clear(account, charge["id"])
    by_bank = charge["id"].startswith("py_")
    made = account.new(
        "refund",
        "pyr" if by_bank else "re",
        amount=value,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        metadata=metadata or {},
        status="succeeded",
    )
    kind = "payment_refund" if by_bank else "refund"
    entry = book(account, kind, -value, made["id"], category="refund", currency=charge["currency"])
    made["balance_transaction"] = entry["id"]
    charge["amount_refunded"] += value
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    account.emit("refund.created", made)
    account.emit("charge.refunded", charge)
    return made


def dispute(
    account: "StripeAccount", charge: dict[str, Any], reason: str = "fraudulent"
) -> dict[str, Any]:
    """A chargeback: the amount and a fee leave the balance at once."""
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise StripeError("This charge cannot be disputed.")
    clear(account, charge["id"])
    by_bank = charge["id"].startswith("py_")
    made = account.new(
        "dispute",
        "dp",
        amount=charge["amount"],
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="lost" if by_bank else "needs_response",
        evidence={},
        evidence_details={
            "due_by": int(clock.stamp()) + 9 * 86400,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
    )
    charge["disputed"] = True
    entry = book(
        account,
        "adjustment",
        -charge["amount"],
        made["id"],
        fee=DISPUTE_FEE,
        category="dispute",
        currency=charge["currency"],
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    made["balance_transactions"] = [dict(entry)]
    account.emit("charge.dispute.created", made)
    account.emit("charge.dispute.funds_withdrawn", made)
    if by_bank:
        account.emit("charge.dispute.closed", made)
    return made


def close_dispute(account: "StripeAccount", made: dict[str, Any], won: bool) -> dict[str, Any]:
    """The bank decides; a won dispute brings the amount back, not the fee."""
    if made["status"] in ("won", "lost"):
        raise StripeError("This dispute is already closed.")
    made["status"] = "won" if won else "lost"
    if won:
        entry = book(
            account,
            "adjustment",
            made["amount"],
            made["id"],
            category="dispute_reversal",
            currency=made["currency"],
            description=f"Chargeback reversal for {made['charge']}",
        )
        made["balance_transactions"].append(dict(entry))
        account.emit("charge.dispute.funds_reinstated", made)
    account.emit("charge.dispute.closed", made)
    return made


def payout(account: "StripeAccount") -> dict[str, Any] | None:
    """Everything not yet paid out goes to the bank, with its own negative row in the list."""
    members = account.table("_payouts")
    paid = {id_ for rows in members.values() for id_ in rows["rows"]}
    rows = [row for row in account.table("balance_transaction").values() if row["id"] not in paid]
    total = sum(row["net"] for row in rows)
    if not rows or total <= 0:
        return None
    made = account.new(
        "payout",
        "po",
        amount=total,
        currency="usd",
        automatic=True,
        method="standard",
        arrival_date=int(clock.stamp()) + 2 * 86400,
        status="paid",
        type="bank_account",
        description="STRIPE PAYOUT",
        source_type="card",
        reconciliation_status="completed",
        destination="ba_sandbox",
        metadata={},
    )
    entry = book(account, "payout", -total, made["id"], description="STRIPE PAYOUT")
    made["balance_transaction"] = entry["id"]
    members[made["id"]] = {"rows": [*(row["id"] for row in rows), entry["id"]]}
    for kind in ("payout.created", "payout.paid", "payout.reconciliation_completed"):
        account.emit(kind, made)
    return made
