"""Large bodies, sent to the real web server: refused, and its memory does not grow with them."""

import contextlib
import http.client
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.webhooks.mangled import nested
from tests.workers import CHECKOUT, wait_for

MEGABYTE = 1024 * 1024
MAY_GROW = 60  # megabytes


@pytest.fixture
def web(child_environment):
    """One process of the web server, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "arbook.wsgi", "--workers", "1", "--threads", "8",
               "--worker-class", "gthread", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
               "--no-control-socket"]  # fmt: skip
    server = subprocess.Popen(command, cwd=CHECKOUT, env=child_environment)
    try:
        wait_for(lambda: _ask(port, "GET", "/accounts/login/") == 200, "the web server")
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(30)


def _ask(port: int, method: str, path: str, body: bytes = b"", kind: str = "") -> int | None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.suppress(OSError):
        try:
            line.request(method, path, body, {"Content-Type": kind} if kind else {})
            return line.getresponse().status
        finally:
            line.close()
    return None


def _highest_memory(master: int) -> float:
    """Megabytes that the process behind the master ever held at once."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    peaks = [re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]
             for pid in children]  # fmt: skip
    return max(map(int, peaks)) / 1024


def test_large_bodies_do_not_fill_the_memory(web):
    master, port = web
    uuid = "00000000-0000-4000-8000-000000000001"
    doors = ["/webhooks/quickbooks/", f"/webhooks/stripe/{uuid}/", f"/webhooks/twilio/{uuid}/"]
    bodies = [b"x" * (10 * MEGABYTE), nested(5 * MEGABYTE), b"a=1&" * (2 * MEGABYTE)]
    for door in doors:
        _ask(port, "POST", door, b"{}")
    before = _highest_memory(master)

    told = set()
    for _ in range(4):
        for door in [*doors, "/accounts/login/", "/pay/nonsense/"]:
            for body in bodies:
                told.add(_ask(port, "POST", door, body, "application/x-www-form-urlencoded"))

    assert told <= {400, 403, 404, 405, 413, 429, None}, told
    assert _highest_memory(master) - before < MAY_GROW
