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
from messaging.triage.words_dates import DAY, MONTH


@dataclass(frozen=True)
class Found:
    on: date
    start: int
    end: int
    kind: str


def find(text: str, *, received: date) -> list[Found]:
    """Every date in a folded text, in order. Past ones ("last Friday") are left out."""
    if not _ANY.search(text):
        return []
    found: list[Found] = []
    taken: list[tuple[int, int]] = []
    for kind, pattern, reader in RULES:
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
    return [each for each in found if each.kind != "end of day" or not _beside(each, found)]


def _beside(each: Found, found: list[Found]) -> bool:
    """ "By end of day Friday" means Friday."""
    return any(
        other is not each
        and other.kind != "end of day"
        and (0 <= other.start - each.end <= 8 or 0 <= each.start - other.end <= 8)
        for other in found
    )


_ANY = re.compile(
    rf"\d|\b(?:{DAY}|{MONTH}|tom|tm|2m|2n|to(?:day|night|nite)|this (?:aft|eve|mor)|eo|cob|end of"
    r"|mid|weekend|fin|week|month|day|hoy|esta|manana|semana|mes|dia|first|hour|close|fortnight"
    r"|second|third|\w+(?:th|ieth)\b|el |finales|ultimo)"
)
