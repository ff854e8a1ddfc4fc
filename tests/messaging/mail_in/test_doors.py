"""The doors mail comes in by: the providers, the signed door of a company, a mailbox."""

import json

import pytest
from django.urls import reverse

from arbook.gateways import lines, mailbox, signatures
from arbook.sandbox import clock as movable
from arbook.sandbox import signing
from arbook.sandbox.imap import Mailbox
from arbook.setup.work import until_quiet
from arbook.webhooks.models import WebhookEvent
from messaging import mailboxes
from messaging.models import KeptLetter, Message
from tests import factories
from tests.messaging.post import SECRETS


@pytest.mark.parametrize("provider", SECRETS)
def test_an_unsigned_post_is_refused_and_nothing_is_stored(post, client, provider):
    for kind in ("inbound", "tracking"):
        url = reverse(f"webhooks:mail_{kind}", args=[provider])
        for body, head in ((b"{}", {}), (b"\xff", {"Authorization": "Basic !!"}), (b"", {})):
            answer = client.post(url, body, content_type="application/json", headers=head)
            assert answer.status_code == 403
    assert client.post("/webhooks/mail/nobody/inbound/").status_code == 404
    assert not WebhookEvent.objects.exists()


def test_a_provider_without_a_key_is_not_there(client, settings, db):
    settings.MAILGUN_SIGNING_KEY = ""

    assert client.post("/webhooks/mail/mailgun/inbound/").status_code == 404


def test_a_raw_letter_is_taken_at_the_companys_own_signed_door(post, client):
    letter = b"From: ada@lane.example\r\nMessage-ID: <2@lane.example>\r\n\r\nI will pay Friday"
    url = reverse("webhooks:mail_raw", args=[post.company.uuid])
    (key,) = signatures.raw_mail_keys(post.company.uuid)
    good = signing.stripe(letter, [key], int(movable.now().timestamp()))
    elsewhere = signatures.raw_mail_keys(factories.company(slug="b").uuid)
    bad = signing.stripe(letter, elsewhere, int(movable.now().timestamp()))

    def send(header):
        return client.post(url, letter, content_type="message/rfc822",
                           headers={"X-Arbook-Signature": header}).status_code  # fmt: skip

    assert [send(bad), send(""), send(good), send(good)] == [403, 403, 200, 200]
    until_quiet()

    assert Message.objects.get(direction="in").thread.customer == post.customer


def test_what_nobody_here_is_meant_by_is_kept_and_left(post):
    factories.company(slug="second")

    post.sandbox.postbox.write("x@y.example", "info@reply.arbook.example", "Offer", "Buy now")
    post.work()

    event = WebhookEvent.objects.get()
    assert (event.state, event.company) == ("ignored", None)
    assert "Buy now" in json.loads(event.content)["body"]
    assert not KeptLetter.objects.exists()


def test_a_mailbox_is_read_by_imap_and_marked_only_after_storing(post, settings):
    letter = b"From: ada@lane.example\r\nMessage-ID: <%d@lane.example>\r\n\r\nI will pay Friday"
    with Mailbox("desk", "secret") as box:
        settings.IMAP_URL = box.url
        read, unread = box.put(letter % 1), box.put(letter % 2)
        read.is_seen = True

        assert mailboxes.read_all(movable.now()) == 1
        assert unread.is_seen
        assert mailboxes.read_all(movable.now()) == 0
        until_quiet()
        assert Message.objects.get(direction="in").vendor_id == "<2@lane.example>"

        again = box.put(letter % 3)
        with pytest.raises(ZeroDivisionError):
            mailbox.read(mailbox.configured()[0], lambda letter: 1 / 0)
        assert not again.is_seen

        settings.IMAP_URL = box.url.replace("secret", "wrong")
        with pytest.raises(mailboxes.SomeMailboxesFailed, match="does not let us in"):
            mailboxes.read_all(movable.now())
    lines.forget()
    settings.IMAP_URL = box.url
    with pytest.raises(mailboxes.SomeMailboxesFailed, match="does not answer"):
        mailboxes.read_all(movable.now())
