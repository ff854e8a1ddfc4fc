"""A second opinion where rules alone do not say enough: a linear model over words and ideas.

Its weights are learned by ``make triage`` from the examples and the tuning half of the labelled
replies (see `learning`); reading them needs nothing but this file.
"""

import json
import math
from functools import cache
from pathlib import Path

from messaging.triage.features import features

WEIGHTS = Path(__file__).parent / "learned" / "weights.json"
SCALE = 100
# Finer than the intents: what kind of "other" or "question" it is decides whether to pause.
INTENT_OF = {"machine": "other", "errand": "other", "new_business": "question"}


@cache
def _learned() -> tuple[list[str], dict[str, list[tuple[int, int]]]]:
    known = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    rows = known["weights"].items()
    return known["classes"], {
        mark: list(zip(row[::2], row[1::2], strict=True)) for mark, row in rows
    }


def likely(own: str, channel: str) -> list[tuple[float, str]]:
    """The classes of a folded text with their probability, the likeliest first."""
    classes, weights = _learned()
    found = features(own, channel)
    sums = [0] * len(classes)
    for feature in found:
        row = weights.get(feature)
        if row is not None:
            for at, weight in row:
                sums[at] += weight
    share = 1 / (SCALE * math.sqrt(len(found)))
    top = max(sums)
    odds = [math.exp((each - top) * share) for each in sums]
    whole = sum(odds)
    return sorted(
        ((odd / whole, name) for odd, name in zip(odds, classes, strict=True)), reverse=True
    )
