"""Stripe as the desk needs it: a payment page for one amount, and what became of the money.

Every answer becomes a plain dict at once and one of our shapes next. Reads are repeated once when
the line breaks; writes never: the caller's idempotency key decides what a repetition means.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import stripe as sdk
from django.conf import settings

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import connections, measures, rehearsal, stripe_shapes, transport
from arbook.gateways.errors import Refused, Throttled, Unknown, Unreachable, VendorError
from arbook.gateways.models import Connection
from arbook.gateways.stripe_shapes import CardDispute, CardPayment, Checkout, StripeAccount
from arbook.money import to_minor

# Webhook endpoints must be pinned to the same version, or events come in another shape.
API_VERSION = "2026-10-28.endive"
# Currencies without cents or with a thousand of them: our books know neither.
# fmt: off
ODD_CURRENCIES = frozenset({
    "BHD", "BIF", "CLP", "DJF", "GNF", "HUF", "ISK", "JOD", "JPY", "KMF", "KRW", "KWD", "MGA",
    "OMR", "PYG", "RWF", "TND", "TWD", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})
# fmt: on
LONGEST_CHECKOUT = timedelta(hours=24)

sdk.enable_telemetry = False


def of(company: Company) -> "Stripe":
    """The company's Stripe account; raises Disconnected when it is not connected."""
    return Stripe(connections.find(company, Connection.Vendor.STRIPE))


