"""What the second opinion looks at: words as meant, ideas side by side, pieces of words."""

from functools import lru_cache
from itertools import pairwise

from messaging.triage.concepts import concept, words_of

LONGEST = 60
"""Words that are looked at; a long letter says early what it is about."""


def features(plain: str, channel: str) -> list[str]:
    """The marks of a folded text whose idioms are covered."""
    words, found = parts(plain, channel)
    return [mark for word in words for mark in of_word(word)] + found


def parts(plain: str, channel: str) -> tuple[list[str], list[str]]:
    """Its different words, whose own marks `of_word` knows, and the marks of what stands beside
    each other."""
    words = words_of(plain)[:LONGEST]
    ideas = [concept(word) for word in words]
    shown = [
        idea if idea and (idea[0] == "#" or not word.isascii()) else word
        for word, idea in zip(words, ideas, strict=True)
    ]
    found = {f"b {one} {two}": None for one, two in pairwise(shown)}
    kept = [idea for idea in ideas if idea]
    for at, idea in enumerate(kept):
        found[f"c {idea}"] = None
        for other in kept[at + 1 : at + 5]:
            found[f"s {idea} {other}"] = None
        if at + 2 < len(kept):
            found[f"t {idea} {kept[at + 1]} {kept[at + 2]}"] = None
    if shown:
        found[f"first {shown[0]}"] = None
        found[f"last {shown[-1]}"] = None
        found[f"ci {ideas[0]}"] = None
    found[f"length {min(len(words), 30) // 3 if len(words) > 2 else -len(words)}"] = None
    found[f"channel {channel}"] = None
    return list(dict.fromkeys(shown)), list(found)


@lru_cache(maxsize=20_000)
def of_word(word: str) -> tuple[str, ...]:
    """The marks of one word: itself and its pieces."""
    found = [f"w {word}"]
    if word[0].isalpha() and len(word) > 3 and word.islower():
        edged = f"<{word}>"
        found += dict.fromkeys(f"p {edged[at : at + 4]}" for at in range(len(edged) - 3))
    return tuple(found)
