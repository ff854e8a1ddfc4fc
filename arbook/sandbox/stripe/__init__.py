"""Simulated Stripe: the API of any number of accounts, the hosted checkout page, webhooks."""

import hashlib
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock, signing
from arbook.sandbox.faults import Fault
from arbook.sandbox.state import Parcel
from arbook.sandbox.stripe import api, checkout, money, params, paying, sessions
from arbook.sandbox.stripe.account import AccountData, StripeAccount
from arbook.sandbox.stripe.errors import StripeError, request_id
from arbook.sandbox.wire import Call, Request, Response, split_url

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox


class Stripe:
    """The vendor: finds account and function for a request."""

    name = "stripe"

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        actions = sandbox.tasks.actions
        for name, act in (
            ("stripe.balance", money.clear),
            ("stripe.settle", paying.settle_when_due),
            ("stripe.expire", sessions.expire_when_due),
            ("stripe.dispute", lambda account, id_: account.dispute(id_)),
        ):
            actions[name] = self._on_account(act)

    def _on_account(self, act):
        def run(account_id: str, id_: str) -> None:
            if account_id in self.sandbox.state.stripe:
                act(self.account(account_id), id_)

        return run

    def reset(self) -> None:
        """Nothing is kept outside the state."""

    def add_account(
        self, id_: str, name: str, *, secret_key: str, webhook_secret: str, **fields: Any
    ) -> StripeAccount:
        data = AccountData(id_, name, secret_key, webhook_secret=webhook_secret, **fields)
        with self.sandbox.lock:
            self.sandbox.state.stripe[id_] = data
        self.sandbox.touch()
        return StripeAccount(self, data)

    def account(self, name: str) -> StripeAccount:
        """By id or secret key; KeyError when there is none."""
        for data in self.sandbox.state.stripe.values():
            if name in (data.id, data.secret_key):
                return StripeAccount(self, data)
        raise KeyError(name)

    def accounts(self) -> list[StripeAccount]:
        return [StripeAccount(self, data) for data in self.sandbox.state.stripe.values()]

    def account_of_session(self, session_id: str) -> StripeAccount | None:
        for account in self.accounts():
            if session_id in account.table("checkout.session"):
                return account
        return None

    def sign(self, parcel: Parcel) -> dict[str, str]:
        data = self.sandbox.state.stripe[parcel.account]
        secrets = [secret for secret in (data.old_webhook_secret, data.webhook_secret) if secret]
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signing.stripe(parcel.body, secrets, int(clock.stamp())),
        }

    def undelivered(self, account: StripeAccount) -> set[str]:
        """Ids of the events nobody took yet."""
        import json

        state = self.sandbox.state
        open_ones = [p for p in state.parcels if p.account == account.id]
        open_ones += [p for p in state.delivered if p.account == account.id and p.state != "taken"]
        return {json.loads(parcel.body)["id"] for parcel in open_ones}

    # -- answering --------------------------------------------------------------------------

    def find(self, request: Request) -> Call:
        page = checkout.routes.find(request.method, request.path)
        if page:
            operation, function, named = page
            return Call(operation, lambda: function(self, request, **named))
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            account = self.account(request.headers.get("stripe-account") or key)
            if key not in (account.data.secret_key, *self._keys()):
                raise KeyError
        except KeyError:
            return Call("unauthorized", lambda: self._unauthorized(key))
        found = api.routes.find(request.method, request.path)
        if not found:
            return Call("unknown", lambda: self._unknown(request), account.id)
        operation, function, named = found
        return Call(operation, lambda: self._run(account, request, function, named), account.id)

    def _keys(self) -> list[str]:
        return [data.secret_key for data in self.sandbox.state.stripe.values()]

    def _run(self, account: StripeAccount, request: Request, function, named) -> Response:
        replay_key = request.headers.get("idempotency-key", "")
        digest = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()
        if request.method == "POST" and replay_key in account.data.replays:
            seen, status, body = account.data.replays[replay_key]
            if seen != digest:
                text = "Keys for idempotent requests can only be used with the same parameters."
                return StripeError(text, type="idempotency_error").response()
            return self._headed(
                request, Response(status, body, headers={"Idempotent-Replayed": "true"})
            )
        try:
            sent = self._parameters(request)
            template = self._template(request, named)
            if template in params.OPERATIONS:
                params.check(template, sent)
            made = function(account, sent, request.base, **named)
            response = Response.json(account.expanded(made, sent.get("expand") or []))
        except StripeError as error:
            response = error.response()
            if error.status == 400 and error.body.get("code", "").startswith("parameter_"):
                return response
        if request.method == "POST" and replay_key:
            account.data.replays[replay_key] = (digest, response.status, response.body)
        return self._headed(request, response)

    def _headed(self, request: Request, response: Response) -> Response:
        response.headers.setdefault("Request-Id", request_id())
        version = request.headers.get("stripe-version", params.VERSION)
        response.headers["Stripe-Version"] = version
        if key := request.headers.get("idempotency-key"):
            response.headers["Idempotency-Key"] = key
        return response

    def _parameters(self, request: Request) -> dict[str, Any]:
        if request.method == "POST":
            return params.parse(request.pairs)
        return params.parse([(k, v) for k, values in request.query.items() for v in values])

    def _template(self, request: Request, named: dict[str, str]) -> str:
        path = split_url(request.path)[0].rstrip("/")
        for value in named.values():
            path = path.replace(value, "{id}")
        return f"{request.method} {path}"

    def _unauthorized(self, key: str) -> Response:
        shown = f"{key[:7]}...{key[-4:]}" if len(key) > 14 else "****"
        text = f"Invalid API Key provided: {shown}" if key else "You did not provide an API key."
        return StripeError(text, status=401).response()

    def _unknown(self, request: Request) -> Response:
        text = f"Unrecognized request URL ({request.method}: {request.path})."
        return StripeError(text, status=404).response()

    def refuse(self, request: Request, call: Call, rule: Fault) -> Response:
        if rule.kind == "429":
            error = StripeError("Too many requests.", status=429, code="rate_limit")
            response = error.response()
            if rule.retry_after is not None:
                response.headers["Retry-After"] = str(rule.retry_after)
            return response
        if rule.kind == "revoked":
            return StripeError(
                "Expired API Key provided.", status=401, code="api_key_expired"
            ).response()
        response = StripeError("An unknown error occurred", status=500, type="api_error").response()
        key = request.headers.get("idempotency-key")
        if rule.sticky and key and call.account:
            digest = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()
            self.account(call.account).data.replays[key] = (digest, 500, response.body)
        return response


__all__ = ["Stripe", "StripeAccount"]
