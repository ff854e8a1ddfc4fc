"""Dates as customers write them, English and Spanish, counted from the local day of receipt.

A bare weekday is the next one after that day; "next Friday" is the Friday of the following
Monday-to-Sunday week; "the 15th" is the next 15th after that day; the end of the month is its
last day, the end of the week its Friday, the weekend its Sunday; M/D is American order and rolls
into next year; a number of days or weeks is added. "Next week" or "soon" is no date.
"""

import re
from dataclasses import dataclass
from datetime import date

from messaging.triage.date_rules import RULES
from messaging.triage.spelling import meant
from messaging.triage.words import word_set
from messaging.triage.words_dates import DAY, MONTH, NEEDED


@dataclass(frozen=True)
class Found:
    on: date
    start: int
    end: int
    kind: str


def find(text: str, *, received: date) -> list[Found]:
    """Every date in a folded text, in order. Past ones ("last Friday") are left out."""
    spelled = _TOKEN.sub(_as_meant, text)
    if not _ANY.search(spelled):
        return []
    if len(spelled) == len(text):
        return _found(spelled, received)
    return [_placed(each, text, spelled) for each in _found(spelled, received)]


_TOKEN = re.compile(r"\b[a-z]{5,11}\b")
_DAYS = word_set(
    "tomorrow tonight today monday tuesday wednesday thursday friday saturday sunday january"
    " february april august september october november december viernes jueves martes miercoles"
    " sabado domingo manana"
)


def _as_meant(match: re.Match) -> str:
    word = meant(match[0])
    return word if word in _DAYS and match[0] != f"{word}s" else match[0]


def _placed(each: "Found", text: str, spelled: str) -> "Found":
    """Where the date stands in the text as it was written."""
    shift = 0
    for match in _TOKEN.finditer(text):
        if match.start() + shift >= each.start:
            break
        shift += len(_as_meant(match)) - len(match[0])
    start = each.start - shift
    end = min(len(text), start + each.end - each.start)
    return Found(each.on, start, end, each.kind)


def _found(text: str, received: date) -> list["Found"]:
    found: list[Found] = []
    taken: list[tuple[int, int]] = []
    without = {kind for kind, needed in NEEDED.items() if not needed.search(text)}
    for kind, pattern, reader in RULES:
        if kind in without:
            continue
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            try:
                on = reader(match, received)
            except (ValueError, OverflowError):
                on = None
            if on is not None:
                found.append(Found(on, start, end, kind))
    found.sort(key=lambda each: each.start)
    return [each for each in found if each.kind not in _WITHIN_A_DAY or not _beside(each, found)]


_WITHIN_A_DAY = {"end of day": 8, "part of day": 16}


def _beside(each: Found, found: list[Found]) -> bool:
    """ "By end of day Friday" means Friday."""
    near = _WITHIN_A_DAY[each.kind]
    return any(
        other.kind not in _WITHIN_A_DAY
        and (0 <= other.start - each.end <= near or 0 <= each.start - other.end <= near)
        for other in found
    )


_ANY = re.compile(
    rf"\d|\b(?:{DAY}|{MONTH}|tom|tm|2m|2n|to(?:day|night|nite)|(?:this|in the) (?:aft|eve|mor|am)"
    r"|eo|cob|end of"
    r"|mid|weekend|fin|week|month|day|hoy|esta|manana|semana|mes|dia|first|hour|close|fortnight"
    r"|second|third|hallow|christ|xmas|x-mas|navid|new year|ano n|valent|fourth|veter|june|thanks"
    r"|turkey|labor|memor|indep|\w+(?:th|ieth)\b|el |finales|ultimo)"
)
