"""The sandbox's own pages and its JSON admin API: everything not below a vendor's prefix."""

from typing import TYPE_CHECKING

from arbook.sandbox.control import api, pages
from arbook.sandbox.wire import Request, Response

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox


def answer(sandbox: "Sandbox", request: Request) -> Response:
    """Answer a request to the control room or to `/_control`."""
    origin = request.headers.get("origin")
    if request.method != "GET" and origin and origin != "null" and origin != request.base:
        return Response.json({"error": "requests from other sites are refused"}, 403)
    if request.path.startswith("/_control"):
        return api.answer(sandbox, request)
    return pages.answer(sandbox, request)
