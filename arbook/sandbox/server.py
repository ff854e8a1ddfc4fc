"""The sandbox as one object: its HTTP server, its threads, its memory.

    with Sandbox() as sandbox:
        sandbox.url, sandbox.smtp_port
        sandbox.books("9130").create("Invoice", {...})
        sandbox.phone("+12125550142").reply("STOP")
        sandbox.faults.add("quickbooks", "payment.create", "drop_after", times=1)
        sandbox.settle()

Requests are answered one at a time under one lock, except for the waiting a fault asks for.
"""

import contextlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from arbook.sandbox import clock, control, faults, limits, mail, postbox, slack, state
from arbook.sandbox.delivery import Delivery
from arbook.sandbox.quickbooks import QuickBooks
from arbook.sandbox.quickbooks.books import Books
from arbook.sandbox.state import Parcel
from arbook.sandbox.stripe import Stripe, StripeAccount
from arbook.sandbox.tasks import Tasks
from arbook.sandbox.twilio import Twilio, TwilioAccount
from arbook.sandbox.twilio.phones import Phone
from arbook.sandbox.wire import Call, Request, Response, split_url


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class Sandbox:
    """All simulated vendors. `state` is a folder, or None to forget everything at the end.

    `pace` stretches or shortens what takes a moment: 1 delivers a text in under a second.
    """

    def __init__(
        self,
        state: str | Path | None = None,
        port: int = 0,
        smtp_port: int = 0,
        *,
        pace: float = 1.0,
    ) -> None:
        self.folder = Path(state) if state else None
        self.lock = threading.RLock()
        self.faults = faults.Faults()
        self.limits = limits.Limits()
        self.state = self._load()
        self.delivery = Delivery(self)
        self.tasks = Tasks(self)
        self.quickbooks = QuickBooks(self)
        self.stripe_vendor = Stripe(self)
        self.twilio_vendor = Twilio(self)
        self.slack = slack.Slack(self)
        self.mail = mail.Mail(self, smtp_port)
        self.postbox = postbox.Postbox(self)
        self.vendors = {
            "quickbooks": self.quickbooks,
            "stripe": self.stripe_vendor,
            "twilio": self.twilio_vendor,
            "slack": self.slack,
            **self.postbox.providers,
        }
        self.pace = self._usual_pace = pace
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._server = Server(("127.0.0.1", port), Handler)
        self._server.sandbox = self
        self._threads = [
            threading.Thread(
                target=self._server.serve_forever, args=(0.2,), daemon=True, name="sandbox-http"
            ),
            threading.Thread(target=self._keep, daemon=True, name="sandbox-state"),
        ]

    # -- life -------------------------------------------------------------------------------

    def start(self) -> "Sandbox":
        self.mail.start()
        for thread in self._threads:
            thread.start()
        self.tasks.start()
        self.delivery.start()
        return self

    def stop(self) -> None:
        """Stop answering, write the state, end the threads."""
        self._server.shutdown()
        self._server.server_close()
        self.mail.stop()
        self.tasks.stop()
        self.delivery.stop()
        self._stopping.set()
        self._changed.set()
        self._threads[1].join(timeout=30)
        self.save()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def smtp_port(self) -> int:
        return self.mail.port

    # -- what tests and the demo take in hand -----------------------------------------------

    def books(self, realm: str) -> Books:
        """The books of one QuickBooks company; KeyError when there is none."""
        return self.quickbooks.books(realm)

    def stripe(self, account: str) -> StripeAccount:
        """A Stripe account by its id or secret key."""
        return self.stripe_vendor.account(account)

    def twilio(self, account: str) -> TwilioAccount:
        return self.twilio_vendor.account(account)

    def phone(self, number: str) -> Phone:
        """The customer's phone with this E.164 number; made when it is new."""
        return self.twilio_vendor.phone(number)

    @property
    def mailbox(self) -> list[mail.Letter]:
        return self.state.mailbox

    def settle(self, timeout: float = 20.0) -> None:
        """Wait until every delivery was made and every short task ran; TimeoutError otherwise."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.tasks.wake()
            if self.tasks.idle and self.quickbooks.idle and self.delivery.idle:
                return
            time.sleep(0.02)
        raise TimeoutError("the sandbox is still delivering")

    def reset(self) -> None:
        """Forget everything: accounts, books, mail, faults, counts. The clock stays."""
        with self.lock, self.delivery._wake:
            fresh = state.State()
            self.state.__dict__.clear()
            self.state.__dict__.update(fresh.__dict__)
            for vendor in self.vendors.values():
                vendor.reset()
        self.pace = self._usual_pace
        self.delivery.reset()
        self.faults.clear()
        self.faults.forget()
        self.limits.reset()
        self.touch()

    def sign(self, parcel: Parcel) -> dict[str, str]:
        """The headers of a delivery, signed at the moment it leaves."""
        with self.lock:
            return self.vendors[parcel.vendor].sign(parcel)

    # -- memory -----------------------------------------------------------------------------

    def touch(self) -> None:
        """Something changed: write it out soon."""
        if self.folder is not None:
            self._changed.set()

    def save(self) -> None:
        """Write the state now."""
        if self.folder is None:
            return
        with self.lock, self.delivery._wake:
            content = state.pickle.dumps(self.state, protocol=state.pickle.HIGHEST_PROTOCOL)
        state.write(content, self.folder)

    def _load(self) -> state.State:
        loaded = state.load(self.folder) if self.folder else None
        for parcel in loaded.parcels if loaded else []:
            parcel.state, parcel.held = "waiting", False
        return loaded or state.State()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait()
            if self._stopping.is_set():
                return
            self._changed.clear()
            started = time.monotonic()
            self.save()
            self._stopping.wait(max(0.5, 10 * (time.monotonic() - started)))

    # -- answering --------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """The answer to one request; raises Dropped when there is to be none."""
        _, first, rest = [*request.path.split("/", 2), "", ""][:3]
        vendor = self.vendors.get(first)
        if vendor is None:
            return control.answer(self, request)
        request.path = "/" + rest
        request.base += "/" + first
        call: Call = vendor.find(request)
        return self._answer_call(vendor, request, call)

    def _answer_call(self, vendor: Any, request: Request, call: Call) -> Response:
        started, turn = time.perf_counter(), self.faults.turn
        rule = None
        if not call.operation.startswith("page."):
            rule = self._too_much(vendor.name, call) or self.faults.strike(
                vendor.name, call.operation, call.account
            )
        status = 0
        try:
            if rule and rule.kind in faults.BEFORE:
                response = self._misbehave(vendor, request, call, rule)
            else:
                with self.lock:
                    response = call.run()
                if request.method != "GET":
                    self.touch()
                if rule and rule.kind == "slow":
                    self._stopping.wait(rule.seconds)
                if rule and rule.kind == "drop_after":
                    raise Dropped
            status = response.status
            return response
        finally:
            self.faults.record(
                faults.Logged(
                    at=clock.now(),
                    vendor=vendor.name,
                    operation=call.operation,
                    account=call.account,
                    method=request.method,
                    path=request.path,
                    status=status,
                    milliseconds=(time.perf_counter() - started) * 1000,
                    fault=rule.kind if rule else "",
                    detail=call.detail,
                ),
                turn,
            )

    def _too_much(self, vendor: str, call: Call) -> faults.Fault | None:
        limit = self.limits.exceeded(vendor, call.account)
        if limit is None:
            return None
        return faults.Fault(0, vendor, "429", retry_after=limit.retry_after)

    def _misbehave(self, vendor: Any, request: Request, call: Call, rule: faults.Fault) -> Response:
        if rule.kind == "hang":
            self._stopping.wait(rule.seconds)
            raise Dropped
        if rule.kind == "drop_before":
            raise Dropped
        if rule.kind == "html502":
            page = "<html><head><title>502 Bad Gateway</title></head><body>Sorry</body></html>"
            return Response.html(page, 502)
        with self.lock:
            return vendor.refuse(request, call, rule)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    sandbox: Sandbox

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        super().server_bind()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        path, query = split_url(self.path)
        host = self.headers.get("Host") or f"127.0.0.1:{self.server.server_address[1]}"
        request = Request(
            method=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            base=f"http://{host}",
        )
        try:
            self._write(self.server.sandbox.answer(request))
        except Dropped:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _answer

    def _write(self, response: Response) -> None:
        head = [
            f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}",
            f"Content-Type: {response.content_type}",
            f"Content-Length: {len(response.body)}",
            *(f"{name}: {value}" for name, value in response.headers.items()),
        ]
        blob = "\r\n".join(head).encode("latin-1", "replace") + b"\r\n\r\n"
        if self.command != "HEAD":
            blob += response.body
        with contextlib.suppress(ConnectionError):
            self.wfile.write(blob)

    def log_message(self, *args: object) -> None:
        """The sandbox keeps its own log, without secrets."""
