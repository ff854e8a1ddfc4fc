import http.server
import threading
from dataclasses import dataclass, field

import pytest

from arbook.gateways import connections
from tests.setup.vendors import Vendors


@pytest.fixture
def vendors(sandbox) -> Vendors:
    connections.forget()
    return Vendors(sandbox)


@dataclass
class StandIn:
    """Somebody else's simulation of a vendor: answers everything alike, and says what was asked."""

    url: str = ""
    status: int = 404
    body: bytes = b"<h1>Not here</h1>"
    kind: str = "text/html"
    asked: list[str] = field(default_factory=list)

    def answers(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.status, self.body, self.kind = status, body, kind


@pytest.fixture
def stand_in():
    kept = StandIn()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept.asked.append(f"{self.command} {self.path}")
            self.send_response(kept.status)
            self.send_header("Content-Type", kept.kind)
            self.send_header("Content-Length", str(len(kept.body)))
            self.end_headers()
            self.wfile.write(kept.body)

        do_POST = do_GET

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield kept
    server.shutdown()
    server.server_close()
