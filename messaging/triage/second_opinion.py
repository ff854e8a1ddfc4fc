"""A second opinion where rules alone do not say enough: a linear model over words and ideas.

Its weights are learned by ``make triage`` from the examples and the labelled
replies (see `learning`); reading them needs nothing but this file.
"""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path

from messaging.triage.features import of_word, parts

WEIGHTS = Path(__file__).parent / "learned" / "weights.json"
SCALE = 100
# Finer than the intents: what kind of "other" or "question" it is decides whether to pause.
INTENT_OF = {"machine": "other", "errand": "other", "new_business": "question"}


@cache
def _learned() -> tuple[list[str], dict[str, tuple[int, ...]]]:
    known = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    classes = known["classes"]
    rows = {}
    for mark, row in known["weights"].items():
        whole = [0] * len(classes)
        for at, weight in zip(row[::2], row[1::2], strict=True):
            whole[at] = weight
        rows[mark] = tuple(whole)
    return classes, rows


@contextmanager
def learned_from(weights: Path) -> Iterator[None]:
    """Read with other weights for a while, to measure what they are worth."""
    global WEIGHTS
    kept, WEIGHTS = WEIGHTS, weights
    _forget()
    try:
        yield
    finally:
        WEIGHTS = kept
        _forget()


def _forget() -> None:
    _learned.cache_clear()
    _of_word.cache_clear()


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> tuple[tuple[int, ...], int]:
    """What a word's own marks weigh together, and how many they are."""
    classes, weights = _learned()
    marks = of_word(word)
    rows = list(filter(None, map(weights.get, marks)))
    return tuple(map(sum, zip(*rows, strict=True))) or (0,) * len(classes), len(marks)


def likely(plain: str, channel: str) -> list[tuple[float, str]]:
    """The classes of a folded text, idioms covered, with their probability, the likeliest first."""
    classes, weights = _learned()
    words, found = parts(plain, channel)
    of_words = [_of_word(word) for word in words]
    rows = [row for row, _ in of_words]
    rows += filter(None, map(weights.get, found))
    sums = list(map(sum, zip(*rows, strict=True))) or [0] * len(classes)
    share = 1 / (SCALE * math.sqrt(len(found) + sum(count for _, count in of_words)))
    top = max(sums)
    odds = [math.exp((each - top) * share) for each in sums]
    whole = sum(odds)
    return sorted(
        ((odd / whole, name) for odd, name in zip(odds, classes, strict=True)), reverse=True
    )
