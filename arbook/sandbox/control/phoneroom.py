"""The customers' phones."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from arbook.sandbox.page import (
    Html,
    badge,
    card,
    choice,
    e,
    field,
    form,
    join,
    link,
    linked,
    page,
    table,
)
from arbook.sandbox.twilio.account import Message
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox
    from arbook.sandbox.twilio.phones import Phone

routes = Routes()
QUICK = (
    "STOP",
    "HELP",
    "START",
    "I already paid this",
    "Can I pay half now and half next week?",
    "This invoice is wrong",
    "Please stop texting me",
    "I'll pay on Friday",
)
LINES = ("mobile", "landline", "nonFixedVoip", "fixedVoip", "tollFree")
FATES = (
    ("delivered", "delivered"),
    ("sent", "never reported"),
    ("30003", "30003 unreachable"),
    ("30004", "30004 blocked"),
    ("30005", "30005 unknown"),
    ("30006", "30006 landline"),
    ("30007", "30007 filtered"),
    ("30008", "30008 unknown error"),
    ("21614", "21614 refused"),
)


@routes.on("GET", "/phones")
def phones(sandbox: "Sandbox", request: Request) -> Response:
    talking, quiet = [], []
    for phone in sandbox.twilio_vendor.phones():
        (talking if phone.messages else quiet).append(phone)
    talking.sort(key=lambda phone: phone.messages[-1].created, reverse=True)
    rows = [
        (
            _named(phone),
            phone.messages[-1].body[:80],
            phone.messages[-1].created.strftime("%d %b %H:%M"),
            len(phone.messages),
        )
        for phone in talking
    ]
    others = table(("Phone", "Line"), [(_named(phone), phone.data.line) for phone in quiet])
    return page(
        "The customers' phones",
        card(
            "With messages",
            table(("Phone", "Last text", "At", "#Texts"), rows, "No text yet."),
            live="talking",
        ),
        card(
            "All other phones",
            Html("<details><summary>"),
            f"Show {len(quiet)}",
            Html("</summary>"),
            others,
            Html("</details>"),
            form("/phones/open", "Open", field("Another number", "number", "+1")),
        ),
        at="/phones",
        notice=request.first("notice"),
        error=request.first("error"),
    )


def _named(phone: "Phone") -> Html:
    name = link(f"/phones/{quote(phone.number)}", phone.data.name or phone.number)
    return join((name, Html("<br><small>"), phone.number, Html("</small>")))


@routes.on("POST", "/phones/open")
def open_phone(sandbox: "Sandbox", request: Request) -> Response:
    return Response.redirect(f"/phones/{quote(request.form.get('number', '').strip())}")


@routes.on("GET", "/phones/{number}")
def conversation(sandbox: "Sandbox", request: Request, number: str) -> Response:
    phone = sandbox.phone(number)
    where = f"/phones/{quote(number)}"
    to = [m.sender for m in phone.received if m.sender]
    numbers = list(dict.fromkeys([*reversed(to), *sandbox.twilio_vendor.pool()]))
    quick = join(
        Html(f'<button name="body" value="{e(text)}">{e(text)}</button>') for text in QUICK
    )
    talk = join(map(_bubble, phone.messages)) or Html('<p class="empty">No messages.</p>')
    other = choice("To", "to", [(n, n) for n in numbers])
    device = Html(
        f'<section class="phone" aria-label="Phone"><header><strong>'
        f"{e(phone.data.name or 'Customer')}</strong><small>{e(number)}</small></header>"
        f'<div class="talk" id="talk" data-live>{talk}</div>'
        f'<form method="post" action="{where}/reply">{other}'
        f'<div class="reply"><input name="body" aria-label="Reply" placeholder="Text message"'
        f' autocomplete="off"><button class="primary" name="send" value="1">Send</button></div>'
        f"</form>"
        f'<form method="post" action="{where}/reply" class="quick">{quick}</form></section>'
    )
    behaviour = form(
        f"{where}/behaviour",
        "Save",
        field("Name", "name", phone.data.name),
        choice("Lookup says", "line", [(x, x) for x in LINES], phone.data.line),
        choice("Texts are", "fate", FATES, phone.data.fate),
        field("Somebody else's since", "reassigned_on", phone.data.reassigned_on),
        field("Given up by its carrier on", "gave_up_on", phone.data.gave_up_on),
    )
    statuses = [
        (m.created.strftime("%d %b %H:%M"), m.status, m.error_code or "", m.body[:60])
        for m in _all(sandbox, number)[-12:]
    ]
    return page(
        phone.data.name or number,
        Html('<div class="grid">'),
        device,
        Html("<div>"),
        card("How this line behaves", behaviour),
        card(
            "What Twilio knows", table(("At", "Status", "Error", "Text"), statuses), live="statuses"
        ),
        Html("</div></div>"),
        at="/phones",
        notice=request.first("notice"),
        error=request.first("error"),
    )


def _all(sandbox: "Sandbox", number: str) -> list[Message]:
    return [
        m
        for a in sandbox.state.twilio.values()
        for m in a.messages.values()
        if number in (m.to, m.sender)
    ]


def _bubble(message: Message) -> Html:
    mine = message.direction == "inbound"
    side = "bubble mine" if mine else "bubble"
    auto = badge("automatic answer") if message.direction == "outbound-reply" else ""
    return Html(
        f'<div class="{side}">{linked(message.body)}'
        f"<small>{message.created:%d %b %H:%M} {e(auto)}</small></div>"
    )


@routes.on("POST", "/phones/{number}/reply")
def reply(sandbox: "Sandbox", request: Request, number: str) -> str | Response:
    body = request.form.get("body", "").strip()
    if not body:
        raise ValueError("Write something first.")
    sandbox.phone(number).reply(body, request.form.get("to", ""))
    return Response.redirect(f"/phones/{quote(number)}")


@routes.on("POST", "/phones/{number}/behaviour")
def behaviour(sandbox: "Sandbox", request: Request, number: str) -> str:
    phone, sent = sandbox.phone(number).data, request.form
    phone.name = sent.get("name", phone.name)
    phone.line = sent.get("line", phone.line)
    phone.fate = sent.get("fate", phone.fate)
    phone.reassigned_on = sent.get("reassigned_on", phone.reassigned_on)
    phone.gave_up_on = sent.get("gave_up_on", phone.gave_up_on)
    return "Saved."
