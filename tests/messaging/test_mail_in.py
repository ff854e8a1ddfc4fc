"""Answers by mail over the whole wire: the customer's mailbox, the provider, the conversation."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from arbook.audit.models import Entry
from arbook.companies.models import Role
from arbook.gateways import lines, mailbox, signatures
from arbook.sandbox import clock as movable
from arbook.sandbox import signing
from arbook.sandbox.imap import Mailbox
from arbook.setup.work import until_quiet
from arbook.webhooks.models import WebhookEvent
from customers import consent
from customers.models import Channel, ConsentEvent, Contact
from invoices import disputes
from invoices.models import Hold, Task
from messaging import mail_in, mailboxes, reply_address, strangers, threads
from messaging.models import KeptLetter, Message, Thread
from tests import factories
from tests.messaging.post import ADA, SECRETS, office

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def post(live, sandbox):
    movable.move_to(NOON)
    return office(sandbox)


def standing(post, address: str = ADA) -> str:
    return consent.standing(post.company, Channel.EMAIL, address).state


@pytest.mark.parametrize("provider", SECRETS)
def test_an_answer_is_threaded_by_its_reply_address_whoever_sends_it(post, provider):
    post.through(provider)
    said = post.sends()

    heard = post.answers(
        "I'll pay on Friday.\n\nThanks,\nAda Lane\nAccounts\n(860) 555-0142",
        sender="ada.private@home.example",
        html="<p>I'll pay on Friday.</p>",
        files=(("remittance.pdf", b"%PDF-1.7", "application/pdf"),),
    )

    assert heard.thread == said.thread
    assert heard.body == "I'll pay on Friday."
    assert heard.reading["by"] == "the reply address"
    assert heard.reading["intent"] == "promise"
    kept = heard.letter
    assert "Please pay invoice 1042." in kept.text
    assert b"ada.private@home.example" in bytes(kept.raw)
    (file,) = kept.files.all()
    assert (file.name, bytes(file.content)) == ("remittance.pdf", b"%PDF-1.7")
    assert Hold.objects.get().reason == Hold.Reason.REPLY
    event = WebhookEvent.objects.get(kind="inbound", company=post.company)
    assert (event.company, event.state) == (post.company, "done")
    assert Entry.objects.get(verb="reply.received").cause.verb == "webhook.mail"


def test_then_by_what_it_answers_then_by_its_sender_else_nobody_knows(post):
    said = post.sends()
    answered = {"In-Reply-To": said.vendor_id}

    by_headers = post.writes("See below", sender="boss@lane.example", headers=answered)
    by_sender = post.writes("When is it due?")
    stranger = post.writes("Who are you?", sender="who@else.example")

    assert (by_headers.thread, by_headers.reading["by"]) == (said.thread, "its headers")
    assert (by_sender.thread, by_sender.reading["by"]) == (said.thread, "its sender")
    assert stranger.thread.customer is None
    assert stranger.thread.unknown_address == "who@else.example"

    other = factories.customer(post.company, name="Else & Co")
    person = factories.member(post.company)
    strangers.link(stranger.thread, customer=other, by=person, now=movable.now())
    again = post.writes("I meant invoice 7", sender="new@else.example",
                        headers={"References": f"<x@y.example> {stranger.vendor_id}"})  # fmt: skip

    assert again.thread.customer == other


def test_a_reply_address_cannot_be_guessed(post):
    said = post.sends()
    other = threads.of(factories.customer(post.company, name="Somebody"))
    address = reply_address.of(post.company, said.thread_id)
    forged = address.replace(f"+{said.thread_id}.", f"+{other.pk}.")

    assert reply_address.thread_in([post.letter.headers["Reply-To"].rpartition("<")[2].strip(">")])
    assert reply_address.thread_in([forged.rpartition("<")[2].strip(">")]) is None
    assert reply_address.thread_in(["reply+1.aaaaaaaaaaaaaaaaaaaa@reply.arbook.example"]) is None


def test_two_companies_on_one_door_each_get_their_own_mail(post):
    neighbour = factories.company(slug="anchor", name="Anchor")
    theirs = factories.customer(neighbour, name="Ada Lane too")
    factories.contact(theirs, Channel.EMAIL, ADA)
    post.sends()

    mine = post.answers("Got it")
    named = post.writes("Hello", to="Anchor <anchor@reply.arbook.example>")

    assert mine.company == post.company
    assert (named.company, named.thread.customer) == (neighbour, theirs)


def test_an_opt_out_from_another_address_counts_for_the_one_we_wrote_to(post):
    post.sends()

    post.answers("Please stop emailing us", sender="jane@lane.example")

    assert (standing(post), standing(post, "jane@lane.example")) == ("withdrawn", "withdrawn")
    assert ConsentEvent.objects.filter(source="reply").count() == 2


def test_the_words_we_quote_are_no_opt_out(post):
    post.sends("Please pay. Reply STOP to stop these mails.")

    heard = post.answers("When was this work done?")

    assert heard.reading["intent"] == "question"
    assert standing(post) != "withdrawn"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Autoreply": "yes"},
        {"Precedence": "auto_reply"},
    ],
)
def test_an_automatic_answer_is_kept_and_nothing_follows(post, headers):
    post.sends()
    before = len(post.sandbox.mailbox)

    heard = post.writes("I am out of the office until Monday. STOP", headers=headers)

    assert heard.reading["automatic"]
    assert heard.thread.state == Thread.State.WAITING
    assert not Hold.objects.exists()
    assert standing(post) != "withdrawn"
    assert len(post.sandbox.mailbox) == before


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "auto-generated"}, {"Precedence": "list", "List-Id": "<ap.x>"}]
)
def test_what_a_help_desk_or_a_list_hands_on_is_a_persons_answer(post, headers):
    said = post.sends()

    post.writes("Please stop emailing us", headers=headers | {"In-Reply-To": said.vendor_id})

    assert standing(post) == "withdrawn"
    post.writes("Our newsletter", sender="news@else.example", headers=headers)
    assert Thread.objects.get(unknown_address="news@else.example").state == Thread.State.WAITING


def test_an_automatic_answer_that_names_a_successor_opens_a_task(post):
    post.writes(
        "I no longer work here. Please contact bill@lane.example from now on.",
        headers={"Auto-Submitted": "auto-replied"},
    )

    assert Task.objects.get().kind == Task.Kind.FIX_DATA
    assert not Hold.objects.exists()


def test_the_same_letter_by_two_ways_is_one_reply(post):
    post.sends()
    raw = post.sandbox.postbox.answer(post.letter, "I paid yesterday")
    post.through("mailgun")
    post.sandbox.postbox.hand_in(raw, recipient="", sender=ADA)
    post.sandbox.faults.add("mailgun", "webhook", "doubled", times=1, copies=3)
    post.sandbox.postbox.hand_in(raw, recipient="", sender=ADA)
    post.work()

    assert WebhookEvent.objects.filter(kind="inbound", company=None).count() == 2
    assert Message.objects.filter(direction="in").count() == 1


def test_somebody_elses_letter_with_the_same_id_is_not_swallowed(post):
    same = {"Message-ID": "<1@localhost>"}
    for sender in (ADA, "bob@lane.example"):
        raw = f"From: {sender}\r\nMessage-ID: <1@localhost>\r\n\r\nIt is me".encode()
        post.sandbox.postbox.hand_in(raw, recipient="harbor@reply.arbook.example", sender=sender)
    post.work()

    assert Message.objects.filter(direction="in").count() == 2, same


def test_our_own_letter_that_comes_back_is_no_reply(post):
    post.sends()

    post.sandbox.postbox.hand_in(post.letter.raw, recipient="harbor@reply.arbook.example")
    post.work()

    assert not Message.objects.filter(direction="in").exists()
    assert WebhookEvent.objects.get(company=post.company).state == "done"


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


def test_the_whole_mail_and_its_files_are_shown_to_members_only(post, client):
    post.sends()
    files = (("../<b>.pdf", b"%PDF", "application/pdf"), ("run.exe", b"MZ", "application/x-ms"))
    heard = post.answers("See the file", files=files)
    person = factories.member(post.company)
    url = reverse("messaging:letter", args=[post.company.slug, heard.pk])

    client.force_login(person)
    page = client.get(url).content.decode()
    assert "Please pay invoice 1042." in page
    assert "files of this kind can do harm" in page
    file = heard.letter.files.exclude(content=None).get()
    answer = client.get(reverse("messaging:letter_file", args=[post.company.slug, file.pk]))
    assert answer.content == b"%PDF"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]

    client.force_login(factories.member(factories.company(slug="else")))
    assert client.get(url).status_code == 404


def test_a_file_of_a_mail_becomes_evidence_of_the_dispute_it_is_about(post, client):
    invoice = factories.invoice(post.customer, "500.00")
    about = {"amount": Decimal("180"), "by": None, "now": movable.now()}
    dispute = disputes.open_dispute(invoice=invoice, reason="Broken", **about)
    foreign = disputes.open_dispute(
        invoice=factories.invoice(factories.customer(post.company), "500.00"), reason="X", **about
    )
    files = (
        ("photo of it.png", b"\x89PNG\r\n\x1a\n1", "image/png"),
        ("a.txt", b"hi", "text/plain"),
    )
    post.sends()
    heard = post.answers("It came broken", files=files)
    photo, text = heard.letter.files.order_by("pk")
    person = factories.member(post.company, role=Role.BOOKKEEPER)
    client.force_login(person)

    def keep(file, about=dispute):
        url = reverse("messaging:letter_file_evidence", args=[post.company.slug, file.pk])
        return client.post(url, {"dispute": about.pk}, follow=True)

    assert b"Evidence in the dispute about" in client.get(heard.letter.get_absolute_url()).content
    assert b"Choose an open dispute" in keep(photo, foreign).content
    assert b"Only PDF, PNG and JPEG" in keep(text).content
    assert b"Kept beside the dispute." in keep(photo).content
    assert b"beside the dispute already" in keep(photo).content

    (row,) = dispute.evidence.all()
    assert (row.file_name, bytes(row.content)) == ("photo_of_it.png", bytes(photo.content))
    assert row.note.startswith("From the mail of ada@lane.example, Nov 20, 2026")
    answer = client.get(reverse("invoices:evidence", args=[post.company.slug, row.pk]))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


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


def test_the_same_words_on_two_days_are_two_letters_also_without_an_id(post):
    raw = b"From: ada@lane.example\r\nDate: Fri, %d Nov 2026 10:00:00 -0500\r\n\r\nYes."

    for day in (20, 20, 27):
        mail_in.receive(post.company, raw % day, received_at=movable.now(), now=movable.now())

    assert Message.objects.filter(direction="in").count() == 2
