"""Raw mails that no mail server should let through: heard, or refused with a sentence."""

import pytest

from messaging import mail_in
from messaging.models import Message
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
COUNT = 400


def test_hundreds_of_broken_letters_are_heard_or_refused_with_a_sentence():
    company = factories.company()
    heard, refused = 0, []
    for letter in mangled.letters(LETTER, count=COUNT, seed=86):
        try:
            mail_in.receive(company, letter, received_at=NOW, now=NOW)
            heard += 1
        except mail_in.MailRefused as refusal:
            refused.append(str(refusal))

    assert heard > COUNT / 2
    assert all(sentence.startswith("The letter ") for sentence in refused)
    assert 10 < Message.objects.filter(direction="in").count() <= heard
