"""Messages: accepted, sent on, delivered or not, each step told to the status callback."""

import json
import re
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.twilio.account import AccountData, Message, Service, new_sid
from arbook.sandbox.twilio.phones import segments
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.twilio import Twilio

KNOWN: dict[str, list[str]] = json.loads(
    resources.files("arbook.sandbox.twilio").joinpath("parameters.json").read_text()
)
STEPS = (("queued", 0.05), ("sent", 0.2), ("delivered", 0.5))
ERRORS = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "US A2P 10DLC - message from an unregistered number",
}
TERMINAL = {"delivered", "undelivered", "failed", "canceled"}
PRICE = 0.0079
routes = Routes()
_ROOT = "/2010-04-01/Accounts/{account}"


class TwilioError(Exception):
    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status

    def response(self) -> Response:
        info = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": str(self), "more_info": info, "status": self.status}
        return Response.json(body, self.status)


def check(operation: str, sent: dict[str, Any]) -> None:
    """Refuse parameters that do not exist and miss those that must be there."""
    known = KNOWN.get(operation)
    if known is None:
        return
    names = {name.rstrip("!") for name in known} | {"PageSize", "Page", "PageToken"}
    for name in sent:
        if name.rstrip("<>") not in names and name not in names:
            raise TwilioError(20001, f"Unknown parameter: {name}")
    for name in known:
        if name.endswith("!") and not sent.get(name[:-1]):
            code = 21604 if name == "To!" else 20001
            raise TwilioError(code, f"A '{name[:-1]}' is required.")


def shown(message: Message) -> dict[str, Any]:
    """A message as the API shows it."""
    root = f"/2010-04-01/Accounts/{message.account}/Messages/{message.sid}"
    waiting = message.status in ("accepted", "scheduled")
    return {
        "sid": message.sid,
        "account_sid": message.account,
        "messaging_service_sid": message.service or None,
        "to": message.to,
        "from": message.sender or None,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "num_segments": "0" if waiting else str(message.segments),
        "num_media": "0",
        "price": message.price,
        "price_unit": "USD",
        "error_code": message.error_code,
        "error_message": ERRORS.get(message.error_code or 0),
        "date_created": format_datetime(message.created),
        "date_sent": format_datetime(message.sent) if message.sent else None,
        "date_updated": format_datetime(message.updated),
        "api_version": "2010-04-01",
        "uri": root + ".json",
        "subresource_uris": {"media": root + "/Media.json"},
    }


@routes.on("POST", _ROOT + "/Messages.json", "messages.create")
def create(twilio: "Twilio", account: AccountData, request: Request) -> Response:
    form = request.form
    check("messages.create", form)
    to, body = form["To"], form.get("Body", "")
    if not re.fullmatch(r"\+[1-9]\d{7,14}", to):
        raise TwilioError(21211, f"Invalid 'To' Phone Number: {to}")
    if not body:
        raise TwilioError(21602, "Message body is required.")
    if len(body) > 1600:
        raise TwilioError(21617, "The concatenated message body exceeds the 1600 character limit.")
    service, sender = _sender(account, form)
    if service and to in service.opted_out:
        raise TwilioError(21610, "Attempt to send to unsubscribed recipient")
    phone = twilio.phone(to).data
    if phone.fate.startswith("21"):
        raise TwilioError(int(phone.fate), f"'To' number {to} cannot receive SMS")
    validity = _whole(form, "ValidityPeriod", 36000)
    if not 1 <= validity <= 36000:
        raise TwilioError(21620, "ValidityPeriod must be between 1 and 36000")
    callback = form.get("StatusCallback", service.status_url if service else "")
    if callback and not callback.startswith(("http://", "https://")):
        raise TwilioError(21609, "The 'StatusCallback' URL is not a valid URL.")
    now = clock.now()
    message = Message(
        new_sid("SM"),
        account.sid,
        service.sid if service else "",
        to,
        "" if service else sender,
        body,
        "outbound-api",
        "accepted" if service else "queued",
        now,
        now,
        callback=callback,
        segments=segments(body),
        validity=validity,
    )
    account.messages[message.sid] = message
    if service and form.get("ScheduleType") == "fixed" and form.get("SendAt"):
        _schedule(twilio, message, form["SendAt"])
    else:
        progress(twilio, account.sid, message.sid, sender)
    return Response.json(shown(message), 201)


def _whole(form: dict[str, str], name: str, default: int) -> int:
    value = form.get(name, str(default))
    if not value.isdigit():
        raise TwilioError(20001, f"{name} must be a whole number")
    return int(value)


def _sender(account: AccountData, form: dict[str, str]) -> tuple[Service | None, str]:
    if sid := form.get("MessagingServiceSid"):
        service = account.services.get(sid)
        if service is None:
            raise TwilioError(21705, f"The Messaging Service {sid} is invalid")
        if not service.numbers:
            raise TwilioError(21703, "The Messaging Service has no phone number")
        return service, service.numbers[sum(form["To"].encode()) % len(service.numbers)]
    sender = form.get("From", "")
    if not sender:
        raise TwilioError(21603, "A 'From' phone number is required.")
    if account.service_with(sender) is None:
        raise TwilioError(21606, f"The 'From' number {sender} is not a valid number.")
    return None, sender


