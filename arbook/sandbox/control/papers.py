"""The mailbox and the Slack channel."""

import base64
from html import escape
from typing import TYPE_CHECKING

from arbook.sandbox.page import Html, card, facts, join, link, linked, page, table
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

routes = Routes()


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
    found = next((one for one in sandbox.mailbox if str(one.id) == id_), None)
    if found is None:
        raise KeyError(f"mail {id_}")
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
    parts.append(card("Headers", facts(found.headers.items())))
    return page(
        found.subject or "(no subject)",
        Html(
            f'<p class="soft">From {escape(found.sender)} to '
            f"{escape(', '.join(found.to))}, {found.at:%a %d %b %Y %H:%M} UTC</p>"
        ),
        *parts,
        at="/mail",
    )


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
