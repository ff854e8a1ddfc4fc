"""The control room: every page, and the acts its forms post."""

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from arbook.sandbox import clock, page
from arbook.sandbox.control import (
    bookroom,
    overview,
    papers,
    payroom,
    phoneroom,
    tillroom,
    trouble,
)
from arbook.sandbox.quickbooks.refusals import Refusal
from arbook.sandbox.stripe.errors import StripeError
from arbook.sandbox.wire import Request, Response

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

ROOMS = (overview, phoneroom, papers, bookroom, tillroom, payroom, trouble)


def answer(sandbox: "Sandbox", request: Request) -> Response:
    """A page, or the outcome of a posted act: back to where it was pressed, with a word."""
    if request.path.startswith("/assets/"):
        return page.asset(request.path.removeprefix("/assets/"))
    if request.method == "POST" and request.path == "/clock":
        clock.move(timedelta(hours=float(request.form.get("hours") or 0)))
        sandbox.tasks.wake()
        return _back(request, notice=f"It is now {clock.now():%a %d %b %Y, %H:%M} UTC.")
    for room in ROOMS:
        found = room.routes.find(request.method, request.path)
        if not found:
            continue
        _, function, named = found
        named = {name: value.replace("%2B", "+") for name, value in named.items()}
        try:
            with sandbox.lock:
                made = function(sandbox, request, **named)
        except (Refusal, StripeError, ValueError) as error:
            return _back(request, error=str(error))
        except KeyError as error:
            gone = page.Html(f"<p>{page.e(error.args[0] if error.args else '')} is not here.</p>")
            response = page.page("Not found", gone)
            response.status = 404
            return response
        if isinstance(made, Response):
            return made
        sandbox.touch()
        return _back(request, notice=made)
    response = page.page("Not found", page.Html("<p>There is no such page.</p>"))
    response.status = 404
    return response


def _back(request: Request, *, notice: str = "", error: str = "") -> Response:
    place = urlsplit(request.headers.get("referer", "")).path or "/"
    place = request.form.get("then") or place
    told = f"notice={quote(notice)}" if notice else f"error={quote(error)}"
    return Response.redirect(f"{place}?{told}")
