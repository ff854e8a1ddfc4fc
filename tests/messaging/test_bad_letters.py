"""Mails that no mail server should let through: kept and heard, or refused with a sentence."""

import base64
import hashlib
import hmac
import random
import time

import pytest
from django.urls import reverse

from arbook import clock
from arbook.gateways import signatures
from arbook.sandbox import signing
from arbook.setup.work import until_quiet
from arbook.webhooks.models import WebhookEvent
from messaging import mail_in
from messaging.models import KeptLetter, Message
from tests import factories
from tests.factories import NOW
from tests.webhooks import mangled

pytestmark = pytest.mark.django_db

LETTER = b"""\
From: Ada Lane <ada@lane.example>\r
To: desk@harbor.example\r
Subject: Re: Invoice 1041\r
Message-ID: <1@lane.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
I paid last week =E2=9C=93\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<p>I paid last week</p>\r
--b--\r
"""
REPORT = b"""\
From: mailer-daemon@mx.example\r
Subject: Undeliverable\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; ada@lane.example\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: message/rfc822\r
\r
Message-ID: <2@arbook.example>\r
\r
Pay\r
--b--\r
"""
COUNT = 500


def test_hundreds_of_broken_letters_are_heard_or_refused_with_a_sentence():
    company = factories.company()
    heard, refused = 0, []
    for sample, count in ((LETTER, COUNT - 100), (REPORT, 100)):
        for letter in mangled.letters(sample, count=count, seed=86):
            try:
                mail_in.receive(company, letter, received_at=NOW, now=NOW)
                heard += 1
            except mail_in.MailRefused as refusal:
                refused.append(str(refusal))

    assert heard > COUNT / 2
    assert all(sentence.startswith("The letter ") for sentence in refused)
    stored = Message.objects.filter(direction="in").count()
    assert 10 < stored <= heard
    assert KeptLetter.objects.count() == stored


def _posts(seed: int):
    """Signed posts at every door for mail, whole and broken."""
    chance = random.Random(seed)
    postmark = {
        "From": "ada@lane.example",
        "FromFull": {"Email": "ada@lane.example", "Name": "Ada"},
        "ToFull": [{"Email": "harbor@reply.arbook.example", "Name": ""}],
        "Subject": "Re: Invoice",
        "MessageID": "1",
        "Headers": [{"Name": "Message-ID", "Value": "<3@lane.example>"}],
        "TextBody": "I paid",
        "Attachments": [{"Name": "a.txt", "Content": "aGk=", "ContentType": "text/plain"}],
    }
    bounce = {"RecordType": "Bounce", "Type": "HardBounce", "ID": 1, "MessageID": "2",
              "Email": "ada@lane.example", "BouncedAt": "2026-11-20T15:00:00Z",
              "Metadata": {"arbook": "x"}}  # fmt: skip
    for kind, sample in (("inbound", postmark), ("tracking", bounce)):
        for body in mangled.json_bodies(sample, count=90, seed=seed):
            yield "postmark", kind, body, "application/json"
    for letter in mangled.letters(LETTER, count=90, seed=seed):
        fields = _mailgun_proof() | {"recipient": "x@y.example", "sender": "ada@lane.example"}
        named = [*((name, value.encode()) for name, value in fields.items()), ("body-mime", letter)]
        parts = [
            f'--b1\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value
            for name, value in named
        ]
        body = b"\r\n".join([*parts, b"--b1--\r\n"])
        if chance.random() < 0.2:
            body = body[: chance.randrange(len(body))]
        yield "mailgun", "inbound", body, "multipart/form-data; boundary=b1"
    sample = {
        "signature": _mailgun_proof(),
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "recipient": "ada@lane.example",
            "message": {"headers": {"message-id": "2@arbook.example"}},
            "delivery-status": {"message": "550 5.1.1 no"},
            "user-variables": {"arbook": "x"},
        },
    }
    for body in mangled.json_bodies(sample, count=90, seed=seed):
        yield "mailgun", "tracking", body, "application/json"


def _mailgun_proof() -> dict[str, str]:
    stamp, token = str(int(time.time())), "a" * 50
    value = hmac.new(b"sandbox-mailgun", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": value}


def test_no_post_at_any_door_for_mail_is_answered_with_an_error_of_ours(client):
    company = factories.company(slug="harbor")
    basic = {"Authorization": "Basic " + base64.b64encode(b"sandbox:postmark").decode()}
    answers: dict[int, int] = {}
    for provider, kind, body, content_type in _posts(7):
        answer = client.post(reverse(f"webhooks:mail_{kind}", args=[provider]), body,
                             content_type=content_type, headers=basic)  # fmt: skip
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
    (key,) = signatures.raw_mail_keys(company.uuid)
    url = reverse("webhooks:mail_raw", args=[company.uuid])
    for letter in mangled.letters(LETTER, count=140, seed=9):
        proof = signing.stripe(letter, [key], int(clock.now().timestamp()))
        answer = client.post(url, letter, content_type="message/rfc822",
                             headers={"X-Arbook-Signature": proof})  # fmt: skip
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1

    assert set(answers) == {200, 403}, answers
    assert sum(answers.values()) == 500
    assert answers[200] > 300
    until_quiet()

    states = set(WebhookEvent.objects.values_list("state", flat=True))
    assert states <= {"done", "dead", "ignored"}
    # What is dead was refused with a sentence, and is no bug of ours.
    failures = set(WebhookEvent.objects.filter(state="dead").values_list("failure", flat=True))
    assert failures <= {"refused", ""}
    assert Message.objects.filter(direction="in").count() > 10
