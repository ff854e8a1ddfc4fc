"""The JSON admin API below `/_control`, for the demo command and for tests in other processes.

| Call | Body | Does |
|---|---|---|
| GET `/state` | | accounts with their secrets, clock, counts |
| POST `/reset` | | forgets everything but the clock |
| POST `/seed` | `number, today, force` | plants the seed (once, unless forced); gives `facts` |
| POST `/settle` | `timeout` | waits until all deliveries and short tasks are done |
| GET, POST `/clock` | `days, hours, seconds`, `to` or `reset` | moves the clock |
| GET, POST, DELETE `/faults` | `vendor, kind, times, ...` | see `faults`; DELETE `?id=` or all |
| GET `/faults/given` | | how often each vendor misbehaved in which way |
| GET, POST, DELETE `/limits` | `vendor, per_second, per_minute, retry_after` | see `limits` |
| GET, DELETE `/calls` | | counts per vendor and operation; DELETE starts again |
| GET `/log` | | the last calls, newest first |
| POST `/quickbooks/app` | `webhook_url, verifier_token, webhook_format, ...` | the app |
| GET, POST `/quickbooks/realms` | `realm, name, timezone, refresh_token` | lists; makes a company |
| POST `/quickbooks/realms/R/grant` | | a living refresh token, new consent when needed |
| POST `/quickbooks/realms/R/disconnect` | | the owner disconnects without a word |
| POST `/quickbooks/realms/R/preferences` | nested values | merged into Preferences |
| POST `/quickbooks/realms/R/acts` | `act`, arguments | a method of `Books` |
| POST `/quickbooks/realms/R/bulk` | `invoices, open` | fast plain invoices for benchmarks |
| GET `/quickbooks/realms/R/E` | | all entities E, `?CustomerRef=7` narrows |
| POST `/stripe/accounts` | `id, secret_key, webhook_secret, webhook_url` | makes or changes one |
| POST `/stripe/accounts/A/acts` | `act` and its arguments | pay, settle, refund, dispute, ... |
| GET `/stripe/accounts/A/K` | | all objects of kind K |
| POST `/twilio/accounts` | `sid, auth_token, services, inbound_url, ...` | makes or changes one |
| POST `/twilio/accounts/A/acts` | `act` and its arguments | set_campaign, sign_with_key |
| GET `/twilio/accounts/A/messages` | | all texts |
| GET, POST `/phones/N` | fields of `PhoneData` | a phone's conversation; its behaviour |
| POST `/phones/N/reply` | `body, to` | a text from that phone |
| GET `/mailbox`, GET `/slack` | | what was sent; letters `?after=` a number only |
| POST `/mail/provider` | `provider, secret, inbound_url, tracking_url` | the one in use |
| GET `/deliveries` | | webhooks waiting and done |
| POST `/deliveries/hold`, `/release`, `/again` | `vendor`, or `id` | see `delivery` |

Errors: 400 or 404 with `{"error": text}`.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock, seed
from arbook.sandbox.control import accounts
from arbook.sandbox.control.accounts import plain
from arbook.sandbox.quickbooks.refusals import Refusal
from arbook.sandbox.stripe.errors import StripeError
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

routes = Routes()


def answer(sandbox: "Sandbox", request: Request) -> Response:
    path = request.path.removeprefix("/_control")
    found = routes.find(request.method, path) or accounts.routes.find(request.method, path)
    if found is None:
        return Response.json({"error": f"nothing at {request.method} {request.path}"}, 404)
    name, function, named = found
    try:
        sent = request.json() if request.body else {}
        if name == "settle":
            return settle(sandbox, request, sent)
        with sandbox.lock:
            result = function(sandbox, request, sent, **named)
    except KeyError as error:
        return Response.json({"error": f"not found: {error.args[0] if error.args else ''}"}, 404)
    except (ValueError, TypeError, Refusal, StripeError) as error:
        return Response.json({"error": str(error)}, 400)
    if request.method != "GET":
        sandbox.touch()
    return Response.json(plain(result))


@routes.on("GET", "/state")
def state(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    app = sandbox.quickbooks.app
    return {
        "url": sandbox.url,
        "smtp_port": sandbox.smtp_port,
        "clock": clock.now(),
        "quickbooks": {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "verifier_token": app.verifier_token,
            "webhook_url": app.webhook_url,
            "realms": accounts.realms(sandbox, request, {}),
        },
        "stripe": [
            {
                "id": a.id,
                "name": a.data.name,
                "secret_key": a.data.secret_key,
                "webhook_secret": a.data.webhook_secret,
                "webhook_url": a.data.webhook_url,
            }
            for a in sandbox.stripe_vendor.accounts()
        ],
        "twilio": [
            {
                "sid": a.sid,
                "name": a.data.name,
                "auth_token": a.data.auth_token,
                "services": list(a.data.services.values()),
            }
            for a in sandbox.twilio_vendor.accounts()
        ],
        "slack": {"token": sandbox.slack.workspace.token},
        "counts": sandbox.faults.counts(),
        "facts": sandbox.state.facts,
    }


@routes.on("GET", "/limits")
def limits(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    return {"limits": sandbox.limits.active(), "most": sandbox.limits.seen()}


@routes.on("POST", "/limits")
def limit(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.limits.set(**sent)
    return limits(sandbox, request, sent)


@routes.on("DELETE", "/limits")
def unlimit(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.limits.reset()
    return limits(sandbox, request, sent)


@routes.on("POST", "/reset")
def reset(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.reset()
    return {"done": True}


@routes.on("POST", "/seed")
def plant(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    if sandbox.state.facts and not sent.get("force"):
        return {"planted": False, "facts": sandbox.state.facts}
    if sandbox.state.facts:
        sandbox.reset()
    today = date.fromisoformat(sent["today"]) if sent.get("today") else None
    facts = seed.plant(sandbox, number=int(sent.get("number", 1)), today=today)
    return {"planted": True, "facts": facts}


@routes.on("POST", "/settle")
def settle(sandbox: "Sandbox", request: Request, sent: dict) -> Response:
    try:
        sandbox.settle(float(sent.get("timeout", 20)))
    except TimeoutError as error:
        return Response.json({"error": str(error)}, 400)
    return Response.json({"done": True})


@routes.on("GET", "/clock")
def read_clock(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    return {"now": clock.now(), "offset": clock.offset()}


@routes.on("POST", "/clock")
def move_clock(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    if sent.get("reset"):
        clock.reset()
    elif "to" in sent:
        clock.move_to(datetime.fromisoformat(sent["to"]))
    else:
        units = {unit: float(sent[unit]) for unit in ("days", "hours", "seconds") if unit in sent}
        clock.move(timedelta(**units))
    sandbox.tasks.wake()
    return {"now": clock.now(), "offset": clock.offset()}


@routes.on("GET", "/faults")
def read_faults(sandbox: "Sandbox", request: Request, sent: dict) -> list:
    return sandbox.faults.as_list()


@routes.on("POST", "/faults")
def add_fault(sandbox: "Sandbox", request: Request, sent: dict) -> Any:
    return sandbox.faults.add(**sent)


@routes.on("DELETE", "/faults")
def clear_faults(sandbox: "Sandbox", request: Request, sent: dict) -> list:
    sandbox.faults.clear(int(request.first("id")) if request.first("id") else None)
    return sandbox.faults.as_list()


@routes.on("GET", "/faults/given")
def given(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    return sandbox.faults.given()


@routes.on("GET", "/calls")
def calls(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    return sandbox.faults.counts()


@routes.on("DELETE", "/calls")
def forget_calls(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.faults.forget()
    return {}


@routes.on("GET", "/log")
def log(sandbox: "Sandbox", request: Request, sent: dict) -> list:
    return list(reversed(sandbox.faults.log))


@routes.on("GET", "/mailbox")
def mailbox(sandbox: "Sandbox", request: Request, sent: dict) -> list:
    after = int(request.first("after") or 0)
    letters = [plain(letter) for letter in sandbox.mailbox if letter.id > after]
    for letter in letters:
        letter.pop("raw")
        for attachment in letter["attachments"]:
            attachment["size"] = len(attachment.pop("content"))
    return letters


@routes.on("POST", "/mail/provider")
def mail_provider(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.postbox.open(**sent)
    return {}


@routes.on("GET", "/slack")
def slack(sandbox: "Sandbox", request: Request, sent: dict) -> list:
    return sandbox.slack.notes


@routes.on("GET", "/deliveries")
def deliveries(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    return {"waiting": sandbox.delivery.waiting(), "done": sandbox.state.delivered}


@routes.on("POST", "/deliveries/hold")
def hold(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.delivery.hold(sent.get("vendor", "*"))
    return {}


@routes.on("POST", "/deliveries/release")
def release(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    sandbox.delivery.release(sent.get("vendor", "*"))
    return {}


@routes.on("POST", "/deliveries/again")
def again(sandbox: "Sandbox", request: Request, sent: dict) -> dict:
    return {"queued": sandbox.delivery.again(int(sent["id"]))}
