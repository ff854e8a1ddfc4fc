"""Words, without the wire: what they do to consent, whom they mean, and that all are kept."""

import pytest

from arbook.audit.models import Entry
from customers.models import Channel, ConsentEvent
from messaging import inbound, threads
from messaging.models import Message, Thread
from tests import factories
from tests.messaging.inbound.hearing import FRIDAY_NOON, heard, standing
from tests.messaging.phone import PHONE


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
