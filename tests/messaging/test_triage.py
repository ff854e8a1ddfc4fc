import json
import re
import time
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from messaging.triage import INTENTS, Context, carrier_word, dates, normal, read
from messaging.triage.reading import PAUSING

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "replies.jsonl").read_text(encoding="utf-8").splitlines()
]
WEDNESDAY = date(2026, 5, 20)
LABELS = (
    "intent",
    "secondary",
    "opt_out",
    "must_pause",
    "promise_date",
    "promise_amount",
    "invoice",
)


def reading_of(case):
    about = case["context"]
    context = about and Context(
        about["invoice"], Decimal(about["amount_due"]), date.fromisoformat(about["due_date"])
    )
    received = date.fromisoformat(case["received"])
    return read(case["text"], channel=case["channel"], received=received, context=context)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['id']}-{case['intent']}" for case in CASES])
def test_a_labelled_reply_is_read_as_labelled(case):
    found = reading_of(case).as_dict()

    assert {label: found[label] for label in LABELS} == {label: case[label] for label in LABELS}


def test_the_labelled_replies_cover_every_intent_and_pause_as_defined():
    count = Counter(case["intent"] for case in CASES)

    assert len(CASES) >= 400
    assert set(count) == set(INTENTS)
    for case in CASES:
        assert not (case["opt_out"] and not case["must_pause"])
        assert case["opt_out"] == ("stop" in {case["intent"], *case["secondary"]})


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("friday", "2026-05-22"),
        ("wednesday", "2026-05-27"),
        ("next friday", "2026-05-29"),
        ("monday next week", "2026-05-25"),
        ("the 15th", "2026-06-15"),
        ("the 20th", "2026-06-20"),
        ("the 25th", "2026-05-25"),
        ("eom", "2026-05-31"),
        ("end of next month", "2026-06-30"),
        ("end of june", "2026-06-30"),
        ("eow", "2026-05-22"),
        ("this weekend", "2026-05-24"),
        ("next weekend", "2026-05-31"),
        ("6/1", "2026-06-01"),
        ("5/1", "2027-05-01"),
        ("5/20", "2026-05-20"),
        ("5/29/26", "2026-05-29"),
        ("2026-06-02", "2026-06-02"),
        ("in two weeks", "2026-06-03"),
        ("within 10 days", "2026-05-30"),
        ("in 3 business days", "2026-05-25"),
        ("in a month", "2026-06-20"),
        ("within 48 hours", "2026-05-22"),
        ("a week from friday", "2026-05-29"),
        ("tonight", "2026-05-20"),
        ("eod", "2026-05-20"),
        ("eod friday", "2026-05-22"),
        ("tmrw", "2026-05-21"),
        ("the day after tomorrow", "2026-05-22"),
        ("may 29th", "2026-05-29"),
        ("29 may", "2026-05-29"),
        ("friday, may 22", "2026-05-22"),
        ("mid june", "2026-06-15"),
        ("the 5th of next month", "2026-06-05"),
        ("el viernes", "2026-05-22"),
        ("el proximo viernes", "2026-05-29"),
        ("el 15", "2026-06-15"),
        ("1 de junio", "2026-06-01"),
        ("pasado manana", "2026-05-22"),
        ("fin de mes", "2026-05-31"),
        ("fin de semana", "2026-05-24"),
        ("en dos semanas", "2026-06-03"),
    ],
)
def test_a_date_is_counted_from_the_day_of_receipt(words, day):
    assert [each.on.isoformat() for each in dates.find(words, received=WEDNESDAY)][:1] == [day]


@pytest.mark.parametrize(
    "words",
    ["last friday", "next week", "soon", "24/7", "1/2 of it", "13/45", "check 4456", "10-4", "may"],
)
def test_what_is_no_day_to_come_gives_no_date(words):
    assert dates.find(words, received=WEDNESDAY) == []


def test_the_31st_waits_for_a_month_that_has_one():
    assert dates.find("the 31st", received=date(2026, 6, 2))[0].on == date(2026, 7, 31)


def test_leap_day_rolls_to_a_year_that_has_one():
    assert dates.find("2/29", received=WEDNESDAY)[0].on == date(2028, 2, 29)


def test_evidence_is_the_customers_own_spelling():
    reading = read("Hola. Ya  PAGUÉ ayer", received=WEDNESDAY)

    assert reading.intent == "paid"
    assert reading.evidence in "Hola. Ya  PAGUÉ ayer"
    assert "PAGUÉ" in reading.evidence


def test_mail_wishes_by_text_opt_out_of_texts_but_not_by_mail_of_mail():
    assert read("Email only please", channel="sms", received=WEDNESDAY).opt_out
    assert not read("Email only please", channel="email", received=WEDNESDAY).opt_out


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


def test_two_thousand_replies_a_second_are_read_on_one_core():
    for case in CASES:
        reading_of(case)
    before = time.process_time()

    for case in CASES * 3:
        reading_of(case)

    assert len(CASES) * 3 / (time.process_time() - before) > 2000


def test_the_command_reads_lines_and_writes_readings(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked = ("id", "channel", "received", "text", "context")
    lines = [json.dumps({key: case[key] for key in asked}) for case in CASES]
    source.write_text("\n".join(lines) + "\n\n", encoding="utf-8")

    call_command("triage", "--in", str(source), "--out", str(target))

    written = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [each["id"] for each in written] == [case["id"] for case in CASES]
    assert [each["intent"] for each in written] == [case["intent"] for case in CASES]
    assert set(written[0]) == {"id", "evidence", *LABELS}


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', '{"text": "x", "received": "soon"}'])
def test_the_command_names_a_broken_line(tmp_path, line):
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "STOP", "received": "2026-05-20"}\n' + line, encoding="utf-8")

    with pytest.raises(CommandError, match=re.escape("Line 2")):
        call_command("triage", "--in", str(source), "--out", str(tmp_path / "out.jsonl"))


def test_the_command_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("triage", "--in", str(tmp_path / "none"), "--out", str(tmp_path / "out"))
