"""What Sentry hears of an error: the place and the cause, nobody's data."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.workers import CHECKOUT, wait_for

BREAK = """
import django; django.setup()
import logging
from io import BytesIO
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults
from django.urls import path
from arbook import logs, urls

from django.views.decorators.csrf import csrf_exempt

@csrf_exempt
def breaks(request):
    number = request.POST["number"]
    raise RuntimeError(f"cannot text {number} of ada@lane.example")

urls.urlpatterns.insert(0, path("breaks/", breaks))
logs.cause.set(4711)
from arbook.wsgi import application
body = urlencode({"number": "+18605550111"}).encode()
environ = {
    "REQUEST_METHOD": "POST", "PATH_INFO": "/breaks/", "QUERY_STRING": "token=secret",
    "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
    "wsgi.input": BytesIO(body),
}
setup_testing_defaults(environ)
b"".join(application(environ, lambda status, headers: None))
import sentry_sdk; sentry_sdk.flush(10)
"""


@pytest.fixture
def sentry():
    """A listener in Sentry's place, and the events it was sent."""
    heard: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            heard.append(body.decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", heard
    server.shutdown()


def test_an_error_is_told_with_its_cause_and_without_data(sentry, child_environment):
    dsn, heard = sentry
    run = [sys.executable, "-c", BREAK]
    environment = child_environment | {
        "SENTRY_DSN": dsn,
        "DJANGO_SETTINGS_MODULE": "arbook.settings",
    }

    subprocess.run(run, cwd=CHECKOUT, env=environment, check=True, capture_output=True)

    wait_for(lambda: any("RuntimeError" in body for body in heard), "the report", 10)
    report = next(body for body in heard if "RuntimeError" in body)
    event = json.loads(report.splitlines()[2])
    assert event["tags"]["cause"] == 4711
    assert event["exception"]["values"][-1]["value"] == "cannot text [number] of [mail]"
    assert event["request"] == {"method": "POST", "url": "http://127.0.0.1/breaks/"}
    for secret in ("+18605550111", "ada@lane.example", "token=secret", os.uname().nodename):
        assert secret not in report


def test_without_a_dsn_nothing_is_sent(sentry, child_environment):
    _, heard = sentry
    environment = child_environment | {"DJANGO_SETTINGS_MODULE": "arbook.settings"}
    environment.pop("SENTRY_DSN", None)

    subprocess.run(
        [sys.executable, "-c", BREAK], cwd=CHECKOUT, env=environment, check=True,
        capture_output=True,
    )  # fmt: skip

    assert heard == []
