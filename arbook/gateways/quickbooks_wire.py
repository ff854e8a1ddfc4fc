"""python-quickbooks' client with the seam it offers: our timeouts, errors and list of writes."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests
from django.conf import settings
from oauthlib.oauth2 import OAuth2Error
from quickbooks.client import QuickBooks as SDKClient
from quickbooks.exceptions import QuickbooksException
from requests_oauthlib import OAuth2Session

from arbook.gateways import measures, quickbooks_faults, rehearsal, transport
from arbook.gateways.errors import Refused, Unreachable

MINOR_VERSION = 75
REQUEST_ID_LENGTH = 50

# Everything arbook may write into anybody's books. Nothing else leaves this process.
WRITES = {"payment": "create"}

_PATH = re.compile(r"/v3/company/(?P<realm>[^/]+)/(?P<rest>.+)$")


class BrokenOff(Unreachable):
    """The line broke while we read: worth one more question. Never leaves the gateway."""


class Wire(SDKClient):
    """One call. Made anew each time, so threads share nothing but the pool of connections."""

    use_decimal = True
    minorversion = MINOR_VERSION

    def __new__(cls, *, realm: str, token: str):
        return super().__new__(cls, company_id=realm, minorversion=MINOR_VERSION, use_decimal=True)

    def __init__(self, *, realm: str, token: str):
        self.api_url_v3 = f"{settings.QUICKBOOKS_API_URL}/v3"
        transport.allow_plain_http(self.api_url_v3)
        self.session = transport.session(
            lambda: OAuth2Session(settings.QUICKBOOKS_CLIENT_ID, token={"access_token": token})
        )
        self.writes = False
        self.answer_headers: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"<Wire to {self.company_id}>"

    def path(self, end: str) -> str:
        """The URL of something of these books that the SDK has no method for."""
        return f"{self.api_url}/company/{self.company_id}/{end}"

    def ask(self, method: str, *args, **kwargs) -> dict[str, Any]:
        """Call a method of the SDK; its answer is a dict without a fault, or an error of ours."""
        try:
            answer = getattr(self, method)(*args, **kwargs)
        except QuickbooksException:
            raise quickbooks_faults.unreadable(
                200, self.answer_headers, writes=self.writes
            ) from None
        if not isinstance(answer, dict):
            raise quickbooks_faults.unreadable(200, self.answer_headers, writes=self.writes)
        if fault := quickbooks_faults.fault_in(answer):
            raise quickbooks_faults.error_inside(fault, self.answer_headers, writes=self.writes)
        return answer

    def handle_exceptions(self, results: dict) -> None:
        """A fault inside a 200, which the SDK would sort by its number alone."""
        fault = quickbooks_faults.fault_in({"Fault": results})
        fault = fault or quickbooks_faults.Fault("", "no reason given", "")
        raise quickbooks_faults.error_inside(fault, self.answer_headers, writes=self.writes)

    def process_request(self, request_type, url, headers="", params="", data=""):
        """The SDK's one door to the network."""
        self.writes = self._judge(request_type, url, params or {}, data)
        rehearsal.judge("QuickBooks", writes=self.writes)
        if isinstance(data, str):
            data = data.encode()
        with measures.timed("quickbooks", writes=self.writes):
            return self._exchange(request_type, url, headers, params, data)

    def _exchange(self, method, url, headers, params, data) -> requests.Response:
        response = self._send(method, url, headers, params, data)
        self.answer_headers = response.headers
        error = quickbooks_faults.error_of(
            response.status_code, response.content, response.headers, writes=self.writes
        )
        if error is not None:
            raise error
        # Without this, guessing the charset of a page takes longer than parsing it.
        response.encoding = "utf-8"
        return response

    def _send(self, method, url, headers, params, data) -> requests.Response:
        try:
            return self.session.request(
                method,
                url,
                headers=headers or None,
                params=params or None,
                data=data or None,
                timeout=transport.timeouts(),
                allow_redirects=False,
            )
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            meaning = transport.broken_line("QuickBooks", error, writes=self.writes)
            raise meaning if self.writes else BrokenOff(str(meaning)) from None
        except requests.RequestException as error:
            raise transport.broken_line("QuickBooks", error, writes=self.writes) from None
        except OAuth2Error:
            raise Refused("QUICKBOOKS_API_URL must be https outside this machine.") from None

    def _judge(self, method: str, url: str, params: Mapping, data: Any) -> bool:
        """Whether the request writes; raises Refused for a write that is not on our list."""
        match = _PATH.search(url)
        if match is None or match["realm"] != self.company_id:
            raise Refused("That is not a path of this company's books.")
        rest = match["rest"]
        if method == "GET" or (method == "POST" and rest == "query"):
            return False
        plain = method == "POST" and rest in WRITES
        if not plain or "operation" in params or "include" in params:
            raise Refused(f"arbook does not write that to QuickBooks: {method} {rest[:60]}")
        key = params.get("requestid") or ""
        if not 0 < len(key) <= REQUEST_ID_LENGTH:
            raise Refused("A write to QuickBooks needs a requestid of at most 50 characters.")
        if {"Id", "SyncToken", "sparse"} & set(json.loads(data or "{}")):
            raise Refused("arbook creates in QuickBooks; it does not change what is there.")
        return True


def written(value: Any) -> str:
    """JSON with every Decimal as a number, digit for digit."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        inner = (f"{json.dumps(name)}:{written(item)}" for name, item in value.items())
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(written(item) for item in value) + "]"
    return json.dumps(value)


def quoted(value: str) -> str:
    """A literal of the query language."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
