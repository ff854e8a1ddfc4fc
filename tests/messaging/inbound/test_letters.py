"""Letters, without the wire."""

import io

import pytest
from django.core.management import call_command

from arbook.companies.models import Company
from arbook.setup.work import until_quiet
from customers.models import Channel
from messaging import mail_in, threads
from messaging.models import Message, Thread
from tests import factories
from tests.messaging.inbound.hearing import FRIDAY_NOON, standing

LETTER = b"""From: Ana Ruiz <Ana@Alder.example>\r
To: desk@harbor.example\r
Subject: Re: Invoice 1042\r
Message-ID: <abc@alder.example>\r
Content-Type: text/plain; charset=utf-8\r
\r
We will pay on Friday.\r
\r
> Reply STOP to opt out\r
"""


def test_an_answer_by_mail_lands_in_the_customers_thread(customer):
    factories.contact(customer, Channel.EMAIL, "ana@alder.example")

    for _ in range(2):
        received = mail_in.receive(
            customer.company, LETTER, received_at=FRIDAY_NOON, now=FRIDAY_NOON
        )

    assert received.thread.customer == customer
    assert Message.objects.get().medium == Message.Medium.EMAIL
    assert received.thread.intent == "promise"
    assert standing(customer.company) == "given"


@pytest.mark.parametrize("raw", [b"", b"no headers", b"From: nobody\r\n\r\nhello"])
def test_a_letter_without_a_sender_is_refused(customer, raw):
    with pytest.raises(mail_in.MailRefused):
        mail_in.receive(customer.company, raw, received_at=FRIDAY_NOON, now=FRIDAY_NOON)


def test_a_letter_may_be_piped_in(customer, monkeypatch, capsys):
    factories.contact(customer, Channel.EMAIL, "ana@alder.example")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LETTER)))

    call_command("mail_in", customer.company.slug)

    assert "Stored" in capsys.readouterr().out
    until_quiet()
    assert Thread.objects.get(customer=customer).intent == "promise"


def test_in_a_rehearsal_the_test_mailbox_answers_for_the_customer(customer):
    Company.objects.update(mode="dry_run", test_phone="+18605550999", test_email="me@desk.example")
    company = Company.objects.get()
    Message.objects.create(
        company=company, thread=threads.of(customer), customer=customer, direction="out",
        medium="email", state="delivered", address="ana@alder.example",
        test_address="me@desk.example", created_at=FRIDAY_NOON, handed_over_at=FRIDAY_NOON,
    )  # fmt: skip

    received = mail_in.receive(
        company,
        LETTER.replace(b"Ana@Alder.example", b"me@desk.example"),
        received_at=FRIDAY_NOON,
        now=FRIDAY_NOON,
    )

    assert received.thread.customer == customer
