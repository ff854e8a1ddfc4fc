"""The sockets' place: requests and mails are answered by the simulated vendors in this process."""

import io
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock
from urllib.parse import urlsplit

import requests
from django.db import connection
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

from arbook.sandbox.faults import matches
from arbook.sandbox.server import Dropped, Sandbox
from arbook.sandbox.wire import Request, split_url


class Killed(BaseException):
    """The worker's process ended here; no ``except Exception`` hears of it."""


@dataclass
class Trouble:
    """What goes wrong on the line with the next call that fits, once.

    ``unreached``: no connection. ``lost``: the vendor did it, its answer is lost. ``cut``: the
    line broke before the vendor did anything. ``killed_before``, ``killed_after``: our process
    ends around the call. Everything else is one of the sandbox's own faults.
    """

    vendor: str
    operation: str
    kind: str


class Wire:
    """Answers every call of the product; ``heard`` is told what a mail server took."""

    def __init__(self, sandbox: Sandbox):
        self.sandbox = sandbox
        self.troubles: list[Trouble] = []
        self.on_text: Callable = lambda account, message: None
        self.on_mail: Callable = lambda letter: None
        self.calls = 0

    @contextmanager
    def plugged_in(self) -> Iterator[None]:
        """No socket is opened inside."""
        wire = self

        def send(adapter, request, **options):
            return wire.answer(request)

        with (
            mock.patch.object(HTTPAdapter, "send", send),
            mock.patch.multiple(smtplib.SMTP, **_mail(self)),
        ):
            yield

    def answer(self, prepared: requests.PreparedRequest) -> requests.Response:
        self.calls += 1
        url = urlsplit(prepared.url)
        path, query = split_url(url.path + (f"?{url.query}" if url.query else ""))
        body = prepared.body or b""
        request = Request(
            method=prepared.method,
            path=path,
            query=query,
            headers={name.lower(): _text(value) for name, value in prepared.headers.items()},
            body=body.encode() if isinstance(body, str) else bytes(body),
            base=f"{url.scheme}://{url.netloc}",
        )
        vendor = path.split("/")[1]
        struck = self._strike(vendor, self._operation(vendor, path, prepared.method, body))
        if struck == "unreached":
            raise requests.ConnectTimeout(request=prepared)
        if struck == "cut":
            raise requests.ConnectionError("the line broke", request=prepared)
        if struck == "killed_before":
            raise Killed
        before = {message.sid for _, message in self._texts()}
        try:
            answered = self.sandbox.answer(request)
        except Dropped:
            raise requests.ConnectionError("the line broke", request=prepared) from None
        finally:
            for account, message in self._texts():
                if message.sid not in before:
                    self.on_text(account, message)
        if struck == "lost":
            raise requests.ReadTimeout(request=prepared)
        if struck == "killed_after":
            raise Killed
        return _response(prepared, answered)

    def _operation(self, vendor: str, path: str, method: str, body) -> str:
        if vendor == "twilio" and path.endswith("/Messages.json"):
            return "send" if method == "POST" else "list"
        if vendor == "quickbooks" and method == "POST" and path.endswith("/payment"):
            return "post"
        return "read" if method == "GET" or path.endswith("/query") else "write"

    def _strike(self, vendor: str, operation: str) -> str:
        for trouble in self.troubles:
            if trouble.vendor == vendor and matches(operation, trouble.operation):
                self.troubles.remove(trouble)
                return trouble.kind
        return ""

    def _texts(self) -> list:
        return [
            (account, message)
            for account in self.sandbox.state.twilio.values()
            for message in account.messages.values()
            if message.direction == "outbound-api"
        ]

    def take_mail(self, sender: str, to: list[str], raw: bytes) -> tuple[int, bytes]:
        """The mail server's answer to a whole letter."""
        self.calls += 1
        struck = self._strike("mail", "send")
        if struck == "unreached":
            return 451, b"try again later"
        if struck == "refused":
            return 550, b"mailbox unavailable"
        if struck == "killed_before":
            raise Killed
        self.on_mail(self.sandbox.mail.keep(sender, to, raw))
        if struck in ("lost", "cut"):
            raise smtplib.SMTPServerDisconnected("the line broke")
        if struck == "killed_after":
            raise Killed
        return 250, b"taken"


def _response(prepared: requests.PreparedRequest, answered) -> requests.Response:
    response = requests.Response()
    response.status_code = answered.status
    response.headers = CaseInsensitiveDict(
        {"Content-Type": answered.content_type, **answered.headers}
    )
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = io.BytesIO(answered.body)
    response._content = answered.body
    response.url, response.request, response.reason = prepared.url, prepared, ""
    return response


def _text(value) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _mail(wire: Wire) -> dict:
    """An SMTP client whose line ends in this process."""

    def fine(client, *args, **options):
        return 250, b"ok"

    def connect(client, *args, **options):
        client.sock, client.file = None, None
        return 220, b"ready"

    def ehlo(client, name=""):
        client.ehlo_resp, client.does_esmtp, client.esmtp_features = b"", True, {"8bitmime": ""}
        return 250, b"ok"

    def mail(client, sender, options=()):
        client.letter = [sender, []]
        return 250, b"ok"

    def rcpt(client, recipient, options=()):
        client.letter[1].append(recipient)
        return 250, b"ok"

    def data(client, msg):
        raw = msg.encode("ascii") if isinstance(msg, str) else msg
        return wire.take_mail(client.letter[0], client.letter[1], raw)

    return {
        "connect": connect,
        "ehlo": ehlo,
        "mail": mail,
        "rcpt": rcpt,
        "data": data,
        "rset": fine,
        "quit": fine,
        "close": lambda client: None,
    }


@contextmanager
def killed_at(statement: int | None):
    """The worker dies before its nth statement; nothing of ours hears of it."""
    left = statement

    def count(execute, sql, params, many, context):
        nonlocal left
        if not sql.lstrip().upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            left -= 1
            if left == 0:
                raise Killed
        return execute(sql, params, many, context)

    if statement is None:
        yield
        return
    with connection.execute_wrapper(count):
        yield
