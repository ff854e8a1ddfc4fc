"""Faults to switch on, webhooks under way, the log of calls, and the vendors' settings."""

from typing import TYPE_CHECKING

from arbook.sandbox.faults import CALL_KINDS, MAIL_KINDS, WEBHOOK_KINDS
from arbook.sandbox.page import Html, badge, card, choice, field, form, join, page, table
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox
    from arbook.sandbox.state import Parcel

routes = Routes()
VENDORS = ("quickbooks", "stripe", "twilio", "slack", "mail")


@routes.on("GET", "/faults")
def faults(sandbox: "Sandbox", request: Request) -> Response:
    rows = [
        (
            f"{rule.vendor} {rule.operation}",
            rule.kind,
            "until cleared" if rule.times is None else f"{rule.times - rule.struck} more",
            rule.struck,
            form("/faults/clear", "Switch off", id=rule.id),
        )
        for rule in sandbox.faults.active()
    ]
    kinds = [(kind, kind) for kind in CALL_KINDS + WEBHOOK_KINDS + MAIL_KINDS]
    add = form(
        "/faults",
        "Switch on",
        choice("Vendor", "vendor", [(name, name) for name in VENDORS]),
        field("Operation", "operation", "*"),
        choice("Kind", "kind", kinds),
        field("Times (empty: until cleared)", "times", "1"),
        field("Seconds", "seconds", "5"),
        kind="primary",
    )
    heads = ("Where", "What", "How long", "#Struck", "")
    return page(
        "Faults",
        card(
            "Switch a fault on",
            add,
            Html(
                '<p class="hint">Operations as in the log: query.invoice, payment.create, cdc,'
                " token, checkout.sessions.create, messages.create, webhook, ... or *.</p>"
            ),
        ),
        card("Now in force", table(heads, rows, "All vendors behave."), live="rules"),
        _settings(sandbox),
        _parcels(sandbox),
        at="/faults",
        notice=request.first("notice"),
        error=request.first("error"),
    )


def _settings(sandbox: "Sandbox") -> Html:
    parts = []
    for account in sandbox.twilio_vendor.accounts():
        status = account.service.campaign_status
        other = "FAILED" if status == "VERIFIED" else "VERIFIED"
        parts.append(
            join(
                (
                    Html("<p>"),
                    f"Twilio {account.data.name}: A2P campaign ",
                    badge(status, "good" if status == "VERIFIED" else "bad"),
                    " ",
                    form("/faults/campaign", f"Make it {other}", sid=account.sid, status=other),
                    Html("</p>"),
                )
            )
        )
    for realm, ledger in sandbox.quickbooks.app.companies.items():
        parts.append(
            join(
                (
                    Html("<p>"),
                    f"QuickBooks {ledger.name}: ",
                    form(
                        "/faults/disconnect",
                        "Owner disconnects the app",
                        kind="danger",
                        realm=realm,
                    ),
                    Html("</p>"),
                )
            )
        )
    app = sandbox.quickbooks.app
    other = "legacy" if app.webhook_format == "cloudevents" else "cloudevents"
    parts.append(
        join(
            (
                Html("<p>"),
                f"QuickBooks webhooks are {app.webhook_format}. ",
                form("/faults/format", f"Send {other}", format=other),
                Html("</p>"),
            )
        )
    )
    return card("Settings", *parts)


def _parcels(sandbox: "Sandbox") -> Html:
    def row(parcel: "Parcel") -> tuple:
        again = form("/faults/again", "Send again", id=parcel.id) if parcel.id else ""
        if parcel.state in ("waiting", "sending"):
            again = ""
        return (
            parcel.vendor,
            parcel.about,
            ", ".join(map(str, parcel.statuses)) or "-",
            "held" if parcel.held else parcel.state,
            again,
        )

    shown = [*sandbox.delivery.waiting(), *reversed(sandbox.state.delivered[-30:])]
    heads = ("Vendor", "About", "Answers", "State", "")
    return card("Webhooks", table(heads, map(row, shown), "None yet."), live="parcels")


@routes.on("POST", "/faults")
def add(sandbox: "Sandbox", request: Request) -> str:
    sent = request.form
    options = {"times": int(sent["times"])} if sent.get("times") else {}
    if sent.get("seconds"):
        options["seconds"] = float(sent["seconds"])
    operation = sent.get("operation") or "*"
    sandbox.faults.add(sent.get("vendor", ""), operation, sent["kind"], **options)
    return "Switched on."


@routes.on("POST", "/faults/clear")
def clear(sandbox: "Sandbox", request: Request) -> str:
    sandbox.faults.clear(int(request.form["id"]))
    return "Switched off."


@routes.on("POST", "/faults/campaign")
def campaign(sandbox: "Sandbox", request: Request) -> str:
    sandbox.twilio(request.form["sid"]).set_campaign(request.form["status"])
    return f"The campaign is {request.form['status']}."


@routes.on("POST", "/faults/disconnect")
def disconnect(sandbox: "Sandbox", request: Request) -> str:
    sandbox.quickbooks.disconnect(request.form["realm"])
    return "Disconnected."


@routes.on("POST", "/faults/format")
def webhook_format(sandbox: "Sandbox", request: Request) -> str:
    sandbox.quickbooks.app.webhook_format = request.form["format"]
    return "Changed."


@routes.on("POST", "/faults/again")
def again(sandbox: "Sandbox", request: Request) -> str:
    sent = sandbox.delivery.again(int(request.form["id"]))
    return "Queued once more." if sent else "That delivery is no longer remembered."


@routes.on("GET", "/log")
def log(sandbox: "Sandbox", request: Request) -> Response:
    rows = [
        (
            call.at.strftime("%H:%M:%S"),
            call.vendor,
            call.operation,
            call.status or "none",
            f"{call.milliseconds:.0f} ms",
            badge(call.fault, "bad") if call.fault else "",
            call.detail[:120],
        )
        for call in list(reversed(sandbox.faults.log))[:150]
    ]
    counts = [
        (vendor, operation, number)
        for vendor, operations in sandbox.faults.counts().items()
        for operation, number in operations.items()
    ]
    heads = ("At", "Vendor", "Operation", "Status", "#Took", "Fault", "About")
    return page(
        "Calls",
        Html('<div class="grid">'),
        card(
            "Counts",
            table(("Vendor", "Operation", "#Calls"), counts, "No call yet."),
            form("/log/forget", "Start again"),
            live="counts",
        ),
        Html("</div><br>"),
        card("Last calls", table(heads, rows, "No call yet."), live="calls"),
        at="/log",
    )


@routes.on("POST", "/log/forget")
def forget(sandbox: "Sandbox", request: Request) -> str:
    sandbox.faults.forget()
    return "Counting from zero."
