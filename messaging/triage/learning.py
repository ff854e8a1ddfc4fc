"""Learn the second opinion's weights: ``python -m messaging.triage.learning``, or make triage.

A multinomial logistic regression, trained by AdaGrad in plain Python, with some marks left out of
every example each time: the same examples give the same file on every machine.
"""

import json
import math
import random
import sys
from pathlib import Path

from messaging.triage import concepts
from messaging.triage.features import features
from messaging.triage.idioms import covered
from messaging.triage.second_opinion import SCALE, WEIGHTS

HERE = Path(__file__).parent
EXAMPLES = HERE / "learned" / "examples.txt"
LABELLED = HERE.parents[1] / "tests" / "messaging"
HALVES = (LABELLED / "labelled" / "tune.jsonl", LABELLED / "labelled" / "test.jsonl")
OPENED = tuple(
    LABELLED / "labelled" / f"{name}.jsonl"
    for name in ("unseen", "everyday", "voices", "lookalikes")
)
"""Read once before anything was mended for them, and learned from since."""
SOURCES = (LABELLED / "replies.jsonl", *HALVES, *OPENED)
ROUNDS, STEP, KEEP = 14, 1.0, 0.4
UNSEEN = 0.4
"""Marks left out of an example each time it is seen, so that none is leaned on alone."""

Example = tuple[list[str], str]


def class_of(row: dict) -> str:
    """The class a labelled reply is an example of."""
    if not row["must_pause"] and row["intent"] in ("other", "question"):
        return "machine" if row["intent"] == "other" else "new_business"
    return row["intent"]


def own_examples(path: Path = EXAMPLES) -> list[Example]:
    """One a line under its class; "== stop email" is followed by mails."""
    found, name, channel = [], "", "sms"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            name, _, channel = line[3:].strip().partition(" ")
        elif line and not line.startswith("# "):
            found.append((features(covered(concepts.own_words(line)), channel or "sms"), name))
    return found


def labelled_examples(path: Path) -> list[Example]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        (features(covered(concepts.own_words(row["text"])), row["channel"]), class_of(row))
        for row in rows
    ]


def learn(examples: list[Example], *, rounds: int = ROUNDS) -> dict:
    """The weights of every class, as whole hundredths; what hardly matters is left out."""
    classes = sorted({name for _, name in examples})
    place = {name: at for at, name in enumerate(classes)}
    width = range(len(classes))
    weights: dict[str, list[float]] = {}
    past: dict[str, list[float]] = {}
    order = list(range(len(examples)))
    chance = random.Random(2026)  # noqa: S311
    for _ in range(rounds):
        chance.shuffle(order)
        for at in order:
            every, name = examples[at]
            found = [each for each in every if chance.random() >= UNSEEN] or every
            share = 1 / math.sqrt(len(found))
            rows = [weights.setdefault(each, [0.0] * len(classes)) for each in found]
            sums = [share * total for total in map(sum, zip(*rows, strict=True))]
            top = max(sums)
            odds = [math.exp(each - top) for each in sums]
            whole = sum(odds)
            wrong = [odd / whole - (each == place[name]) for each, odd in enumerate(odds)]
            moved = [(each, wrong[each] * share) for each in width if abs(wrong[each]) > 0.02]
            for feature, row in zip(found, rows, strict=True):
                seen = past.setdefault(feature, [0.05] * len(classes))
                for each, slope in moved:
                    seen[each] += slope * slope
                    row[each] -= STEP * slope / math.sqrt(seen[each])
    kept = {}
    for feature, row in sorted(weights.items()):
        pairs = [(at, round(SCALE * value)) for at, value in enumerate(row) if abs(value) >= KEEP]
        if pairs:
            kept[feature] = [number for pair in pairs for number in pair]
    return {"classes": classes, "weights": kept}


def examples(*, without: Path | None = None) -> list[Example]:
    """All there is to learn from, or all but one file of labelled replies."""
    paths = [path for path in SOURCES if path != without]
    return own_examples() + [one for path in paths for one in labelled_examples(path)]


def save(learned: dict, path: Path) -> None:
    lines = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for name, row in learned["weights"].items()
    )
    path.write_text(
        f'{{"classes":{json.dumps(learned["classes"])},"weights":{{\n{lines}\n}}}}\n',
        encoding="utf-8",
    )


def main() -> None:
    known = examples()
    learned = learn(known)
    save(learned, WEIGHTS)
    sys.stdout.write(f"{len(known)} examples, {len(learned['weights'])} marks\n")


if __name__ == "__main__":
    main()
