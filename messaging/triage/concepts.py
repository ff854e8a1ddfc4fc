"""Words of both languages by what they stand for: the small grammar the second opinion reads.

A concept is one idea, whatever the word: TEXTS for messages, avisos, reminders; HALT for stop,
quit, paren, basta. Meaning comes from which concepts stand beside each other.
"""

import re
from functools import lru_cache
from pathlib import Path

from messaging.triage import normal
from messaging.triage.spelling import meant
from messaging.triage.words_dates import DAY, MONTH

_LEXICON = Path(__file__).parent / "concepts.txt"


def _lexicon() -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in _LEXICON.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            name, _, line = line.partition(":")
        for word in line.split():
            found.setdefault(word, name)
    return found


_OF = _lexicon()

TOKEN = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|\$\s?\d[\d,.]*k?|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\(?\d{3}\)?["
    r" .-]\d{3}[ .-]\d{4}|#?\d[\d,.:]*(?:st|nd|rd|th)\b|#?\d[\d,.:]*\w*"
    r"|_+|[a-z]+(?:[-'][a-z]+)*|[?!]|[^\w\s.,;:'\"()/\\-]"
)
_DAY = re.compile(rf"{DAY}$")
_MONTH = re.compile(rf"{MONTH}$")
_HAPPY = frozenset("👍👌🙏😊🙂❤✅😀😁🤝💯🫡☺👏😃♥")
_ANGRY = frozenset("🖕😡🤬")


@lru_cache(maxsize=20_000)
def concept(word: str) -> str:
    """The concept of one word, as meant; empty when it has none."""
    if word in _OF:
        return _OF[word]
    first = word[0]
    if first == "_":
        return "IDIOM"
    if first == "$":
        return "#MONEY"
    if "@" in word and len(word) > 3:
        return "#ADDRESS"
    if first.isdigit() or first in "#(":
        digits = sum(character.isdigit() for character in word)
        if "/" in word or word[-2:] in {"st", "nd", "rd", "th"}:
            return "#DATE"
        return "#PHONE" if digits >= 10 else "#LONG" if digits > 3 else "#FIGURE"
    if word in "?!":
        return word
    if _DAY.match(word):
        return "#DAY"
    if _MONTH.match(word) and word not in {"mar", "may", "sept"}:
        return "#MONTH"
    if first in _HAPPY:
        return "#HAPPY"
    if first in _ANGRY:
        return "RUDE"
    return ""


def words_of(own: str) -> list[str]:
    """The words of a folded text, each as it is meant."""
    found: list[str] = []
    for token in TOKEN.findall(own):
        word = meant(token)
        if " " in word:
            found += word.split()
        else:
            found.append(word)
    return found


def own_words(text: str) -> str:
    return normal.own_words(normal.folded(normal.shown(text)))
