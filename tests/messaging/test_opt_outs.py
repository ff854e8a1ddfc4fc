"""What an opt-out covers: the channel it came by, the others it names, everybody at the number."""

from datetime import UTC, datetime, timedelta

import pytest

from customers import consent
from customers.models import Channel
from invoices import holds
from messaging import closing, inbound
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PHONE, SECOND, MAIL = "+12125550142", "+12125550143", "ada@lane.example"


@pytest.fixture
def ada():
    """Somebody with two numbers and a mail address, who allowed texts at both numbers."""
    customer = factories.customer(factories.company(mode="review"), name="Ada Lane")
    factories.contact(customer, Channel.EMAIL, MAIL)
    for number in (PHONE, SECOND):
        factories.consent(factories.contact(customer, Channel.SMS, number))
    return customer


def writes(ada, body, *, channel=Channel.EMAIL, sender=MAIL, subject=""):
    return inbound.receive(
        ada.company,
        channel=channel,
        sender=sender,
        subject=subject,
        body=body,
        vendor_id=f"<{hash(body)}@lane.example>",
        received_at=NOON,
        now=NOON,
    )


def stopped(ada) -> set[str]:
    ways = [(Channel.SMS, PHONE), (Channel.SMS, SECOND), (Channel.EMAIL, MAIL)]
    return {way[1] for way in ways if consent.standing(ada.company, *way).is_withdrawn}


@pytest.mark.parametrize(
    ("body", "covers"),
    [
        ("Please stop texting me. You can e-mail me here.", {PHONE, SECOND}),
        ("Do not text my cell anymore.", {PHONE, SECOND}),
        ("No more text messages please, use this address.", {PHONE, SECOND}),
        ("No me mande más mensajes de texto", {PHONE, SECOND}),
        ("Stop the texts to (212) 555-0143, that is my daughter's phone.", {SECOND}),
        ("Do not contact me again.", {PHONE, SECOND, MAIL}),
        ("Cease and desist all communication.", {PHONE, SECOND, MAIL}),
        ("Stop emailing and texting me!", {PHONE, SECOND, MAIL}),
        ("Please email me instead of texting.", {PHONE, SECOND}),
        ("Email works better than text for me", {PHONE, SECOND}),
        ("Can you text me the invoice again?", set()),
        ("unsubscribe", {MAIL}),
        ("Please take me off your mailing list", {MAIL}),
    ],
)
def test_an_opt_out_by_mail_covers_what_it_speaks_of(ada, body, covers):
    writes(ada, body)

    assert stopped(ada) == covers


@pytest.mark.parametrize(
    ("body", "covers"),
    [
        ("STOP", {PHONE}),
        ("please stop texting me", {PHONE}),
        ("Never contact me again, by any means", {PHONE, SECOND, MAIL}),
        ("stop texting and emailing me", {PHONE, MAIL}),
    ],
)
def test_an_opt_out_by_text_covers_its_number_and_what_it_names_besides(ada, body, covers):
    writes(ada, body, channel=Channel.SMS, sender=PHONE)

    assert stopped(ada) == covers


def test_a_question_from_a_shared_number_keeps_everybody_at_it_quiet(ada):
    other = factories.customer(ada.company, name="Lane & Sons")
    factories.contact(other, Channel.SMS, PHONE)
    thread = writes(ada, "What is this about?", channel=Channel.SMS, sender=PHONE).thread

    both = holds.active(ada.company, [ada.pk, other.pk], now=NOON)
    assert [len(one) for one in both.values()] == [1, 1]

    person = factories.member(ada.company)
    closing.close(
        thread, outcome="answered", next_step="Told them.", by=person, now=NOON + timedelta(hours=1)
    )
    later = holds.active(ada.company, [ada.pk, other.pk], now=NOON + timedelta(hours=1))
    assert not any(later.values())


def test_a_number_that_is_somebody_elses_has_no_consent_left(ada):
    other = factories.customer(ada.company, name="Lane & Sons")
    factories.contact(other, Channel.SMS, PHONE)
    person = factories.member(ada.company)
    thread = writes(ada, "wrong number", channel=Channel.SMS, sender=PHONE).thread

    closing.wrong_person(thread, address=PHONE, note="", by=person, now=NOON)

    assert stopped(ada) == {PHONE}


def test_an_opt_out_heard_late_ends_what_others_wrote_down_since(ada):
    number = ada.contacts.get(address=PHONE)
    factories.consent(number, source="form", at=NOON + timedelta(hours=2))

    inbound.receive(
        ada.company, channel=Channel.SMS, sender=PHONE, body="STOP", vendor_id="SM9",
        received_at=NOON, now=NOON + timedelta(hours=6),
    )  # fmt: skip

    assert stopped(ada) == {PHONE}


def test_an_opt_out_heard_late_leaves_a_later_yes_of_their_own(ada):
    number = ada.contacts.get(address=PHONE)
    factories.consent(number, source="carrier", at=NOON + timedelta(hours=2))

    inbound.receive(
        ada.company, channel=Channel.SMS, sender=PHONE, body="STOP", vendor_id="SM9",
        received_at=NOON, now=NOON + timedelta(hours=6),
    )  # fmt: skip

    assert stopped(ada) == set()


@pytest.mark.parametrize(
    ("subject", "covers"),
    [
        ("Please stop emailing me", {MAIL}),
        ("Stop texting me", {PHONE, SECOND}),
        ("Re: Please stop emailing me", set()),
        ("Cancel", set()),
    ],
)
def test_an_opt_out_may_stand_in_the_subject_of_a_new_mail(ada, subject, covers):
    writes(ada, "Ada Lane", subject=subject)

    assert stopped(ada) == covers