class Stripe:
    """One company's Stripe account."""

    def __init__(self, connection: Connection):
        self._connection = connection
        key = connection.secrets.get("secret_key") or "missing"
        self._livemode = "_live_" in key
        self._api = _client(key, settings.STRIPE_API_URL, transport.timeouts()).v1

    def __repr__(self) -> str:
        return f"<Stripe {self._connection.external_id}>"

    def open_checkout(
        self,
        *,
        amount: Decimal,
        currency: str,
        description: str,
        metadata: Mapping[str, str],
        reference: str,
        success_url: str,
        cancel_url: str,
        idempotency_key: str,
        expires_at: datetime | None = None,
        email: str = "",
    ) -> Checkout:
        """A payment page for exactly this amount, by card or, in dollars, from a bank account.

        The same key opens it once (Stripe remembers for 24 hours). ``metadata`` is put on the page
        and on the payment, which do not share it by themselves. Stripe lets a page live from 30
        minutes to 24 hours.
        """
        if currency.upper() in ODD_CURRENCIES:
            raise Refused(f"Payments in {currency.upper()} are not supported.")
        methods = ["card", "us_bank_account"] if currency.upper() == "USD" else ["card"]
        label = description.strip()[:250] or "Payment"
        noted = {str(name): str(value) for name, value in metadata.items()}
        params: dict[str, Any] = {
            "mode": "payment",
            "submit_type": "pay",
            "client_reference_id": reference,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": currency.lower(),
                        "unit_amount": to_minor(amount),
                        "product_data": {"name": label},
                    },
                }
            ],
            "metadata": noted,
            "payment_intent_data": {"metadata": noted, "description": label},
            "allowed_payment_method_types": methods,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        if expires_at is not None:
            params["expires_at"] = int(expires_at.timestamp())
        if email:
            params["customer_email"] = email
        options = {"idempotency_key": idempotency_key}
        return stripe_shapes.checkout(
            self._write(lambda: self._api.checkout.sessions.create(params, options))
        )

    def read_checkout(self, id: str) -> Checkout:
        """The payment page as it stands."""
        return stripe_shapes.checkout(self._read(lambda: self._api.checkout.sessions.retrieve(id)))

    def expire_checkout(self, id: str) -> Checkout:
        """Close an open page; one already paid or expired comes back as it is."""
        try:
            closed = self._write(lambda: self._api.checkout.sessions.expire(id))
        except Refused:
            found = self.read_checkout(id)
            if found.state == "open":
                raise
            return found
        return stripe_shapes.checkout(closed)

    def find_checkout(self, key: str, value: str) -> Checkout | None:
        """The newest page whose metadata holds ``key: value``, among those that can still live."""
        since = int((clock.now() - LONGEST_CHECKOUT).timestamp())
        params = {"created": {"gte": since}, "limit": 100}
        for raw in self._all(lambda: self._api.checkout.sessions.list(params)):
            if (raw.get("metadata") or {}).get(key) == value:
                return stripe_shapes.checkout(raw)
        return None

    def read_payment(self, payment_intent_id: str) -> CardPayment:
        """The payment with its charge, and its fee once Stripe knows it."""
        params = {"expand": ["latest_charge.balance_transaction"]}
        return stripe_shapes.card_payment(
            self._read(lambda: self._api.payment_intents.retrieve(payment_intent_id, params))
        )

    def read_dispute(self, id: str) -> CardDispute:
        """The chargeback as it stands."""
        return stripe_shapes.card_dispute(self._read(lambda: self._api.disputes.retrieve(id)))

    def account(self) -> StripeAccount:
        """Whose account the key opens."""
        raw = self._read(lambda: self._api.accounts.retrieve_current())
        return stripe_shapes.account(raw, livemode=self._livemode)

    def undelivered_events(self, since: datetime) -> list[dict]:
        """Events that reached us not at all, oldest first; Stripe keeps them 30 days."""
        return self._listed(self._api.events.list, since, delivery_success=False)

    def events(self, since: datetime, kinds: Iterable[str] = ()) -> list[dict]:
        """All events since then, delivered or not, oldest first; Stripe keeps them 30 days."""
        named = {"types": sorted(kinds)} if kinds else {}
        return self._listed(self._api.events.list, since, **named)

    def payments(self, since: datetime) -> list[dict]:
        """Payments begun since then, as Stripe has them now."""
        return self._listed(self._api.payment_intents.list, since)

    def checkouts(self, since: datetime) -> list[dict]:
        """Payment pages opened since then."""
        return self._listed(self._api.checkout.sessions.list, since)

    def refunds(self, since: datetime) -> list[dict]:
        """Money given back since then."""
        return self._listed(self._api.refunds.list, since)

    def disputes(self, since: datetime) -> list[dict]:
        """Chargebacks that began since then."""
        return self._listed(self._api.disputes.list, since)

    # -- within -------------------------------------------------------------------------------

    def _read(self, ask: Callable[[], Any]) -> dict:
        return self._call(lambda: ask().to_dict(), writes=False)

    def _write(self, ask: Callable[[], Any]) -> dict:
        return self._call(lambda: ask().to_dict(), writes=True)

    def _listed(self, ask: Callable[[dict], Any], since: datetime, **narrowed) -> list[dict]:
        params = {"created": {"gte": int(since.timestamp())}, "limit": 100, **narrowed}
        return self._all(lambda: ask(params))[::-1]

    def _all(self, ask: Callable[[], Any]) -> list[dict]:
        def gather() -> list[dict]:
            return [item.to_dict() for item in ask().auto_paging_iter()]

        return self._call(gather, writes=False)

    @rehearsal.rehearsed
    def _call(self, ask: Callable[[], Any], *, writes: bool) -> Any:
        rehearsal.judge("Stripe", writes=writes)
        transport.leave_house()
        with connections.asking(self._connection), measures.timed("stripe", writes=writes):
            answer = self._answer(ask, writes=writes)
        connections.note_success(self._connection)
        return answer

    def _answer(self, ask: Callable[[], Any], *, writes: bool) -> Any:
        attempts = 1 if writes else 2
        while True:
            attempts -= 1
            try:
                return ask()
            except sdk.APIConnectionError as error:
                if attempts and not transport.was_slow(error.__cause__):
                    continue
                raise transport.broken_line(
                    "Stripe", error.__cause__ or error, writes=writes
                ) from None
            except sdk.AuthenticationError:
                reason = "Stripe does not accept the key."
                raise connections.needs_reconnecting(self._connection, reason) from None
            except sdk.StripeError as error:
                raise _meaning(error, writes=writes) from None
            except (AttributeError, KeyError, TypeError, ValueError):
                # The SDK stumbles over an answer that is not Stripe's: a proxy's, a stand-in's.
                kind = Unknown if writes else Unreachable
                raise kind("Stripe answered with something we cannot read.") from None


@lru_cache(maxsize=64)
def _client(key: str, base: str, timeouts: tuple[float, float]) -> sdk.StripeClient:
    # One client a key keeps its connections; the SDK's own retries stay off, ours are enough.
    addresses = dict.fromkeys(("api", "connect", "files"), base) if base else {}
    return sdk.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses=addresses,
        max_network_retries=0,
        http_client=sdk.RequestsClient(timeout=timeouts),
    )


def _meaning(error: sdk.StripeError, *, writes: bool) -> VendorError:
    status = error.http_status or 0
    about = {"code": error.code or "", "reference": error.request_id or ""}
    text = (error.user_message or f"it answered {status}")[:300]
    if isinstance(error, sdk.RateLimitError):
        wait = transport.retry_after(error.headers, default=5.0)
        return Throttled("Stripe asks us to slow down.", retry_after=wait, **about)
    if status == transport.NOT_OFFERED:
        return Refused("Stripe does not offer that.", **about)
    if status >= 500 or status == 409 or not status:
        # 409: the same key is at work elsewhere, so the thing may be happening right now.
        kind = Unknown if writes else Unreachable
        said = f"Stripe failed: it answered {status or 'nothing we can read'}."
        return kind(said, is_outage=status != 409, **about)
    return Refused(f"Stripe refused: {text}", **about)
