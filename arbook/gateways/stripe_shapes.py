"""What we read from Stripe, in our own words. Cents have become Decimal, instants are UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from arbook.money import from_minor


@dataclass(frozen=True, slots=True)
class Checkout:
    """A hosted payment page for one amount. ``state`` is open, complete or expired;
    ``payment_state`` is unpaid (also while a bank debit is under way) or paid."""

    id: str
    url: str
    expires_at: datetime | None
    amount: Decimal
    currency: str
    state: str
    payment_state: str
    payment_intent: str | None
    reference: str
    metadata: dict[str, str]
    customer_email: str = ""


@dataclass(frozen=True, slots=True)
class CardPayment:
    """Money on its way or arrived. ``amount`` was asked for, ``received`` has arrived, ``refunded``
    went back. ``fee`` and ``net`` are None until Stripe has settled them. ``method`` is card,
    us_bank_account or another of Stripe's words, ``""`` before one was chosen."""

    id: str
    amount: Decimal
    received: Decimal
    currency: str
    state: str
    method: str
    customer_email: str
    metadata: dict[str, str]
    charge: str | None
    fee: Decimal | None
    net: Decimal | None
    failure_code: str
    failure_message: str
    created_at: datetime
    refunded: Decimal
    disputed: bool

    @property
    def is_settled(self) -> bool:
        return self.state == "succeeded"

    @property
    def is_in_flight(self) -> bool:
        return self.state == "processing"


@dataclass(frozen=True, slots=True)
class CardDispute:
    """A chargeback: the cardholder's bank pulls money back."""

    id: str
    payment_intent: str | None
    amount: Decimal
    currency: str
    reason: str
    state: str
    due_by: datetime | None


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Whose account a key opens."""

    id: str
    name: str
    livemode: bool


def checkout(raw: Mapping[str, Any]) -> Checkout:
    """A Checkout Session."""
    paid = raw.get("payment_status") in ("paid", "no_payment_required")
    return Checkout(
        id=raw["id"],
        url=raw.get("url") or "",
        expires_at=_instant(raw.get("expires_at")),
        amount=from_minor(raw.get("amount_total") or 0),
        currency=str(raw.get("currency") or "").upper(),
        state=raw.get("status") or "",
        payment_state="paid" if paid else "unpaid",
        payment_intent=_id(raw.get("payment_intent")),
        reference=raw.get("client_reference_id") or "",
        metadata=dict(raw.get("metadata") or {}),
        customer_email=(raw.get("customer_details") or {}).get("email")
        or raw.get("customer_email")
        or "",
    )


def card_payment(raw: Mapping[str, Any]) -> CardPayment:
    """A PaymentIntent, best with its latest charge and balance transaction expanded."""
    charge = raw.get("latest_charge")
    opened = charge if isinstance(charge, Mapping) else {}
    settled = opened.get("balance_transaction")
    settled = settled if isinstance(settled, Mapping) else {}
    failure = raw.get("last_payment_error") or {}
    return CardPayment(
        id=raw["id"],
        amount=from_minor(raw["amount"]),
        received=from_minor(raw.get("amount_received") or 0),
        currency=str(raw.get("currency") or "").upper(),
        state=raw.get("status") or "",
        method=_method(raw, opened, failure),
        customer_email=(opened.get("billing_details") or {}).get("email")
        or raw.get("receipt_email")
        or "",
        metadata=dict(raw.get("metadata") or {}),
        charge=_id(charge),
        fee=from_minor(settled["fee"]) if settled else None,
        net=from_minor(settled["net"]) if settled else None,
        failure_code=failure.get("decline_code") or failure.get("code") or "",
        failure_message=failure.get("message") or opened.get("failure_message") or "",
        created_at=datetime.fromtimestamp(raw["created"], UTC),
        refunded=from_minor(opened.get("amount_refunded") or 0),
        disputed=bool(opened.get("disputed")),
    )


def card_dispute(raw: Mapping[str, Any]) -> CardDispute:
    """A Dispute."""
    return CardDispute(
        id=raw["id"],
        payment_intent=_id(raw.get("payment_intent")),
        amount=from_minor(raw["amount"]),
        currency=str(raw.get("currency") or "").upper(),
        reason=raw.get("reason") or "",
        state=raw.get("status") or "",
        due_by=_instant((raw.get("evidence_details") or {}).get("due_by")),
    )


def account(raw: Mapping[str, Any], *, livemode: bool) -> StripeAccount:
    """An Account; it does not say itself whether it is live, the key does."""
    dashboard = (raw.get("settings") or {}).get("dashboard") or {}
    profile = raw.get("business_profile") or {}
    name = dashboard.get("display_name") or profile.get("name") or raw.get("email") or ""
    return StripeAccount(id=str(raw.get("id") or ""), name=name, livemode=livemode)


def _method(raw: Mapping, charge: Mapping, failure: Mapping) -> str:
    chosen = charge.get("payment_method_details") or failure.get("payment_method") or {}
    if chosen.get("type"):
        return chosen["type"]
    offered = raw.get("payment_method_types") or []
    return offered[0] if len(offered) == 1 else ""


def _id(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return value.get("id")
    return value or None


def _instant(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
