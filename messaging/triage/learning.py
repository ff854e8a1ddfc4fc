"""Learn the second opinion's weights: ``python -m messaging.triage.learning``, or make triage.

A multinomial logistic regression, trained by AdaGrad in plain Python: the same examples give the
same file on every machine.
"""

import json
import math
import random
import sys
from pathlib import Path

from messaging.triage import concepts
from messaging.triage.features import features
from messaging.triage.second_opinion import SCALE, WEIGHTS

HERE = Path(__file__).parent
EXAMPLES = HERE / "learned" / "examples.txt"
LABELLED = HERE.parents[1] / "tests" / "messaging"
SOURCES = (LABELLED / "replies.jsonl", LABELLED / "labelled" / "tune.jsonl")
ROUNDS, STEP, KEEP = 14, 1.0, 0.4

Example = tuple[list[str], str]


def class_of(row: dict) -> str:
    """The class a labelled reply is an example of."""
    if not row["must_pause"] and row["intent"] in ("other", "question"):
        return "machine" if row["intent"] == "other" else "new_business"
    return row["intent"]


def own_examples(path: Path = EXAMPLES) -> list[Example]:
    found, name = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            name = line[3:].strip()
        elif line and not line.startswith("# "):
            found.append((features(concepts.own_words(line), "sms"), name))
    return found


def labelled_examples(path: Path) -> list[Example]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        (features(concepts.own_words(row["text"]), row["channel"]), class_of(row)) for row in rows
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
            found, name = examples[at]
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


def main() -> None:
    examples = own_examples() + [one for path in SOURCES for one in labelled_examples(path)]
    learned = learn(examples)
    lines = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for name, row in learned["weights"].items()
    )
    WEIGHTS.write_text(
        f'{{"classes":{json.dumps(learned["classes"])},"weights":{{\n{lines}\n}}}}\n',
        encoding="utf-8",
    )
    sys.stdout.write(f"{len(examples)} examples, {len(learned['weights'])} marks\n")


if __name__ == "__main__":
    main()
