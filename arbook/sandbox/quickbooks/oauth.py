"""Intuit's OAuth: discovery, the consent page, and tokens that rotate.

Every refresh gives a new refresh token; the one before is spent, and using it again is
`invalid_grant` and counted in `App.reuses` (with `reuse_revokes` the whole grant dies). The hard
expiry is told only to callers who send the header that asks for it.
"""

import base64
import secrets
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from arbook.sandbox import clock
from arbook.sandbox.page import plain_page
from arbook.sandbox.quickbooks.ledger import App, Grant
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks import QuickBooks

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 8_640_000
HARD_SECONDS = 157_680_000
SCOPES = ["openid", "email", "profile", "com.intuit.quickbooks.accounting"]
routes = Routes()


@routes.on("GET", "/.well-known/openid_configuration", "discovery")
def discovery(quickbooks: "QuickBooks", request: Request) -> Response:
    base = request.base
    return Response.json(
        {
            "issuer": f"{base}/op/v1",
            "authorization_endpoint": f"{base}/connect/oauth2",
            "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
            "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
            "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
            "jwks_uri": f"{base}/op/v1/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "scopes_supported": SCOPES,
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }
    )


@routes.on("GET", "/connect/oauth2", "page.consent")
def consent(quickbooks: "QuickBooks", request: Request) -> Response:
    app = quickbooks.app
    problem = _authorize_problem(app, request)
    if problem:
        return Response.html(plain_page("Intuit", f"<h1>Cannot connect</h1><p>{problem}</p>"), 400)
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(request.first(name))}">'
        for name in ("redirect_uri", "state", "scope")
    )
    choices = "".join(
        f'<label class="choice"><input type="radio" name="realm" value="{realm}"'
        f"{' checked' if not number else ''}> <span><strong>{escape(ledger.name)}</strong>"
        f"<small>Company {realm}, {escape(ledger.timezone)}</small></span></label>"
        for number, (realm, ledger) in enumerate(app.companies.items())
    )
    body = (
        "<h1>Connect arbook to QuickBooks</h1>"
        "<p>arbook asks to read and write your company's accounting data.</p>"
        f'<form method="post">{hidden}<fieldset><legend>Company</legend>{choices}</fieldset>'
        '<p class="buttons"><button class="primary" name="answer" value="connect">Connect</button>'
        '<button name="answer" value="refuse">No thanks</button></p></form>'
    )
    return Response.html(plain_page("Intuit", body))


@routes.on("POST", "/connect/oauth2", "page.consent")
def consented(quickbooks: "QuickBooks", request: Request) -> Response:
    form = request.form
    target, answer = form.get("redirect_uri", ""), {"state": form.get("state", "")}
    if not target.startswith(("http://", "https://")):
        return Response.html("redirect_uri is missing", 400)
    if form.get("answer") == "connect" and form.get("realm") in quickbooks.app.companies:
        code = "AB" + secrets.token_hex(20)
        quickbooks.app.codes[code] = (form["realm"], target, clock.stamp() + 600)
        answer |= {"code": code, "realmId": form["realm"]}
    else:
        answer["error"] = "access_denied"
    glue = "&" if "?" in target else "?"
    return Response.redirect(target + glue + urlencode(answer))


def _authorize_problem(app: App, request: Request) -> str:
    if request.first("client_id") != app.client_id:
        return "The client id is not known."
    if request.first("response_type") != "code":
        return "response_type must be code."
    if "com.intuit.quickbooks.accounting" not in request.first("scope"):
        return "The accounting scope is missing."
    target = request.first("redirect_uri")
    if not target.startswith(("http://", "https://")):
        return "redirect_uri is missing."
    if app.redirect_uris and target not in app.redirect_uris:
        return "The redirect_uri is not one of the app's."
    return "" if request.first("state") else "state is missing."


