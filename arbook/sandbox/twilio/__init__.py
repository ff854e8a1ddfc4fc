"""Simulated Twilio: texts out with their statuses, texts in, Lookup, A2P registration."""

import base64
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from arbook.sandbox import signing
from arbook.sandbox.faults import Fault
from arbook.sandbox.state import Parcel
from arbook.sandbox.twilio import messages, registration
from arbook.sandbox.twilio.account import AccountData, Brand, Service, TwilioAccount
from arbook.sandbox.twilio.messages import TwilioError
from arbook.sandbox.twilio.phones import Phone, PhoneData
from arbook.sandbox.wire import Call, Request, Response

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox


class Twilio:
    """The vendor: all its hosts on one path."""

    name = "twilio"

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        actions = sandbox.tasks.actions
        actions["twilio.step"] = lambda *args: messages.step(self, *args)
        actions["twilio.release"] = lambda *args: messages.release(self, *args)

    def reset(self) -> None:
        """Nothing is kept outside the state."""

    def add_account(
        self,
        sid: str,
        name: str,
        *,
        auth_token: str,
        services: list[dict[str, Any]],
        brand_sid: str = "",
        **fields: Any,
    ) -> TwilioAccount:
        """An account with messaging services; each names `sid, name, numbers, campaign_sid`."""
        brand = Brand(brand_sid or "BN" + secrets.token_hex(16))
        data = AccountData(sid, name, auth_token, brand=brand, **fields)
        data.key_sid = data.key_sid or "webhooks_sharedkey_" + sid[-8:]
        data.key_secret = data.key_secret or secrets.token_hex(16)
        data.services = {one["sid"]: Service(**one) for one in services}
        with self.sandbox.lock:
            self.sandbox.state.twilio[sid] = data
        self.sandbox.touch()
        return TwilioAccount(self, data)

    def account(self, sid: str) -> TwilioAccount:
        return TwilioAccount(self, self.sandbox.state.twilio[sid])

    def accounts(self) -> list[TwilioAccount]:
        return [TwilioAccount(self, data) for data in self.sandbox.state.twilio.values()]

    def phone(self, number: str) -> Phone:
        phones = self.sandbox.state.phones
        if number not in phones:
            phones[number] = PhoneData(number)
        return Phone(self, phones[number])

    def phones(self) -> list[Phone]:
        return [Phone(self, data) for data in self.sandbox.state.phones.values()]

    def pool(self) -> list[str]:
        """Every business number."""
        return [
            number
            for account in self.sandbox.state.twilio.values()
            for service in account.services.values()
            for number in service.numbers
        ]

    def owner_of(self, number: str) -> tuple[AccountData, Service]:
        for account in self.sandbox.state.twilio.values():
            if service := account.service_with(number):
                return account, service
        raise KeyError(number)

    def post(self, account: AccountData, url: str, params: dict[str, str], about: str) -> None:
        """Send a webhook of this account."""
        self.sandbox.delivery.post(
            "twilio",
            account.sid,
            url,
            kind=account.algorithm,
            params=params,
            about=about,
            body=urlencode(params).encode(),
        )

    def sign(self, parcel: Parcel) -> dict[str, str]:
        account = self.sandbox.state.twilio[parcel.account]
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": f"{parcel.id:032x}",
        }
        secret, algorithm = account.auth_token, "sha1"
        if parcel.kind == "sha256":
            secret, algorithm = account.key_secret, "sha256"
            settings = f"key={account.key_sid},algorithm=HMAC_SHA256"
            headers["X-Twilio-Webhooks-Signature-Settings"] = settings
        signature = signing.twilio(parcel.url, parcel.params, secret, algorithm)
        return headers | {"X-Twilio-Signature": signature}

    # -- answering --------------------------------------------------------------------------

    def find(self, request: Request) -> Call:
        request.path = unquote(request.path)
        if request.method == "GET" and request.path.startswith(registration.LISTS):
            day = request.path.removeprefix(registration.LISTS).removesuffix(".txt")
            return Call("deactivations.list", partial(registration.deactivated, self, day))
        account = self._authenticated(request)
        if account is None:
            return Call("unauthorized", _unauthorized)
        for routes in (messages.routes, registration.routes):
            found = routes.find(request.method, request.path)
            if found:
                operation, function, named = found
                if named.pop("account", account.sid) != account.sid:
                    return Call("unauthorized", _unauthorized)
                run = partial(self._run, function, account, request, named)
                return Call(operation, run, account.sid)
        return Call("unknown", lambda: _missing(request), account.sid)

    def _authenticated(self, request: Request) -> AccountData | None:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return None
        account = self.sandbox.state.twilio.get(user)
        return account if account and account.auth_token == password else None

    def _run(self, function, account: AccountData, request: Request, named) -> Response:
        try:
            return function(self, account, request, **named)
        except TwilioError as error:
            return error.response()

    def refuse(self, request: Request, call: Call, rule: Fault) -> Response:
        if rule.kind == "429":
            response = TwilioError(20429, "Too Many Requests", 429).response()
            if rule.retry_after is not None:
                response.headers["Retry-After"] = str(rule.retry_after)
            return response
        if rule.kind == "revoked":
            return _unauthorized()
        return TwilioError(20500, "Internal Server Error", 500).response()


def _unauthorized() -> Response:
    return TwilioError(20003, "Authenticate", 401).response()


def _missing(request: Request) -> Response:
    text = f"The requested resource {request.path} was not found"
    return TwilioError(20404, text, 404).response()


__all__ = ["Twilio", "TwilioAccount"]
