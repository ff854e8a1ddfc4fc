"""Replies over the whole wire: the customer's phone, the signed webhook, what is done at once."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from arbook.webhooks.models import WebhookEvent
from customers import consent
from customers.models import Channel, ConsentEvent
from invoices import holds
from invoices.models import Hold, Task
from messaging import inbound, lost_replies, mail_in, threads
from messaging.models import Message, Thread
from tests import factories
from tests.messaging import phone
from tests.messaging.phone import NUMBER, PHONE

FRIDAY_NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
STRANGER = "+13125550177"


@pytest.fixture
def line(live, sandbox):
    """The line, at noon of a working day."""
    movable.move_to(FRIDAY_NOON)
    return phone.line(sandbox)


def standing(company: Company, number: str = PHONE) -> str:
    return consent.standing(company, Channel.SMS, number).state


def hold_reasons(customer) -> list[str]:
    active = holds.active(customer.company, [customer.pk], now=movable.now())[customer.pk]
    return sorted(hold.reason for hold in active)


def test_stop_blocks_the_number_at_once_and_is_not_answered_twice(line):
    line.hears("STOP")

    event = ConsentEvent.objects.latest("pk")
    message = Message.objects.get()
    assert standing(line.company) == "withdrawn"
    assert (event.source, event.wording) == ("carrier", "STOP")
    assert event.evidence["vendor_id"] == message.vendor_id
    assert line.received() == []
    assert message.thread.state == Thread.State.CLOSED
    assert message.thread.outcome == Thread.Outcome.OPTED_OUT


def test_an_opt_out_in_other_words_is_confirmed_once(line):
    line.hears("please stop texting me")
    line.hears("I said stop texting me!")

    assert standing(line.company) == "withdrawn"
    assert ConsentEvent.objects.latest("pk").source == ConsentEvent.Source.REPLY
    (confirmation,) = line.received()
    assert confirmation.startswith("Harbor Dental: ")
    assert "no more texts" in confirmation
    sent = Message.objects.get(purpose=Message.Purpose.CONFIRMATION)
    assert sent.state == Message.State.DELIVERED
    assert Thread.objects.get().state == Thread.State.NEEDS_REPLY


def test_a_company_may_leave_opt_outs_unconfirmed(line):
    row = Connection.objects.get()
    row.options |= {"confirms_stops": False}
    row.save()

    line.hears("no mas mensajes")

    assert standing(line.company) == "withdrawn"
    assert line.received() == []


def test_no_confirmation_leaves_at_night(line):
    movable.move_to(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))

    line.hears("take me off your list")

    assert standing(line.company) == "withdrawn"
    assert line.received() == []


def test_any_other_reply_pauses_the_customer_and_waits_in_the_inbox(line):
    line.hears("When was this work done?")

    thread = Thread.objects.get()
    assert thread.customer == line.customer
    assert thread.state == Thread.State.NEEDS_REPLY
    assert thread.intent == "question"
    assert hold_reasons(line.customer) == ["reply"]
    assert Hold.objects.get().source == f"thread:{thread.pk}"
    entry = Entry.objects.get(verb="reply.received")
    assert entry.cause.verb == "webhook.twilio"
    assert Entry.objects.get(verb="hold.placed").cause == entry


def test_paid_is_a_claim_that_opens_a_check(line):
    bill = factories.invoice(line.customer, "1240.00", number="1042")

    line.hears("I already paid invoice 1042 last week")

    task = Task.objects.get()
    assert (task.kind, task.invoice) == (Task.Kind.VERIFY_PAYMENT, bill)
    assert hold_reasons(line.customer) == ["paid_claim", "reply"]
    bill.refresh_from_db()
    assert bill.is_open


def test_a_contested_bill_pauses_that_invoice_until_somebody_has_looked(line):
    bill = factories.invoice(line.customer, "1240.00", number="1042")

    line.hears("Invoice 1042 is wrong, you charged me twice")

    hold = Hold.objects.get(reason=Hold.Reason.DISPUTE)
    assert hold.invoice == bill
    assert Task.objects.get().kind == Task.Kind.ANSWER


def test_help_reaches_billing_and_the_carrier_alone_answers(line):
    line.hears("HELP")

    assert line.received() == []
    assert Task.objects.get().kind == Task.Kind.ANSWER
    assert Thread.objects.get().state == Thread.State.NEEDS_REPLY


def test_thanks_pauses_nothing(line):
    line.hears("Thanks!")

    assert Thread.objects.get().state == Thread.State.WAITING
    assert hold_reasons(line.customer) == []


def test_start_gives_consent_back_only_by_the_carriers_own_word(line):
    line.hears("STOP")
    line.hears("YES")

    assert standing(line.company) == "withdrawn"
    assert Thread.objects.get().state == Thread.State.NEEDS_REPLY
    assert Entry.objects.filter(verb="consent.asked").exists()

    line.hears("START")

    assert standing(line.company) == "given"
    assert ConsentEvent.objects.latest("pk").source == ConsentEvent.Source.CARRIER


def test_a_start_that_comes_late_lifts_no_newer_opt_out(line):
    line.hears("STOP")
    line.sandbox.delivery.hold("twilio")
    line.sandbox.phone(PHONE).reply("START", to=NUMBER)
    movable.move(timedelta(minutes=2))
    line.sandbox.phone(PHONE).reply("please don't text me again", to=NUMBER)
    start, stop = line.sandbox.delivery.waiting("twilio")

    for parcel in (stop, start):
        assert line.sandbox.delivery.send(parcel) == 200
        until_quiet()

    assert standing(line.company) == "withdrawn"
    line.sandbox.delivery.discard("twilio")


def test_a_start_after_an_opt_out_is_heard_in_the_next_second(line):
    line.hears("please don't text me again")
    line.hears("START")

    assert standing(line.company) == "given"


def test_a_text_from_an_unknown_number_is_kept_for_a_person(line):
    line.hears("Who is this?", sender=STRANGER)

    thread = Thread.objects.get()
    assert (thread.customer, thread.unknown_address) == (None, STRANGER)
    assert thread.state == Thread.State.NEEDS_REPLY
    assert not Hold.objects.exists()

    line.hears("STOP", sender=STRANGER)

    assert standing(line.company, STRANGER) == "withdrawn"
    assert standing(line.company) == "given"


def test_a_doubled_delivery_is_one_reply(line):
    line.sandbox.faults.add("twilio", "webhook", "doubled", times=1, copies=5)

    line.hears("stop texting me")

    assert WebhookEvent.objects.filter(kind="inbound").count() == 1
    assert Message.objects.filter(direction="in").count() == 1
    assert ConsentEvent.objects.filter(direction="withdrawn").count() == 1
    assert len(line.received()) == 1


def test_an_event_handled_again_changes_nothing(line):
    line.hears("I paid yesterday")
    before = Entry.objects.filter(verb__startswith="hold").count()

    WebhookEvent.objects.filter(kind="inbound").update(state="received", attempts=0)
    until_quiet()

    assert Message.objects.filter(direction="in").count() == 1
    assert Entry.objects.filter(verb__startswith="hold").count() == before


def test_a_text_whose_webhook_was_lost_is_found_later(line):
    line.sandbox.faults.add("twilio", "webhook", "dropped", times=1)
    line.hears("STOP")
    assert not Message.objects.exists()

    assert lost_replies.catch_up(line.company, now=movable.now()) == 1
    assert lost_replies.catch_up(line.company, now=movable.now()) == 0

    assert standing(line.company) == "withdrawn"
    assert Message.objects.get().created_at <= movable.now()


# --- Words, without the wire ---------------------------------------------------------------------


@pytest.fixture
def customer(db):
    company = factories.company(name="Harbor Dental", mode="review")
    customer = factories.customer(Company.objects.get(pk=company.pk))
    factories.consent(factories.contact(customer, Channel.SMS, PHONE))
    return customer


def heard(customer, body, *, carrier="", vendor_id="SM1", sender=PHONE, channel=Channel.SMS):
    return inbound.receive(
        customer.company,
        channel=channel,
        sender=sender,
        body=body,
        vendor_id=vendor_id,
        carrier_type=carrier,
        to=NUMBER,
        received_at=FRIDAY_NOON,
        now=FRIDAY_NOON,
    )


@pytest.mark.parametrize(
    ("body", "carrier", "after"),
    [
        ("STOP", "STOP", "withdrawn"),
        ("stop", "", "withdrawn"),
        ("STOP PLEASE", "", "withdrawn"),
        ("Stop.", "", "withdrawn"),
        ("please stop texting me", "", "withdrawn"),
        ("opt out", "", "withdrawn"),
        ("no mas mensajes", "", "withdrawn"),
        ("remove me from your list, I paid already", "", "withdrawn"),
        ("", "STOP", "withdrawn"),
        ("stop by Friday, I will have the check", "", "given"),
        ("don't stop sending these, they help", "", "given"),
        ("HELP", "HELP", "given"),
        ("YES", "START", "given"),
        ("Thanks 🙏", "", "given"),
        ("شكرا", "", "given"),
    ],
)
def test_what_the_ledger_says_after_a_reply(customer, body, carrier, after):
    heard(customer, body, carrier=carrier)

    assert standing(customer.company) == after


@pytest.mark.parametrize("body", ["YES", "yes please text me again", "START", "Start texting me"])
@pytest.mark.parametrize("carrier", ["", "START"])
def test_who_opted_out_is_back_only_by_the_carriers_own_word(customer, body, carrier):
    heard(customer, "STOP", carrier="STOP", vendor_id="SM0")

    heard(customer, body, carrier=carrier)

    expected = "given" if body == "START" else "withdrawn"
    assert standing(customer.company) == expected


def test_an_opt_out_counts_for_every_customer_with_that_number(customer):
    other = factories.customer(customer.company)
    factories.contact(other, Channel.SMS, PHONE)

    heard(customer, "stop texting me")

    thread = Thread.objects.exclude(state=Thread.State.WAITING).get()
    assert ConsentEvent.objects.filter(direction="withdrawn").count() == 1
    assert standing(customer.company) == "withdrawn"
    assert Entry.objects.about(other).filter(verb="consent.withdrawn").exists()
    assert thread.messages.filter(direction="in").count() == 1


def test_of_several_customers_the_one_we_wrote_to_last_is_meant(customer):
    other = factories.customer(customer.company, name="Finch & Daughters")
    factories.contact(other, Channel.SMS, PHONE)
    Message.objects.create(
        company=customer.company,
        thread=threads.of(other),
        customer=other,
        direction="out",
        medium="sms",
        state="delivered",
        address=PHONE,
        created_at=FRIDAY_NOON,
        handed_over_at=FRIDAY_NOON,
    )

    received = heard(customer, "what is this for?")

    assert received.thread.customer == other
    assert received.message.reading["also"] == [customer.name]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\x00",
        "\ud800 broken",
        "🧾" * 400,
        "x" * 60_000,
        "'; DROP TABLE x; --",
        "\u202eRTL\u202c",
    ],
)
@pytest.mark.parametrize("sender", [PHONE, "88788", "", "whatsapp:+12125550142", "\x00"])
def test_whatever_arrives_is_stored(customer, body, sender):
    received = heard(customer, body, sender=sender)

    assert received.is_new
    assert received.message.pk


def test_a_picture_without_words_waits_for_a_person(customer):
    received = inbound.receive(
        customer.company,
        channel=Channel.SMS,
        sender=PHONE,
        body="",
        vendor_id="MM1",
        media=["https://media.example/1"],
        received_at=FRIDAY_NOON,
        now=FRIDAY_NOON,
    )

    assert received.thread.state == Thread.State.NEEDS_REPLY
    assert "1 picture" in Entry.objects.get(verb="reply.received").said


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
