"""Long posts at the doors for mail: refused by their head where that is enough, read from the disk
where it is not, and never longer than a provider's letters are.
"""

import base64
import hashlib
import hmac
import io
import tracemalloc

import pytest
from django.test import RequestFactory
from django.urls import reverse

from arbook.companies.models import Company
from arbook.webhooks import mail
from arbook.webhooks.models import WebhookEvent
from tests import factories

MEGABYTE = 1024 * 1024
RIGHT = "Basic " + base64.b64encode(b"sandbox:postmark").decode()


class Line(io.RawIOBase):
    """A caller who sends without end, and how much of it was read."""

    def __init__(self, before: bytes = b"") -> None:
        self.before, self.taken = before, 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "read without a limit"
        self.taken += size
        piece, self.before = self.before[:size], self.before[size:]
        return piece + b"x" * (size - len(piece))


def posted(view, *args, line: Line, length: int, kind: str = "application/json", **head):
    request = RequestFactory().generic("POST", "/webhooks/mail/", **head)
    request.META |= {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind}
    request._stream = line
    return view(request, *args)


@pytest.mark.parametrize("provider", ["postmark", "mailersend"])
def test_who_shows_no_proof_in_the_head_is_refused_unread(provider, db):
    line = Line()

    answer = posted(mail.inbound, provider, line=line, length=50 * MEGABYTE)

    assert (answer.status_code, line.taken) == (403, 0)


@pytest.mark.parametrize(
    ("provider", "kind", "most"),
    [
        ("postmark", "inbound", 60),
        ("postmark", "tracking", 1),
        ("mailgun", "inbound", 1),  # as JSON; letters come as forms
        ("mailgun", "tracking", 1),
        ("mailersend", "inbound", 60),
        ("mailersend", "tracking", 1),
    ],
)
def test_more_than_a_provider_sends_is_too_large_and_not_read(provider, kind, most, db):
    line, head = Line(), {"HTTP_AUTHORIZATION": RIGHT, "HTTP_SIGNATURE": "a" * 64}

    answer = posted(getattr(mail, kind), provider, line=line, length=most * MEGABYTE + 1, **head)

    assert (answer.status_code, line.taken) == (413, 0)


def test_a_long_post_of_a_stranger_never_fills_the_memory(db):
    company = factories.company()
    form = "multipart/form-data; boundary=b1"
    forged = b'--b1\r\nContent-Disposition: form-data; name="token"\r\n\r\n1\r\n--b1\r\n'
    url = "application/x-www-form-urlencoded"
    raw = {"HTTP_X_ARBOOK_SIGNATURE": "t=1,v1=00"}
    posts = [
        (mail.inbound, "mailgun", Line(forged), form, {}),
        (mail.inbound, "mailgun", Line(b"token=1&body-mime="), url, {}),
        (mail.inbound, "mailersend", Line(), "application/json", {"HTTP_SIGNATURE": "a" * 64}),
        (mail.raw_letter, company.uuid, Line(), "message/rfc822", raw),
    ]
    tracemalloc.start()
    try:
        for view, name, line, kind, head in posts:
            answer = posted(view, name, line=line, length=25 * MEGABYTE, kind=kind, **head)
            assert (answer.status_code, line.taken) == (403, 25 * MEGABYTE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 5 * MEGABYTE
    assert not WebhookEvent.objects.exists()


def test_a_long_letter_with_its_proof_is_taken_byte_for_byte(client, db):
    factories.company()
    letter = b"From: ada@lane.example\r\n\r\n" + b"I paid. " * 100_000
    secret, stamp, token = b"sandbox-mailgun", "1795190400", "a" * 50
    proof = hmac.new(secret, f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    fields = {"body-mime": letter.decode(), "timestamp": stamp, "token": token, "signature": proof}

    answer = client.post(reverse("webhooks:mail_inbound", args=["mailgun"]), fields)

    assert answer.status_code == 200
    (event,) = WebhookEvent.objects.all()
    assert letter.decode() in event.payload["body"]
    assert Company.objects.count() == 1


def test_what_breaks_off_is_to_be_sent_again(db):
    class Short(Line):
        def read(self, size: int = -1) -> bytes:
            return b""

    head = {"HTTP_AUTHORIZATION": RIGHT}
    for length in (10, MEGABYTE):
        answer = posted(mail.inbound, "postmark", line=Short(), length=length, **head)
        assert answer.status_code == 400
