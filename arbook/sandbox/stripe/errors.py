"""Stripe's errors."""

import secrets
from typing import Any

from arbook.sandbox.wire import Response


class StripeError(Exception):
    """A request Stripe refuses; `status` and the fields of its error object."""

    def __init__(
        self, message: str, *, status: int = 400, type: str = "invalid_request_error", **fields: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"type": type, "message": message} | fields

    def response(self) -> Response:
        return Response.json({"error": self.body}, self.status, Request_Id=request_id())


def missing(kind: str, id_: str) -> StripeError:
    text = f"No such {kind}: '{id_}'"
    return StripeError(text, status=404, code="resource_missing", param="id")


def request_id() -> str:
    return "req_" + secrets.token_hex(7)