def _schedule(twilio: "Twilio", message: Message, send_at: str) -> None:
    try:
        instant = datetime.fromisoformat(send_at)
    except ValueError:
        raise TwilioError(35114, "SendAt is not a date") from None
    ahead = instant - clock.now()
    if not timedelta(minutes=15) <= ahead <= timedelta(days=35):
        raise TwilioError(35114, "SendAt must be 15 minutes to 35 days ahead")
    message.status, message.send_at = "scheduled", instant
    twilio.sandbox.tasks.at(instant.timestamp(), "twilio.release", message.account, message.sid)


def release(twilio: "Twilio", account_sid: str, sid: str) -> None:
    """A scheduled message's time has come."""
    account = twilio.sandbox.state.twilio[account_sid]
    message = account.messages[sid]
    if message.status == "scheduled":
        message.status = "accepted"
        service = account.services[message.service]
        progress(twilio, account_sid, sid, service.numbers[0])


def progress(twilio: "Twilio", account_sid: str, sid: str, sender: str) -> None:
    """Plan the steps of a message over the next second."""
    account = twilio.sandbox.state.twilio[account_sid]
    message, total = account.messages[sid], 0.0
    service = account.service_with(sender)
    fate = twilio.phone(message.to).data.fate
    if service and service.campaign_status != "VERIFIED":
        fate = "30034"
    for status, delay in STEPS:
        total += delay * twilio.sandbox.pace
        error = 0
        if status == "delivered" and fate.isdigit():
            status, error = "undelivered", int(fate)
        if status == "delivered" and fate == "sent":
            return
        later = twilio.sandbox.tasks.later
        later(total, "twilio.step", account_sid, sid, status, error, sender)


def step(
    twilio: "Twilio", account_sid: str, sid: str, status: str, error: int, sender: str
) -> None:
    """A message takes its next step and the callback hears of it."""
    account = twilio.sandbox.state.twilio.get(account_sid)
    message = account.messages.get(sid) if account else None
    if account is None or message is None or message.status in TERMINAL:
        return
    now = clock.now()
    message.status, message.updated, message.sender = status, now, sender
    if status == "sent":
        message.sent = now
    if error:
        message.error_code = error
    if status in TERMINAL:
        message.price = f"-{PRICE * message.segments:.5f}"
    tell(twilio, account, message)


def tell(twilio: "Twilio", account: AccountData, message: Message) -> None:
    """The status callback of one message."""
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.to,
        "From": message.sender,
        "AccountSid": account.sid,
        "ApiVersion": "2010-04-01",
    }
    if message.service:
        params["MessagingServiceSid"] = message.service
    if message.error_code:
        params["ErrorCode"] = str(message.error_code)
    if message.status == "delivered":
        params["RawDlrDoneDate"] = message.updated.strftime("%y%m%d%H%M")
    about = f"{message.status} {message.sid}"
    twilio.post(account, message.callback, params, about)


@routes.on("GET", _ROOT + "/Messages.json", "messages.list")
def list_(twilio: "Twilio", account: AccountData, request: Request) -> Response:
    sent = {name: values[0] for name, values in request.query.items()}
    check("messages.list", sent)
    rows = [m for m in reversed(account.messages.values()) if _fits(m, sent)]
    size = min(1000, max(1, int(sent.get("PageSize", 50))))
    page = int(sent.get("Page", 0))
    root = f"/2010-04-01/Accounts/{account.sid}/Messages.json"
    part = rows[page * size : (page + 1) * size]
    more = len(rows) > (page + 1) * size

    def uri(number: int) -> str:
        kept = "".join(
            f"&{k}={v.replace('+', '%2B')}"
            for k, v in sent.items()
            if k not in ("Page", "PageSize", "PageToken")
        )
        return f"{root}?PageSize={size}&Page={number}{kept}"

    return Response.json(
        {
            "messages": [shown(message) for message in part],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(0, len(part) - 1),
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if more else None,
            "previous_page_uri": uri(page - 1) if page else None,
        }
    )


def _fits(message: Message, sent: dict[str, str]) -> bool:
    if sent.get("To", message.to) != message.to:
        return False
    if sent.get("From", message.sender) != message.sender:
        return False
    for name, value in sent.items():
        if not name.startswith("DateSent"):
            continue
        if message.sent is None:
            return False
        wanted = value[:10]
        day = message.sent.date().isoformat()
        if name == "DateSent" and day != wanted:
            return False
        if name == "DateSent>" and day < wanted:
            return False
        if name == "DateSent<" and day > wanted:
            return False
    return True


@routes.on("GET", _ROOT + "/Messages/{sid}.json", "messages.fetch")
def fetch(twilio: "Twilio", account: AccountData, request: Request, sid: str) -> Response:
    return Response.json(shown(_message(account, sid)))


@routes.on("POST", _ROOT + "/Messages/{sid}.json", "messages.update")
def update(twilio: "Twilio", account: AccountData, request: Request, sid: str) -> Response:
    message, form = _message(account, sid), request.form
    check("messages.update", form)
    if form.get("Status") == "canceled":
        if message.status != "scheduled":
            raise TwilioError(30409, "Only scheduled messages can be canceled", 409)
        message.status, message.updated = "canceled", clock.now()
        tell(twilio, account, message)
    if form.get("Body") == "":
        message.body = ""
    return Response.json(shown(message))


def _message(account: AccountData, sid: str) -> Message:
    if sid not in account.messages:
        text = f"The requested resource /Messages/{sid}.json was not found"
        raise TwilioError(20404, text, 404)
    return account.messages[sid]
