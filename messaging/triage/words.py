"""The shape of a word pattern, and the pieces that many of them share.

Patterns are matched against folded text (see `normal`): lower case, no accents, straight quotes.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One way to say an intent."""

    pattern: re.Pattern
    not_after: re.Pattern | None
    """Words directly before that turn the meaning: "don't" before "stop sending"."""
    not_before: re.Pattern | None
    """Words directly after that turn it: "by Friday" after "stop"."""
    channel: str | None
    """Only on this channel."""


NOT = (
    r"(?:do not|don'?t|dont|does not|doesn'?t|did not|didn'?t|didnt|never|won'?t|wont|will not"
    r"|would not|wouldn'?t|can'?t|cant|cannot|can not|is not|isn'?t|are not|aren'?t|was not|wasn'?t"
    r"|have not|haven'?t|havent|has not|hasn'?t|hasnt|had not|hadn'?t|not|no|nunca|jamas)"
)
Spans = dict[str, tuple[int, int]]
"""Intent -> where in the text its words stand."""

TOKEN = re.compile(r"[a-z0-9']+(?:-[a-z0-9]+)*")

FILL = r"(?:\w+(?:'\w+)?\W+)"
"""Any word and what follows it; repeat it a bounded number of times."""


def words(
    pattern: str, *, not_after: str = "", not_before: str = "", channel: str | None = None
) -> Words:
    return Words(
        re.compile(pattern),
        re.compile(rf"\b(?:{not_after})\W*$") if not_after else None,
        re.compile(rf"\W*(?:{not_before})") if not_before else None,
        channel,
    )


def word_set(line: str) -> frozenset[str]:
    return frozenset(line.split())


def first(group: tuple[Words, ...], text: str, *, channel: str) -> re.Match | None:
    """The first pattern of a group that truly means it."""
    for each in group:
        if each.channel is not None and each.channel != channel:
            continue
        for match in each.pattern.finditer(text):
            if each.not_after and each.not_after.search(
                text[max(0, match.start() - 60) : match.start()]
            ):
                continue
            if each.not_before and each.not_before.match(text, match.end()):
                continue
            return match
    return None
