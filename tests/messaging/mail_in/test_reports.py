"""What providers and mail systems report: bounces, complaints, unsubscriptions."""

import pytest

from customers.models import ConsentEvent, Contact
from invoices.models import Task
from messaging.models import Message
from tests.messaging.post import ADA, SECRETS, standing


@pytest.mark.parametrize("provider", SECRETS)
def test_a_bounce_marks_the_contact_and_the_next_mail_takes_another_way(post, provider):
    post.through(provider)
    said = post.sends()

    post.sandbox.postbox.delivered(post.letter)
    post.work()
    said.refresh_from_db()
    assert said.state == Message.State.DELIVERED

    post.sandbox.postbox.bounce(post.letter)
    post.work()

    said.refresh_from_db()
    post.contact.refresh_from_db()
    assert said.state == Message.State.FAILED
    assert "5.1.1" in said.error
    assert post.contact.state == Contact.State.BOUNCED
    assert Task.objects.get().title == f"Mail to {ADA} came back"


@pytest.mark.parametrize("provider", SECRETS)
@pytest.mark.parametrize("act", ["complain", "unsubscribe"])
def test_a_complaint_or_an_unsubscription_withdraws_consent_once(post, provider, act):
    post.through(provider)
    post.sends()

    for _ in range(2):
        getattr(post.sandbox.postbox, act)(post.letter)
        post.work()

    assert standing(post) == "withdrawn"
    (line,) = ConsentEvent.objects.filter(address=ADA)
    assert line.source == ConsentEvent.Source.BOUNCE
    assert Task.objects.get().customer == post.customer


DSN = """\
From: Mail Delivery Subsystem <mailer-daemon@mx.example>
To: desk@arbook.example
Subject: Delivery Status Notification (Failure)
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Address not found.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: message/rfc822

Message-ID: {original}
Subject: Invoice 1042

Please pay
--b--
"""


def reported(post, **fields) -> None:
    fields = {"recipient": ADA, "status": "5.1.1", "said": "550 No such user"} | fields
    raw = DSN.format(**fields).replace("\n", "\r\n").encode()
    post.sandbox.postbox.hand_in(raw, recipient="desk@arbook.example")
    post.work()


def test_the_report_of_a_mail_system_is_believed_when_it_names_our_letter(post):
    said = post.sends()

    reported(post, original="<made-up@else.example>")
    reported(post, original=said.vendor_id, recipient="somebody@else.example")
    post.contact.refresh_from_db()
    assert post.contact.state == Contact.State.USABLE

    reported(post, original=said.vendor_id)

    post.contact.refresh_from_db()
    assert post.contact.state == Contact.State.BOUNCED
    assert not Message.objects.filter(direction="in").exists()


def test_a_full_mailbox_blames_nobody_but_somebody_hears_of_it(post):
    said = post.sends()

    reported(post, original=said.vendor_id, status="5.2.2", said="552 5.2.2 Mailbox full")

    said.refresh_from_db()
    post.contact.refresh_from_db()
    assert said.state == Message.State.FAILED
    assert post.contact.state == Contact.State.USABLE
    assert Task.objects.get().kind == Task.Kind.FIX_DATA
