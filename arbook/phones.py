"""Telephone numbers as people type them, and the one spelling we keep: E.164.

A number is taken when it is *possible* (right length for its country), not only when the numbering
plan calls it valid: `phonenumbers` refuses fictitious numbers such as +1 555 555 0100 and lags
behind new area codes. Whether somebody can be reached there is for Lookup to say, not for us.
No function here raises, whatever it is given.
"""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

LONGEST_FIELD = 2000
"""Characters of a field that are read; QuickBooks phone fields are far shorter."""

DATES = re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b(?![\d.-])|\b\d{4}-\d{2}-\d{2}\b")
BETWEEN_NUMBERS = re.compile(r"[;,|\n\t]+|\s+(?:or|and|/|&)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class ParsedPhone:
    """One possible number. `extension` is kept apart: a text cannot be sent to it."""

    e164: str
    extension: str
    is_valid: bool
    """Known to the numbering plan. False does not mean unusable: see the module."""
    display: str
    """As people of its country write it, extension included."""

    @property
    def is_possible(self) -> bool:
        """Always true: what is not even possible is never returned."""
        return True


def parse(text: object, *, region: str = "US") -> ParsedPhone | None:
    """Read one number; None when there is none or its length cannot be right.

    A number without area code (555-0100) has no E.164 spelling and is None too.
    """
    try:
        number = phonenumbers.parse(_text(text), region)
    except NumberParseException:
        return None
    return _parsed(number)


def all_in(text: object, *, region: str = "US") -> list[ParsedPhone]:
    """Every number in a field that may hold several, in their order, each once."""
    field = DATES.sub(lambda date: " " * len(date[0]), _text(text))
    found: dict[tuple[str, str], ParsedPhone] = {}
    for piece in BETWEEN_NUMBERS.split(field):
        numbers = [match.number for match in _matches(piece, region)]
        for parsed in map(_parsed, numbers) if numbers else [parse(piece, region=region)]:
            if parsed is not None:
                found.setdefault((parsed.e164, parsed.extension), parsed)
    return list(found.values())


def display(e164: object) -> str:
    """(860) 555-0100 for North America, +44 20 7946 0958 elsewhere, else the text itself."""
    try:
        number = phonenumbers.parse(_text(e164), "US")
    except NumberParseException:
        return _text(e164)
    if not _is_possible(number):
        return _text(e164)
    return _display(number)


def _text(value: object) -> str:
    return "" if value is None else str(value)[:LONGEST_FIELD].strip()


def _matches(text: str, region: str) -> list:
    # The possible leniency: the stricter ones drop fictitious and very new numbers.
    return list(
        PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE, max_tries=50)
    )


def _parsed(number: PhoneNumber) -> ParsedPhone | None:
    if not _is_possible(number):
        return None
    return ParsedPhone(
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        extension=number.extension or "",
        is_valid=phonenumbers.is_valid_number(number),
        display=_display(number),
    )


def _is_possible(number: PhoneNumber) -> bool:
    reason = phonenumbers.is_possible_number_with_reason(number)
    return reason == phonenumbers.ValidationResult.IS_POSSIBLE


def _display(number: PhoneNumber) -> str:
    style = (
        PhoneNumberFormat.NATIONAL if number.country_code == 1 else PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)
