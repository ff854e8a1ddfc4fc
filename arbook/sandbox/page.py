"""The frame of the sandbox's pages and the few pieces of HTML they are made of.

Text is escaped by whoever puts it into a piece; `Html` marks what already is markup.
"""

import re
from collections.abc import Iterable
from html import escape
from importlib import resources
from typing import Any

from arbook.sandbox import clock
from arbook.sandbox.wire import Response

ASSETS = {"control.css": "text/css", "control.js": "text/javascript"}
PLACES = (
    ("/", "Overview"),
    ("/phones", "Phones"),
    ("/mail", "Mail"),
    ("/slack-room", "Slack"),
    ("/books", "Books"),
    ("/payments", "Stripe"),
    ("/faults", "Faults"),
    ("/log", "Log"),
)
_LINK = re.compile(r"(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)])")


class Html(str):
    """Text that is markup already."""


def e(value: Any) -> Html:
    """The value as markup: escaped, unless it is markup already."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def join(parts: Iterable[Any]) -> Html:
    return Html("".join(e(part) for part in parts))


def money(value: float, currency: str = "USD") -> str:
    sign = {"USD": "$", "CAD": "CA$"}.get(currency, currency + " ")
    return f"-{sign}{-value:,.2f}" if value < 0 else f"{sign}{value:,.2f}"


def link(url: str, text: Any) -> Html:
    return Html(f'<a href="{escape(url)}">{e(text)}</a>')


def linked(text: str) -> Html:
    """Text with its web addresses as links, line breaks kept."""
    parts = _LINK.split(text)
    made = [link(part, part) if n % 2 else e(part) for n, part in enumerate(parts)]
    return Html("".join(made).replace("\n", "<br>"))


def badge(text: str, kind: str = "") -> Html:
    return Html(f'<span class="badge {escape(kind)}">{e(text)}</span>')


def table(heads: Iterable[str], rows: Iterable[Iterable[Any]], empty: str = "Nothing yet.") -> Html:
    """A table; a head that starts with `#` has its figures to the right."""
    heads, body = list(heads), []
    for row in rows:
        cells = "".join(
            f'<td data-head="{escape(head.lstrip("#"))}"{_figures(head)}>{e(cell)}</td>'
            for head, cell in zip(heads, row, strict=True)
        )
        body.append(f"<tr>{cells}</tr>")
    if not body:
        return Html(f'<p class="empty">{e(empty)}</p>')
    top = "".join(f'<th scope="col"{_figures(head)}>{e(head.lstrip("#"))}</th>' for head in heads)
    return Html(f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(body)}</tbody></table>")


def facts(pairs: Iterable[tuple[str, Any]]) -> Html:
    """Names with their values, one below the other."""
    inside = join(Html(f"<dt>{e(name)}</dt><dd>{e(value)}</dd>") for name, value in pairs)
    return Html(f'<dl class="facts">{inside}</dl>')


def _figures(head: str) -> str:
    return ' class="figure"' if head.startswith("#") else ""


def field(label: str, name: str, value: Any = "", **attributes: Any) -> Html:
    extra = "".join(f' {key}="{escape(str(item))}"' for key, item in attributes.items())
    return Html(f'<label>{e(label)}<input name="{name}" value="{e(value)}"{extra}></label>')


def choice(label: str, name: str, options: Iterable[tuple[str, str]], chosen: str = "") -> Html:
    made = ""
    for value, text in options:
        mark = " selected" if value == chosen else ""
        made += f'<option value="{escape(value)}"{mark}>{e(text)}</option>'
    return Html(f'<label>{e(label)}<select name="{name}">{made}</select></label>')


def form(action: str, button: str, *fields: Any, kind: str = "", **hidden: Any) -> Html:
    """A form that posts; `hidden` values travel along."""
    inside = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value))}">'
        for name, value in hidden.items()
    )
    shape = "act" if fields else "act bare"
    return Html(
        f'<form method="post" action="{escape(action)}" class="{shape}">{inside}{join(fields)}'
        f'<button class="{escape(kind)}">{e(button)}</button></form>'
    )


def card(title: str, *parts: Any, live: str = "") -> Html:
    mark = f' id="{live}" data-live' if live else ""
    return Html(f'<section class="card"{mark}><h2>{e(title)}</h2>{join(parts)}</section>')


def page(title: str, *parts: Any, at: str = "", notice: str = "", error: str = "") -> Response:
    """A page of the control room."""
    places = "".join(
        f'<a href="{path}"{" aria-current=page" if path == at else ""}>{name}</a>'
        for path, name in PLACES
    )
    now = clock.now()
    moves = "".join(
        f'<button name="hours" value="{hours}">{text}</button>'
        for hours, text in ((1, "+1 hour"), (24, "+1 day"), (168, "+7 days"))
    )
    told = f'<p class="notice" role="status">{e(notice)}</p>' if notice else ""
    told += f'<p class="alert" role="alert">{e(error)}</p>' if error else ""
    return Response.html(
        _document(
            f"{title} - Sandbox",
            f'<header class="top"><a class="name" href="/">Sandbox</a><nav>{places}</nav>'
            f'<form method="post" action="/clock" class="clock"><time id="clock" data-live '
            f'datetime="{now.isoformat()}">{now:%a %d %b %Y, %H:%M} UTC</time>{moves}</form>'
            "</header>"
            f"<main><h1>{e(title)}</h1>{told}{join(parts)}</main>",
        )
    )


def plain_page(title: str, body: str) -> str:
    """A page of a vendor: consent, checkout."""
    return _document(title, f'<main class="sheet">{body}</main>')


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{e(title)}</title><link rel="stylesheet" href="/assets/control.css">'
        '<link rel="icon" href="data:,"><script src="/assets/control.js" defer></script>'
        f"</head><body>{body}</body></html>"
    )


def asset(name: str) -> Response:
    if name not in ASSETS:
        return Response.html("not found", 404)
    content = resources.files("arbook.sandbox").joinpath("assets", name).read_bytes()
    return Response(200, content, ASSETS[name])
