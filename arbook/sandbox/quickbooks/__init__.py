"""Simulated QuickBooks Online: OAuth, the accounting API of any number of companies, webhooks."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.faults import Fault
from arbook.sandbox.quickbooks import api, events, oauth
from arbook.sandbox.quickbooks.books import Books
from arbook.sandbox.quickbooks.ledger import App, Grant, Ledger, position
from arbook.sandbox.quickbooks.query import Engine
from arbook.sandbox.quickbooks.refusals import Refusal, gateway, tid
from arbook.sandbox.state import Parcel
from arbook.sandbox.wire import Call, Request, Response

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox


class QuickBooks:
    """The vendor: finds the function for a request, knows every company."""

    name = "quickbooks"

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        sandbox.tasks.actions["quickbooks.flush"] = lambda: events.flush(self)
        self.reset()

    def reset(self) -> None:
        if self.sandbox.state.quickbooks is None:
            self.sandbox.state.quickbooks = App()
        self.engine = Engine()
        self._books: dict[str, Books] = {}

    @property
    def app(self) -> App:
        return self.sandbox.state.quickbooks

    @property
    def idle(self) -> bool:
        return not self.app.pending

    def add_company(
        self,
        realm: str,
        name: str,
        *,
        timezone: str = "America/New_York",
        refresh_token: str = "",
        starter: bool = True,
        **fields: Any,
    ) -> Books:
        """A new company with a chart of accounts, terms and items, and one consent."""
        from arbook.sandbox.quickbooks import starter as start

        with self.sandbox.lock:
            self.app.companies[realm] = Ledger(realm, name, timezone, **fields)
            oauth.new_grant(self.app, realm, refresh_token)
            books = self.books(realm)
            if starter:
                start.plant(books)
        self.sandbox.touch()
        return books

    def books(self, realm: str) -> Books:
        ledger = self.app.companies[realm]
        if realm not in self._books or self._books[realm].ledger is not ledger:
            self._books[realm] = Books(self, ledger)
        return self._books[realm]

    def grant(self, realm: str) -> Grant:
        """The newest living consent of a realm; a new one when none lives."""
        for grant in reversed(self.app.grants):
            if grant.realm == realm and not grant.revoked:
                return grant
        return oauth.new_grant(self.app, realm)

    def disconnect(self, realm: str) -> None:
        """As if the owner disconnected the app in QuickBooks: no word to anyone."""
        for grant in self.app.grants:
            if grant.realm == realm:
                grant.revoked = True
        self.sandbox.touch()

    def notify(
        self, realm: str, entity: str, id_: str, verb: str, at: datetime, data: dict[str, Any]
    ) -> None:
        events.gather(self, realm, entity, id_, verb, at, data)

    def sign(self, parcel: Parcel) -> dict[str, str]:
        return events.sign(self, parcel)

    # -- lookups the books share ------------------------------------------------------------

    def having(self, ledger: Ledger, entity: str, name: str, value: str) -> list[str]:
        """Ids of the rows whose filterable field has this value, whatever its case."""
        at = position(entity, name)
        if at is None:
            return []
        folded = value.casefold()
        return [id_ for id_, row in ledger.of(entity).items() if row.facts[at].casefold() == folded]

    def jobs(self, ledger: Ledger) -> list[tuple[str, str]]:
        """(job, parent) for all customers below another."""
        return [
            (id_, row.data["ParentRef"]["value"])
            for id_, row in ledger.of("Customer").items()
            if b'"ParentRef"' in row.blob
        ]

    # -- answering --------------------------------------------------------------------------

    def find(self, request: Request) -> Call:
        found = oauth.routes.find(request.method, request.path)
        if found:
            operation, function, named = found
            return Call(operation, lambda: function(self, request, **named))
        found = api.routes.find(request.method, request.path)
        if not found:
            return Call("unknown", lambda: gateway(404, "404", "NotFound", request.path, "SERVICE"))
        _, function, named = found
        realm = named.pop("realm")
        operation, detail = api.operation(request, function, named)
        run = self._guarded(request, realm, lambda books: function(books, request, **named))
        return Call(operation, run, realm, detail)

    def _guarded(
        self, request: Request, realm: str, act: Callable[[Books], Response]
    ) -> Callable[[], Response]:
        def run() -> Response:
            refused = self._authenticate(request, realm)
            if refused:
                return refused
            books = self.books(realm)
            try:
                response = api.once(books, request, lambda: act(books))
            except Refusal as refusal:
                response = refusal.response(books.ledger.local(clock.now()))
            return api.finish(request, response)

        return run

    def _authenticate(self, request: Request, realm: str) -> Response | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        for grant in self.app.grants:
            if token not in grant.access:
                continue
            if grant.revoked or grant.access[token] < clock.stamp():
                break
            if grant.realm != realm or realm not in self.app.companies:
                message = "ApplicationAuthorizationFailed"
                return gateway(403, "3100", message, "The app is not authorized", "AUTHORIZATION")
            return None
        detail = "Token expired: the access token is expired or invalid"
        return gateway(401, "3200", "AuthenticationFailed", detail, "AUTHENTICATION")

    def refuse(self, request: Request, call: Call, rule: Fault) -> Response:
        """What this vendor says when a fault of this kind is switched on."""
        if call.operation in ("token", "revoke", "discovery"):
            if rule.kind == "revoked":
                return Response.json({"error": "invalid_grant"}, 400)
            status = int(rule.kind) if rule.kind.isdigit() else 500
            return Response.json({"error": "server_error"}, status)
        if rule.kind == "429":
            text = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
            response = gateway(429, "3001", "ThrottleExceeded", text, "THROTTLING")
            if rule.retry_after is not None:
                response.headers["Retry-After"] = str(rule.retry_after)
            return response
        if rule.kind == "revoked":
            return gateway(401, "3200", "AuthenticationFailed", "Token revoked", "AUTHENTICATION")
        time = clock.now().isoformat()
        if rule.kind == "fault200":
            refusal = Refusal("6000", "Business Validation Error: switched on", status=200)
            return refusal.response(time)
        return Refusal("10000", "An unexpected error occurred", status=500).response(time)


__all__ = ["App", "Books", "Ledger", "QuickBooks", "tid"]
