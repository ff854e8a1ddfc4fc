"""The first page: what is where, and what lately happened."""

from typing import TYPE_CHECKING

from arbook.sandbox.page import Html, badge, card, e, join, link, money, page, table
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

routes = Routes()


@routes.on("GET", "/")
def overview(sandbox: "Sandbox", request: Request) -> Response:
    return page(
        "The vendors' side",
        Html('<div class="grid">'),
        _texts(sandbox),
        _letters(sandbox),
        *(_books(sandbox, realm) for realm in sandbox.quickbooks.app.companies),
        _payments(sandbox),
        _webhooks(sandbox),
        Html("</div>"),
        at="/",
        notice=request.first("notice"),
        error=request.first("error"),
    )


def _texts(sandbox: "Sandbox") -> Html:
    found = [
        (message, phone)
        for phone in sandbox.twilio_vendor.phones()
        for message in phone.messages[-1:]
    ]
    found.sort(key=lambda pair: pair[0].created, reverse=True)
    rows = [
        (link(f"/phones/{phone.number}", phone.data.name or phone.number), message.body[:90])
        for message, phone in found[:5]
    ]
    return card("Latest texts", table(("Phone", "Text"), rows, "No text yet."), live="texts")


def _letters(sandbox: "Sandbox") -> Html:
    rows = [
        (link(f"/mail/{letter.id}", letter.subject or "(no subject)"), ", ".join(letter.to))
        for letter in reversed(sandbox.mailbox[-5:])
    ]
    return card("Latest mail", table(("Subject", "To"), rows, "No mail yet."), live="letters")


def _books(sandbox: "Sandbox", realm: str) -> Html:
    ledger = sandbox.quickbooks.app.companies[realm]
    invoices = [row.facts for row in ledger.of("Invoice").values()]
    owed = [facts[6] for facts in invoices if facts[6] > 0]
    figures = join(
        Html(f"<div><dt>{name}</dt><dd>{e(value)}</dd></div>")
        for name, value in (
            ("Open invoices", len(owed)),
            ("Open", money(sum(owed))),
            ("Customers", len(ledger.of("Customer"))),
        )
    )
    return card(
        ledger.name,
        Html(f'<dl class="figures">{figures}</dl>'),
        link(f"/books/{realm}", "Open the books"),
        live=f"books-{realm}",
    )


def _payments(sandbox: "Sandbox") -> Html:
    rows = []
    for account in sandbox.stripe_vendor.accounts():
        states = [intent["status"] for intent in account.table("payment_intent").values()]
        name = link(f"/payments/{account.id}", account.data.name)
        rows.append((name, states.count("succeeded"), states.count("processing")))
    return card(
        "Stripe", table(("Account", "#Paid", "#In flight"), rows, "No account."), live="stripe"
    )


def _webhooks(sandbox: "Sandbox") -> Html:
    waiting = sandbox.delivery.waiting()
    faults = sandbox.faults.active()
    state = badge(f"{len(waiting)} waiting", "bad" if waiting else "good")
    wrong = badge(f"{len(faults)} faults on", "bad" if faults else "good")
    return card(
        "Webhooks and faults",
        Html("<p>"),
        state,
        " ",
        wrong,
        Html("</p>"),
        link("/faults", "Switch faults"),
        " ",
        link("/log", "Look at the log"),
        live="webhooks",
    )
