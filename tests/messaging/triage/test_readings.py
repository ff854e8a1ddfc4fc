"""What single replies mean: opt-outs and their look-alikes, amounts, quoted words, any text."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.triage import INTENTS, carrier_word, normal, read
from messaging.triage.reading import PAUSING
from tests.messaging.triage.cases import WEDNESDAY


def test_evidence_is_the_customers_own_spelling():
    reading = read("Hola. Ya  PAGUÉ ayer", received=WEDNESDAY)

    assert reading.intent == "paid"
    assert reading.evidence in "Hola. Ya  PAGUÉ ayer"
    assert "PAGUÉ" in reading.evidence


def test_mail_wishes_by_text_opt_out_of_texts_but_not_by_mail_of_mail():
    assert read("Email only please", channel="sms", received=WEDNESDAY).opt_out
    assert not read("Email only please", channel="email", received=WEDNESDAY).opt_out


@pytest.mark.parametrize(
    "words",
    [
        "ST0P T3XTING M3",
        "stop harrassing me you crooks, the deck is STILL crooked and im not paying for it",
        "Reply STOP to opt out? Ok: stop. I mean it",
        "I'd like these switched off for this address. Our controller will pay as always.",
        "Let this be the last one I get from you",
        "ya pagué, quiteme de la lista",
    ],
)
def test_an_opt_out_is_heard_beside_whatever_else_is_said(words):
    assert read(words, channel="email", received=WEDNESDAY).opt_out


@pytest.mark.parametrize(
    "words",
    [
        "dont stop these reminders, they keep me straight",
        "10/30. end of conversation",
        "its 3 yards short, so knock that off and I'll pay",
        "stop sending your guys on sundays",
        "please don't drop me from the schedule, paying tomorrow",
        "no more visits please",
        "I have enough for friday",
    ],
)
def test_the_same_words_with_another_meaning_opt_nobody_out(words):
    assert not read(words, received=WEDNESDAY).opt_out


def test_what_a_mail_opens_and_closes_with_and_what_it_quotes_says_nothing():
    mail = (
        "Hi Stop & Shop team,\n\nYou'll have the money on June 3.\n\nBest,\nFriday Harbor Foods\n"
        "On Wed, May 20, 2026 at 9:01 AM Kestrel <billing@kestrel.example> wrote:\n"
        "> due on 6/14. Reply STOP to opt out."
    )

    reading = read(mail, channel="email", received=WEDNESDAY)

    assert (reading.intent, reading.opt_out) == ("promise", False)
    assert reading.promise_date == date(2026, 6, 3)


def test_the_first_instalment_is_the_amount_and_not_the_balance():
    words = (
        "I know about the outstanding $2,400. I can do three payments, $800 on June 8, then July"
    )

    reading = read(words, received=WEDNESDAY)

    assert (reading.promise_amount, reading.promise_date) == (800, date(2026, 6, 8))


@pytest.mark.parametrize(
    "words",
    [
        "שלום, קיבלנו את החשבון. נשלם $1,200.50 ביום ראשון",
        "شكرا، متى يمكننا الدفع؟",
        "Спасибо, не пишите",
        "谢谢，不要再发了",
        "감사합니다 확인했습니다",
    ],
    ids=["hebrew", "arabic", "russian", "chinese", "korean"],
)
def test_words_in_letters_nobody_here_has_read_are_for_a_person(words):
    reading = read(words, received=date(2026, 11, 20))

    assert (reading.intent, reading.must_pause, reading.opt_out) == ("other", True, False)


def test_carrier_words_are_those_the_carrier_acts_on_itself():
    assert carrier_word(" Stop ") == "stop"
    assert carrier_word("YES") == "start"
    assert carrier_word("INFO") == "help"
    assert carrier_word("stop it") is None


@given(st.text(), st.sampled_from(["sms", "email"]), st.dates())
def test_any_text_gives_a_reading(text, channel, received):
    reading = read(text, channel=channel, received=received)

    assert reading.intent in INTENTS
    assert reading.opt_out == ("stop" in {reading.intent, *reading.secondary})
    if PAUSING & {reading.intent, *reading.secondary} - {"question"}:
        assert reading.must_pause
    assert reading.evidence is None or reading.evidence in normal.shown(text)


@given(st.text())
def test_folding_keeps_every_position(text):
    shown = normal.shown(text)

    assert len(normal.own_words(normal.folded(shown))) == len(shown)


def test_a_very_long_reply_is_read_quickly():
    long = "stop by the office and pay " * 2000 + "x" * 5000 + "?" * 3000 + " a" * 9000
    before = time.perf_counter()

    for text in (long, "no " * 4000, "please don't " * 1500, "$1,000 " * 800, "in the " * 1000):
        read(text, received=WEDNESDAY)

    assert time.perf_counter() - before < 5
