"""The part of `/_control` that makes and changes companies, accounts and phones.

See `arbook.sandbox.control.api` for the list of calls.
"""

from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from arbook.sandbox import seed
from arbook.sandbox.wire import Request, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

routes = Routes()
ACTS = {
    "add_customer",
    "add_invoice",
    "pay",
    "pay_by_check",
    "change_amount",
    "edit",
    "credit",
    "link_credit",
    "merge",
    "create",
    "update",
    "void",
    "delete",
    "payments_on",
}
STRIPE_ACTS = {
    "pay",
    "pay_by_bank",
    "settle",
    "refund",
    "dispute",
    "close_dispute",
    "payout",
    "expire",
}


def plain(value: Any) -> Any:
    """Dataclasses, times and sets as JSON knows them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


@routes.on("POST", "/quickbooks/app")
def change_app(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    _assign(sandbox.quickbooks.app, sent)
    return {"webhook_url": sandbox.quickbooks.app.webhook_url}


@routes.on("GET", "/quickbooks/realms")
def realms(sandbox: "Sandbox", request: Request, sent: dict) -> list:
    return [
        {
            "realm": realm,
            "name": ledger.name,
            "timezone": ledger.timezone,
            "refresh_token": sandbox.quickbooks.grant(realm).refresh_token,
            "rows": {entity: len(rows) for entity, rows in ledger.rows.items()},
        }
        for realm, ledger in sandbox.quickbooks.app.companies.items()
    ]


@routes.on("POST", "/quickbooks/realms")
def add_realm(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.quickbooks.add_company(sent.pop("realm"), sent.pop("name"), **sent)
    return {"realms": realms(sandbox, request, {})}


@routes.on("POST", "/quickbooks/realms/{realm}/grant")
def grant(sandbox: "Sandbox", request: Request, sent: dict, realm: str) -> dict:
    sandbox.books(realm)
    return {"refresh_token": sandbox.quickbooks.grant(realm).refresh_token}


@routes.on("POST", "/quickbooks/realms/{realm}/disconnect")
def disconnect(sandbox: "Sandbox", request: Request, sent: dict, realm: str) -> dict:
    sandbox.quickbooks.disconnect(realm)
    return {}


@routes.on("POST", "/quickbooks/realms/{realm}/preferences")
def change_preferences(sandbox: "Sandbox", request: Request, sent: dict, realm: str) -> dict:
    preferences = sandbox.books(realm).ledger.preferences
    for name, values in sent.items():
        preferences.setdefault(name, {}).update(values)
    return preferences


@routes.on("POST", "/quickbooks/realms/{realm}/acts")
def act_in_books(sandbox: "Sandbox", request: Request, sent: dict, realm: str) -> Any:
    return _act(sandbox.books(realm), ACTS, sent)


@routes.on("POST", "/quickbooks/realms/{realm}/bulk")
def bulk(sandbox: "Sandbox", request: Request, sent: dict, realm: str) -> dict:
    return {"invoices": seed.bulk(sandbox.books(realm), **sent)}


@routes.on("GET", "/quickbooks/realms/{realm}/{entity}")
def entities(sandbox: "Sandbox", request: Request, sent: dict, realm: str, entity: str) -> list:
    narrow = {name: values[0] for name, values in request.query.items()}
    return sandbox.books(realm).all(entity, **narrow)


@routes.on("POST", "/stripe/accounts")
def stripe_account(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    id_ = sent.pop("id")
    if id_ in sandbox.state.stripe:
        _assign(sandbox.state.stripe[id_], sent)
    else:
        sandbox.stripe_vendor.add_account(id_, sent.pop("name", id_), **sent)
    return {"id": id_}


@routes.on("POST", "/stripe/accounts/{id_}/acts")
def act_in_stripe(sandbox: "Sandbox", request: Request, sent: dict, id_: str) -> Any:
    return _act(sandbox.stripe(id_), STRIPE_ACTS, sent)


@routes.on("GET", "/stripe/accounts/{id_}/{kind}")
def stripe_objects(sandbox: "Sandbox", request: Request, sent: dict, id_: str, kind: str) -> list:
    return sandbox.stripe(id_).all(kind)


@routes.on("POST", "/twilio/accounts")
def twilio_account(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sid = sent.pop("sid")
    urls = {name: sent.pop(name) for name in ("inbound_url", "status_url") if name in sent}
    if sid in sandbox.state.twilio:
        _assign(sandbox.state.twilio[sid], sent)
    else:
        sandbox.twilio_vendor.add_account(sid, sent.pop("name", sid), **sent)
    for service in sandbox.state.twilio[sid].services.values():
        _assign(service, urls)
    return {"sid": sid}


@routes.on("POST", "/twilio/accounts/{sid}/acts")
def act_in_twilio(sandbox: "Sandbox", request: Request, sent: dict, sid: str) -> Any:
    return _act(sandbox.twilio(sid), {"set_campaign", "sign_with_key"}, sent)


@routes.on("GET", "/twilio/accounts/{sid}/messages")
def twilio_messages(sandbox: "Sandbox", request: Request, sent: dict, sid: str) -> list:
    return sandbox.twilio(sid).messages


@routes.on("GET", "/phones/{number}")
def phone(sandbox: "Sandbox", request: Request, sent: dict, number: str) -> dict:
    found = sandbox.phone(_number(number))
    return plain(found.data) | {"messages": found.messages}


@routes.on("POST", "/phones/{number}")
def change_phone(sandbox: "Sandbox", request: Request, sent: dict, number: str) -> Any:
    found = sandbox.phone(_number(number))
    _assign(found.data, sent)
    return found.data


@routes.on("POST", "/phones/{number}/reply")
def reply(sandbox: "Sandbox", request: Request, sent: dict, number: str) -> Any:
    return sandbox.phone(_number(number)).reply(sent["body"], sent.get("to", ""))


def _number(text: str) -> str:
    return text.replace("%2B", "+").replace("%2b", "+")


def _assign(target: Any, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if not hasattr(target, name):
            raise ValueError(f"unknown setting: {name}")
        setattr(target, name, value)


def _act(target: Any, allowed: set[str], sent: dict[str, Any]) -> Any:
    name = sent.pop("act")
    if name not in allowed:
        raise ValueError(f"unknown act: {name}")
    act: Callable[..., Any] = getattr(target, name)
    if isinstance(sent.get("at"), str):
        sent["at"] = datetime.fromisoformat(sent["at"])
    return act(**sent)