@routes.on("POST", "/oauth2/v1/tokens/bearer", "token")
def token(quickbooks: "QuickBooks", request: Request) -> Response:
    app, form = quickbooks.app, request.form
    if not _is_our_app(app, request, form):
        return Response.json({"error": "invalid_client"}, 401)
    if form.get("grant_type") == "authorization_code":
        realm, target, until = app.codes.pop(form.get("code", ""), ("", "", 0.0))
        if not realm or until < clock.stamp() or form.get("redirect_uri") != target:
            return _invalid_grant("The authorization code is not valid")
        grant = new_grant(app, realm)
    elif form.get("grant_type") == "refresh_token":
        found = _refresh(app, form.get("refresh_token", ""))
        if found is None:
            return _invalid_grant("Incorrect or invalid refresh token")
        grant = found
    else:
        return Response.json({"error": "unsupported_grant_type"}, 400)
    now = clock.stamp()
    access = "AT" + secrets.token_hex(24)
    grant.access = {key: until for key, until in grant.access.items() if until > now}
    grant.access[access] = now + ACCESS_SECONDS
    answer = {
        "token_type": "bearer",
        "access_token": access,
        "expires_in": ACCESS_SECONDS,
        "refresh_token": grant.refresh_token,
        "x_refresh_token_expires_in": int(grant.refresh_until - now),
    }
    if request.headers.get("x-include-refresh-token-hard-expires-in") == "true":
        answer["x_refresh_token_hard_expires_in"] = int(grant.hard_until - now)
    return Response.json(answer)


def new_grant(app: App, realm: str, refresh_token: str = "") -> Grant:
    """A fresh consent for a realm; its refresh token may be given (the seed's is fixed)."""
    now = clock.stamp()
    grant = Grant(
        realm,
        refresh_token or "RT" + secrets.token_hex(24),
        now + REFRESH_SECONDS,
        now + HARD_SECONDS,
    )
    app.grants.append(grant)
    return grant


def _refresh(app: App, presented: str) -> Grant | None:
    now = clock.stamp()
    for grant in app.grants:
        if presented in grant.spent:
            app.reuses += 1
            if app.reuse_revokes:
                grant.revoked = True
            return None
        if presented != grant.refresh_token or grant.revoked:
            continue
        if now > min(grant.refresh_until, grant.hard_until):
            return None
        grant.spent.append(presented)
        grant.refresh_token = "RT" + secrets.token_hex(24)
        grant.refresh_until = min(now + REFRESH_SECONDS, grant.hard_until)
        return grant
    return None


@routes.on("POST", "/v2/oauth2/tokens/revoke", "revoke")
def revoke(quickbooks: "QuickBooks", request: Request) -> Response:
    is_json = "json" in request.headers.get("content-type", "")
    sent = request.json() if is_json else request.form
    if not _is_our_app(quickbooks.app, request, sent):
        return Response.json({"error": "invalid_client"}, 401)
    for grant in quickbooks.app.grants:
        if sent.get("token") in (grant.refresh_token, *grant.access):
            grant.revoked = True
            return Response.json({})
    return Response.json({"error": "invalid_request"}, 400)


@routes.on("GET", "/v1/openid_connect/userinfo", "userinfo")
def userinfo(quickbooks: "QuickBooks", request: Request) -> Response:
    return Response.json({"sub": "sandbox-user", "email": "books@ledgerlane.example"})


@routes.on("GET", "/op/v1/jwks", "jwks")
def jwks(quickbooks: "QuickBooks", request: Request) -> Response:
    return Response.json({"keys": []})


def _is_our_app(app: App, request: Request, form: dict[str, str]) -> bool:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            sent = base64.b64decode(value).decode()
        except ValueError:
            return False
        return sent == f"{app.client_id}:{app.client_secret}"
    given = (form.get("client_id"), form.get("client_secret"))
    return given == (app.client_id, app.client_secret)


def _invalid_grant(text: str) -> Response:
    return Response.json({"error": "invalid_grant", "error_description": text}, 400)
