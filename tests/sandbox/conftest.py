"""The simulated vendors on free ports, and a receiver for what they deliver."""

import http.server
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from arbook.sandbox import Sandbox, clock

REALM = "9130"
SERVICE = "MG" + "1" * 32
ACCOUNT = "AC" + "1" * 32


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A web server that keeps what it is sent; `answers` are given first, then 200."""

    url: str = ""
    got: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def of(self, path: str) -> list[Received]:
        return [one for one in self.got if one.path == path]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    clock.use(tmp_path_factory.mktemp("clock") / "clock.json")
    with Sandbox(pace=0.02) as sandbox:
        yield sandbox
    clock.use(None)


@pytest.fixture
def vendors(running):
    """All simulated vendors, empty, on a clock that runs with real time."""
    clock.reset()
    running.reset()
    return running


@pytest.fixture
def receiver():
    kept = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.got.append(Received(self.path, dict(self.headers), body))
            self.send_response(kept.answers.pop(0) if kept.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def books(vendors):
    """A company with a chart of accounts and no customers."""
    return vendors.quickbooks.add_company(REALM, "Acme", refresh_token="RT-first")


@dataclass
class Api:
    """The QuickBooks API with a living access token."""

    root: str
    session: Any

    def query(self, text: str) -> dict[str, Any]:
        answer = self.session.post(self.root + "/query", data=text.encode()).json()
        return answer.get("QueryResponse", answer)

    def get(self, path: str, **params: str) -> requests.Response:
        return self.session.get(self.root + path, params=params)

    def post(self, path: str, data: Any, **params: str) -> requests.Response:
        return self.session.post(self.root + path, json=data, params=params)


def tokens(vendors, refresh_token: str = "RT-first", **headers: str) -> requests.Response:
    return requests.post(
        vendors.url + "/quickbooks/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": refresh_token},
        auth=("sandbox", "sandbox-secret"),
        headers=headers,
        timeout=5,
    )


@pytest.fixture
def api(vendors, books):
    session = requests.Session()
    token = tokens(vendors).json()["access_token"]
    session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
    return Api(f"{vendors.url}/quickbooks/v3/company/{REALM}", session)


@pytest.fixture
def stripe_account(vendors, receiver):
    return vendors.stripe_vendor.add_account(
        "acct_1",
        "Acme",
        secret_key="sk_test_acme",
        webhook_secret="whsec_acme",
        webhook_url=receiver.url + "/stripe",
    )


@pytest.fixture
def twilio_account(vendors, receiver):
    service = {
        "sid": SERVICE,
        "name": "Acme",
        "numbers": ["+12125550100"],
        "campaign_sid": "QE" + "1" * 32,
        "inbound_url": receiver.url + "/inbound",
    }
    return vendors.twilio_vendor.add_account(
        ACCOUNT, "Acme", auth_token="token-of-acme", services=[service]
    )
