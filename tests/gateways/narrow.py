"""A stand-in that offers only what nothing goes without: the sandbox behind a narrow door."""

import http.client
import http.server
import re
import threading
from urllib.parse import urlsplit

from django.conf import settings

VENDORS = ("QUICKBOOKS", "STRIPE", "TWILIO")
# What a gateway asks for beside its work: each of these may be missing elsewhere.
EXTRAS = (
    r"/preferences\?",
    r"/companyinfo/",
    r"/reports/",
    r"/stripe/v1/account$",
    r"/stripe/v1/events",
    r"/Accounts/AC\w+\.json",
    r"/a2p/BrandRegistrations",
    r"/PhoneNumbers",
    r"/Deactivations",
)
HOP = {"connection", "content-length", "transfer-encoding", "date", "server"}


class Narrow:
    """Passes calls on to the sandbox, and answers ``status`` to those that match ``missing``."""

    def __init__(self, *, status: int, missing: tuple[str, ...] = EXTRAS):
        self.refused: list[str] = []
        target = urlsplit(settings.STRIPE_API_URL).netloc
        narrow = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if any(re.search(one, self.path) for one in missing):
                    narrow.refused.append(self.path)
                    self._answer(status, {"Content-Type": "text/html"}, b"<h1>Not here</h1>")
                    return
                line = http.client.HTTPConnection(target, timeout=20)
                line.request(self.command, self.path, body, dict(self.headers))
                found = line.getresponse()
                self._answer(found.status, dict(found.headers), found.read())
                line.close()

            do_POST = do_GET

            def _answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, vendor: str) -> str:
        path = urlsplit(getattr(settings, f"{vendor}_API_URL")).path
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
