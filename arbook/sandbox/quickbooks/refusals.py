"""The two shapes in which QuickBooks says no: API faults and, in lower case, gateway faults."""

import uuid
from typing import Any

from arbook.sandbox import clock
from arbook.sandbox.wire import Response

MESSAGES = {
    "610": "Object Not Found",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2170": "Invalid Enumeration",
    "2500": "Invalid Reference Id",
    "3100": "ApplicationAuthorizationFailed",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "6000": "A business validation error has occurred while processing your request",
    "6140": "Duplicate Document Number Error",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6240": "Duplicate Name Exists Error",
    "6540": "Deposited Transaction cannot be changed",
    "10000": "An application error has occurred while processing your request",
}


class Refusal(Exception):
    """QuickBooks refuses a request with a fault code."""

    def __init__(self, code: str, detail: str, *, element: str = "", status: int = 400) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.element, self.status = code, detail, element, status

    @property
    def fault(self) -> dict[str, Any]:
        kind = "SystemFault" if self.code == "10000" else "ValidationFault"
        error = {
            "Message": MESSAGES.get(self.code, "Error"),
            "Detail": self.detail,
            "code": self.code,
            "element": self.element,
        }
        return {"Error": [error], "type": kind}

    def response(self, time: str) -> Response:
        return Response.json({"Fault": self.fault, "time": time}, self.status, intuit_tid=tid())


def gateway(status: int, code: str, message: str, detail: str, kind: str) -> Response:
    """A fault of the gateway before the API: lower case, time in milliseconds."""
    text = f"message={message}; errorCode={code.zfill(6)}; statusCode={status}"
    body = {
        "warnings": None,
        "intuitObject": None,
        "fault": {
            "error": [{"message": text, "detail": detail, "code": code, "element": None}],
            "type": kind,
        },
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(clock.stamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }
    response = Response.json(body, status, intuit_tid=tid())
    if status == 401:
        response.headers["www-authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
    return response


def tid() -> str:
    return f"1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}"
