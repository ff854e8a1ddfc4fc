"""The mailbox and the Slack channel."""

import base64
from html import escape
from typing import TYPE_CHECKING

from arbook.sandbox.mail import Letter
from arbook.sandbox.page import Html, card, e, facts, field, form, join, link, linked, page, table
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

routes = Routes()
QUICK = (
    "I'll pay on Friday",
    "I already paid this",
    "This invoice is wrong",
    "Please stop emailing me",
    "Ya pagué esta factura",
)
FATES = {
    "bounce": "Send it back: no such mailbox",
    "complain": "This is spam",
    "unsubscribe": "Unsubscribe",
    "delivered": "Delivered",
}


@routes.on("GET", "/mail")
def mailbox(sandbox: "Sandbox", request: Request) -> Response:
    rows = [
        (
            link(f"/mail/{letter.id}", letter.subject or "(no subject)"),
            letter.sender,
            ", ".join(letter.to),
            letter.at.strftime("%d %b %H:%M"),
            len(letter.attachments) or "",
        )
        for letter in reversed(sandbox.mailbox)
    ]
    heads = ("Subject", "From", "To", "At", "#Files")
    return page(
        "Mail", card("Everything sent", table(heads, rows, "No mail yet."), live="mail"), at="/mail"
    )


@routes.on("GET", "/mail/{id_}")
def letter(sandbox: "Sandbox", request: Request, id_: str) -> Response:
    found = _letter(sandbox, id_)
    files = join(
        Html(
            f"<li>{link(f'/mail/{id_}/file/{number}', file.name)} "
            f"<small>{len(file.content):,} bytes</small></li>"
        )
        for number, file in enumerate(found.attachments)
    )
    text = found.text.replace("\r\n", "\n").strip()
    parts = [card("Text", Html("<div>"), linked(text), Html("</div>"))]
    if found.html:
        frame = base64.b64encode(found.html.encode()).decode()
        parts.append(
            card(
                "As HTML",
                Html(
                    '<iframe class="letter-frame" sandbox="allow-popups" title="The HTML part"'
                    f' src="data:text/html;charset=utf-8;base64,{frame}"></iframe>'
                ),
            )
        )
    if files:
        parts.append(card("Files", Html("<ul>"), files, Html("</ul>")))
    if sandbox.postbox.is_open:
        parts += _acts(found)
    parts.append(card("Headers", facts(found.headers.items())))
    return page(
        found.subject or "(no subject)",
        Html(
            f'<p class="soft">From {escape(found.sender)} to '
            f"{escape(', '.join(found.to))}, {found.at:%a %d %b %Y %H:%M} UTC</p>"
        ),
        *parts,
        at="/mail",
        notice=request.first("notice"),
        error=request.first("error"),
    )


def _acts(found: Letter) -> list[Html]:
    """What the recipient and their mail system may do."""
    where = f"/mail/{found.id}"
    quick = join(
        Html(f'<button name="body" value="{e(text)}">{e(text)}</button>') for text in QUICK
    )
    answer = Html(
        f'<form method="post" action="{where}/answer" class="act">'
        f"{field('From', 'sender', found.to[0])}"
        '<label>Answer<textarea name="body" rows="4"></textarea></label>'
        '<button class="primary" name="send" value="1">Send</button></form>'
        f'<form method="post" action="{where}/answer" class="quick">{quick}</form>'
    )
    fates = join(form(f"{where}/fate", text, what=what) for what, text in FATES.items())
    return [card("Answer this mail", answer), card("What becomes of it", fates)]


def _letter(sandbox: "Sandbox", id_: str) -> Letter:
    found = next((one for one in sandbox.mailbox if str(one.id) == id_), None)
    if found is None:
        raise KeyError(f"mail {id_}")
    return found


@routes.on("POST", "/mail/{id_}/answer")
def answer(sandbox: "Sandbox", request: Request, id_: str) -> str:
    body = request.form.get("body", "").strip()
    if not body:
        raise ValueError("Write something first.")
    sandbox.postbox.answer(_letter(sandbox, id_), body, sender=request.form.get("sender", ""))
    return "The answer is on its way."


@routes.on("POST", "/mail/{id_}/fate")
def fate(sandbox: "Sandbox", request: Request, id_: str) -> str:
    what = request.form.get("what", "")
    if what not in FATES:
        raise ValueError("That cannot become of a mail.")
    getattr(sandbox.postbox, what)(_letter(sandbox, id_))
    return "The mail system tells it."


@routes.on("GET", "/mail/{id_}/file/{number}")
def file(sandbox: "Sandbox", request: Request, id_: str, number: str) -> Response:
    found = next(one for one in sandbox.mailbox if str(one.id) == id_)
    attachment = found.attachments[int(number)]
    return Response(200, attachment.content, attachment.content_type)


@routes.on("GET", "/slack-room")
def slack(sandbox: "Sandbox", request: Request) -> Response:
    rows = [
        (note.channel, linked(note.text), note.at.strftime("%d %b %H:%M"))
        for note in reversed(sandbox.slack.notes)
    ]
    return page(
        "Slack",
        card(
            sandbox.slack.workspace.team,
            table(("Channel", "Message", "At"), rows, "Nobody was alerted yet."),
            live="slack",
        ),
        at="/slack-room",
    )
