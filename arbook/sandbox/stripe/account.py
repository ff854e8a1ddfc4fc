"""One Stripe account: its objects, its events, and the acts of its owner and its payers."""

import copy
import json
import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.stripe.errors import missing
from arbook.sandbox.stripe.params import SHAPES, VERSION

if TYPE_CHECKING:
    from arbook.sandbox.stripe import Stripe

KINDS = {
    "cs": "checkout.session",
    "pi": "payment_intent",
    "ch": "charge",
    "py": "charge",
    "cus": "customer",
    "re": "refund",
    "pyr": "refund",
    "evt": "event",
    "txn": "balance_transaction",
    "po": "payout",
    "dp": "dispute",
    "pm": "payment_method",
}
_LETTERS = string.ascii_letters + string.digits


@dataclass
class AccountData:
    """What an account remembers."""

    id: str
    name: str
    secret_key: str
    webhook_url: str = ""
    webhook_secret: str = "whsec_sandbox"
    old_webhook_secret: str = "whsec_sandbox_retired"
    objects: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    replays: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)


class StripeAccount:
    """A handle on one account; the modules of this package do their work through it."""

    def __init__(self, vendor: "Stripe", data: AccountData) -> None:
        self.vendor, self.data = vendor, data

    @property
    def id(self) -> str:
        return self.data.id

    # -- objects ----------------------------------------------------------------------------

    def table(self, kind: str) -> dict[str, dict[str, Any]]:
        return self.data.objects.setdefault(kind, {})

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Copies of all objects of a kind (`payment_intent`, `charge`, ...), oldest first."""
        with self.vendor.sandbox.lock:
            return copy.deepcopy(list(self.table(kind).values()))

    def find(self, id_: str, kind: str | None = None) -> dict[str, Any]:
        """The live object with this id; 404 as Stripe says it."""
        kind = kind or KINDS.get(str(id_).split("_")[0], "object")
        try:
            return self.table(kind)[id_]
        except KeyError:
            raise missing(kind.replace(".", " "), id_) from None

    def new(self, kind: str, prefix: str, *, size: int = 24, **fields: Any) -> dict[str, Any]:
        """Make and keep an object with all of its kind's fields."""
        id_ = f"{prefix}_" + "".join(secrets.choice(_LETTERS) for _ in range(size))
        made = copy.deepcopy(SHAPES[kind]) | {"id": id_} | fields
        if "created" in made:
            made["created"] = int(clock.stamp())
        self.table(kind)[id_] = made
        return made

    def emit(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """Record an event with a snapshot of its object and send it out."""
        event = self.new(
            "event",
            "evt",
            api_version=VERSION,
            type=kind,
            pending_webhooks=1,
            data={"object": copy.deepcopy(about)},
            request={"id": None, "idempotency_key": None},
        )
        self.vendor.sandbox.delivery.post(
            "stripe",
            self.id,
            self.data.webhook_url,
            kind=kind,
            body=json.dumps(event, indent=2).encode(),
            about=f"{kind} {about.get('id')}",
        )
        return event

    def expanded(self, made: dict[str, Any], paths: list[str]) -> dict[str, Any]:
        """A copy with the named ids replaced by their objects, as `expand[]` asks."""
        result = copy.deepcopy(made)
        for path in paths:
            self._expand(result, path.split("."))
        return result

    def _expand(self, node: Any, path: list[str]) -> None:
        if isinstance(node, list):
            for item in node:
                self._expand(item, path)
            return
        if not isinstance(node, dict) or path[0] not in node:
            return
        value = node[path[0]]
        if isinstance(value, str) and value.split("_")[0] in KINDS:
            node[path[0]] = value = copy.deepcopy(self.find(value))
        if len(path) > 1:
            self._expand(value, path[1:])

    # -- what people do ---------------------------------------------------------------------

    def pay(
        self,
        session_id: str,
        *,
        card: str = "4242424242424242",
        email: str = "",
        authenticated: bool = False,
    ) -> dict[str, Any]:
        """The payer pays a session by card; the session comes back. StripeError on a decline."""
        from arbook.sandbox.stripe import paying

        with self.vendor.sandbox.lock:
            return paying.by_card(self, session_id, card, email, authenticated=authenticated)

    def pay_by_bank(
        self, session_id: str, *, number: str = "000123456789", email: str = ""
    ) -> dict[str, Any]:
        """The payer starts a bank debit; it settles later."""
        from arbook.sandbox.stripe import paying

        with self.vendor.sandbox.lock:
            return paying.by_bank(self, session_id, number, email)

    def settle(self, intent_id: str, *, failure: str = "") -> dict[str, Any]:
        """A bank debit arrives, or fails with a code such as `insufficient_funds`."""
        from arbook.sandbox.stripe import paying

        with self.vendor.sandbox.lock:
            return paying.settle(self, intent_id, failure)

    def refund(self, charge_id: str, value: int | None = None) -> dict[str, Any]:
        """Give a charge back, in whole or `value` cents of it."""
        from arbook.sandbox.stripe import money

        with self.vendor.sandbox.lock:
            return money.refund(self, self.find(charge_id), value)

    def dispute(self, charge_id: str, reason: str = "fraudulent") -> dict[str, Any]:
        """The cardholder's bank pulls a charge back."""
        from arbook.sandbox.stripe import money

        with self.vendor.sandbox.lock:
            return money.dispute(self, self.find(charge_id), reason)

    def close_dispute(self, dispute_id: str, *, won: bool) -> dict[str, Any]:
        from arbook.sandbox.stripe import money

        with self.vendor.sandbox.lock:
            return money.close_dispute(self, self.find(dispute_id), won)

    def payout(self) -> dict[str, Any] | None:
        """Pay the whole balance out, as the daily automatic payout does; None when it is empty."""
        from arbook.sandbox.stripe import money

        with self.vendor.sandbox.lock:
            return money.payout(self)

    def expire(self, session_id: str) -> dict[str, Any]:
        from arbook.sandbox.stripe import sessions

        with self.vendor.sandbox.lock:
            return sessions.expire(self, session_id)
