"""What the labelled replies are read with, and that nothing learned is tested with itself."""

import json
from collections import Counter

import pytest

from messaging.triage import INTENTS, learning, lines, measuring, second_opinion
from tests.messaging.labelled import split
from tests.messaging.triage.cases import CASES, HERE, rows_of

# What each set was read with when it was last measured, less a margin: accuracy, macro-F1, opt-outs
# found, needless pauses of quiet replies, pauses found, exact days. False opt-outs are counted.
FLOORS = {
    "replies.jsonl": (0.98, 0.98, 1.0, 0.03, 0.995, 0.97, 0),
    "labelled/tune.jsonl": (0.98, 0.98, 1.0, 0.04, 0.995, 0.97, 0),
    "labelled/test.jsonl": (0.98, 0.98, 1.0, 0.04, 0.995, 0.96, 0),
    "labelled/unseen.jsonl": (0.98, 0.98, 1.0, 0.04, 0.995, 0.97, 0),
    "labelled/everyday.jsonl": (0.98, 0.98, 1.0, 0.05, 0.99, 0.97, 0),
    "labelled/voices.jsonl": (0.98, 0.98, 1.0, 0.05, 0.99, 0.96, 0),
    "labelled/lookalikes.jsonl": (0.98, 0.98, 1.0, 0.05, 0.99, 0.97, 0),
    # Nothing is learned from these, and no rule was written after reading them.
    "labelled/strangers.jsonl": (0.93, 0.93, 0.97, 0.1, 0.99, 0.97, 1),
}


@pytest.mark.parametrize("name", FLOORS)
def test_replies_are_read_as_well_as_when_they_were_measured(name):
    replies, problems = lines.replies((HERE / name).read_text(encoding="utf-8").split("\n"))
    accuracy, macro_f1, opt_outs, needless, pauses, days, false_opt_outs = FLOORS[name]

    found = measuring.figures(measuring.pairs_of(replies))

    assert not problems
    assert found.accuracy.rate >= accuracy
    assert found.macro_f1 >= macro_f1
    assert found.opt_outs_found.rate >= opt_outs
    assert found.opt_outs_false.part <= false_opt_outs
    assert found.pauses_found.rate >= pauses
    assert found.paused_needlessly.rate <= needless
    assert found.dates.rate >= days


def test_what_was_learned_carries_over_to_replies_that_were_left_out(tmp_path):
    left_out = learning.HALVES[1]
    replies, _ = lines.replies(left_out.read_text(encoding="utf-8").split("\n"))
    weights = tmp_path / "weights.json"
    learning.save(learning.learn(learning.examples(without=left_out), rounds=3), weights)

    with second_opinion.learned_from(weights):
        found = measuring.figures(measuring.pairs_of(replies))

    assert found.accuracy.rate >= 0.94
    assert found.opt_outs_found.rate >= 0.98
    assert found.opt_outs_false.part <= 2
    assert found.pauses_found.rate >= 0.985


def test_nothing_is_learned_from_the_replies_that_stay_shut():
    shut = HERE / "labelled/strangers.jsonl"
    texts = {split.spelled(row["text"]) for row in rows_of("labelled/strangers.jsonl")}
    learned = {split.spelled(line) for line in learning.EXAMPLES.read_text("utf-8").splitlines()}
    for source in learning.SOURCES:
        rows = rows_of(str(source.relative_to(HERE)))
        learned |= {split.spelled(row["text"]) for row in rows}

    assert shut not in learning.SOURCES
    assert len(texts) > 400 and len(learned) > 5000
    assert not {text for text in texts & learned if len(text.split()) > 5}


def test_no_reply_is_both_learned_from_and_tested_with():
    texts = {
        half: {split.spelled(row["text"]) for row in rows_of(f"labelled/{half}.jsonl")}
        for half in split.HALVES
    }
    own = {
        split.spelled(line)
        for line in learning.EXAMPLES.read_text(encoding="utf-8").splitlines()
        if len(line.split()) > 2
    }

    assert not texts["tune"] & texts["test"]
    assert len(texts["test"] & own) <= 12
    for half in split.HALVES:
        assert {split.half_of(row["id"]) for row in rows_of(f"labelled/{half}.jsonl")} == {half}


def test_the_weights_are_those_that_the_examples_give():
    some = learning.own_examples()[::12]

    assert learning.learn(some, rounds=2) == learning.learn(some, rounds=2)
    assert json.loads(second_opinion.WEIGHTS.read_text(encoding="utf-8"))["classes"] == sorted(
        {name for _, name in learning.own_examples()}
    )


def test_the_labelled_replies_cover_every_intent_and_pause_as_defined():
    count = Counter(case["intent"] for case in CASES)

    assert len(CASES) >= 400
    assert set(count) == set(INTENTS)
    for case in CASES:
        assert not (case["opt_out"] and not case["must_pause"])
        assert case["opt_out"] == ("stop" in {case["intent"], *case["secondary"]})
