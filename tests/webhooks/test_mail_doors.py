"""Long posts at the doors for mail: refused by their head where that is enough, read from the disk
where it is not, and never longer than a provider's letters are.
"""

import base64
import hashlib
import hmac
import io
import json
import tracemalloc

import pytest
from django.test import RequestFactory
from django.urls import reverse

from arbook.gateways import mail_providers
from arbook.gateways.mail_posts import Post
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


def _mailgun(letter: str) -> dict:
    stamp, token = "1795190400", "a" * 50
    proof = hmac.new(b"sandbox-mailgun", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    fields = {"body-mime": letter, "timestamp": stamp, "token": token, "signature": proof}
    return {"data": fields}


def _mailersend(letter: str) -> dict:
    data = {"id": "5f1", "raw": letter, "recipients": {"rcptTo": [{"email": "a@b.example"}]}}
    body = json.dumps({"type": "inbound.message", "data": data}).encode()
    proof = hmac.new(b"sandbox-mailersend", body, hashlib.sha256).hexdigest()
    return {"data": body, "content_type": "application/json", "headers": {"Signature": proof}}


@pytest.mark.parametrize("sent", [_mailgun, _mailersend])
def test_a_long_letter_with_its_proof_is_taken_once_and_byte_for_byte(client, db, sent):
    letter = "From: ada@lane.example\r\n\r\n" + "I paid. " * 100_000
    door = reverse("webhooks:mail_inbound", args=[sent.__name__[1:]])

    answers = [client.post(door, **sent(letter)).status_code for _ in range(2)]

    assert answers == [200, 200]
    (event,) = WebhookEvent.objects.all()
    came = mail_providers.letter(event.payload["provider"], Post.of_content(event.payload))
    assert came.raw == letter.encode()


def test_what_breaks_off_is_to_be_sent_again(db):
    class Short(Line):
        def read(self, size: int = -1) -> bytes:
            return b""

    head = {"HTTP_AUTHORIZATION": RIGHT}
    for length in (10, MEGABYTE):
        answer = posted(mail.inbound, "postmark", line=Short(), length=length, **head)
        assert answer.status_code == 400
