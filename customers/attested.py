"""Consent given elsewhere, taken over as a list: somebody attests it by name, for each number.

Nothing of it overrides an opt-out: such numbers are listed, and a person decides one by one.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from arbook import phones
from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.upsert import storable
from customers import consent, do_not_contact, ledger
from customers.consent import Source
from customers.models import Channel

MOST_ROWS = 1000
LARGEST = 2 * 1024 * 1024
NAMES = {"number", "phone", "mobile", "telephone", "cell", "number or address"}

TAKEN, KNOWN, STOPPED, STRANGER, UNREAD, ERASED, TWICE = (
    *("taken", "known", "stopped", "stranger", "unread", "erased", "twice"),
)
SAID = {
    TAKEN: "consent is recorded",
    KNOWN: "allowed already",
    STOPPED: "opted out: not changed, a person decides",
    STRANGER: "no customer has this number: left out",
    UNREAD: "not a telephone number: left out",
    ERASED: "asked to be erased: left out",
    TWICE: "in the list twice",
}


class ListRefused(Exception):
    """The list cannot be taken. The message is fit for the screen."""


@dataclass(frozen=True)
class Line:
    """One row of the list and what becomes of it."""

    row: int
    written: str
    number: str
    note: str
    fate: str
    customers: str = ""

    @property
    def said(self) -> str:
        return SAID[self.fate]


@dataclass(frozen=True)
class Looked:
    """A list, read."""

    lines: list[Line] = field(default_factory=list)

    @property
    def counts(self) -> list[tuple[str, int]]:
        found = Counter(line.fate for line in self.lines)
        return [(SAID[fate], found[fate]) for fate in SAID if found[fate]]

    @property
    def taken(self) -> list[Line]:
        return [line for line in self.lines if line.fate == TAKEN]


def look(company: Company, text: str) -> Looked:
    """What would become of each row; nothing is written. Raises ListRefused."""
    rows = _rows(text)
    read = [(row, written, phones.parse(written), note) for row, written, note in rows]
    ways = {(Channel.SMS, one.e164) for _, _, one, _ in read if one and not one.extension}
    numbers = [number for _, number in ways]
    standings = consent.standings(company, Channel.SMS, numbers)
    whose = ledger.owners(company, ways)
    erased = do_not_contact.among(company, ways)
    lines, seen = [], set()
    for row, written, parsed, note in read:
        if parsed is None or parsed.extension:
            lines.append(Line(row, written, "", note, UNREAD))
            continue
        number, way = parsed.e164, (Channel.SMS, parsed.e164)
        standing = standings[number]
        if number in seen:
            fate = TWICE
        elif way in erased:
            fate = ERASED
        elif way not in whose:
            fate = STRANGER
        elif standing.is_withdrawn:
            fate = STOPPED
        else:
            fate = KNOWN if standing.is_given else TAKEN
        seen.add(number)
        names = ", ".join(dict.fromkeys(str(one) for one in whose.get(way, ())))
        lines.append(Line(row, written, number, note, fate, names))
    return Looked(lines)


@transaction.atomic
def take(
    company: Company,
    text: str,
    *,
    attested_by: str,
    capacity: str,
    given_on: date,
    how: str,
    wording: str,
    by: User,
    now: datetime,
) -> Looked:
    """Record what somebody attests. Raises ListRefused."""
    if given_on > company.local_date(now):
        raise ListRefused("They cannot have agreed after today.")
    looked = look(company, text)
    if not looked.taken:
        raise ListRefused("No row of this list gives a new consent.")
    entry = log.record(
        "consent.attested",
        f"{attested_by} ({capacity}) attests that {len(looked.taken)} numbers agreed to texts "
        f"by {given_on.isoformat()}: {how}",
        about=[company],
        by=by,
        at=now,
        company=company,
        wording=wording,
        numbers=len(looked.taken),
    )
    with log.because(entry.pk):
        for line in looked.taken:
            consent.grant(
                company,
                channel=Channel.SMS,
                address=line.number,
                source=Source.IMPORT,
                wording=wording,
                evidence={
                    "attested_by": attested_by,
                    "capacity": capacity,
                    "given_on": given_on.isoformat(),
                    "how": how,
                    "row": line.row,
                    "attestation": entry.pk,
                }
                | ({"note": line.note} if line.note else {}),
                by=by,
                now=now,
            )
    return looked


def _rows(text: str) -> list[tuple[int, str, str]]:
    """Row number, number as written, and the rest of the row."""
    text = storable(text).lstrip("\ufeff")
    if len(text) > LARGEST:
        raise ListRefused("The list is larger than 2 MB.")
    try:
        dialect = csv.Sniffer().sniff(text[:2000], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        cells = list(csv.reader(io.StringIO(text), dialect))
    except csv.Error as error:
        raise ListRefused(f"This cannot be read as a list: {error}.") from None
    column, found = 0, []
    for row, values in enumerate(cells, 1):
        values = [value.strip() for value in values]
        if not any(values):
            continue
        names = [value.casefold() for value in values]
        if not found and NAMES & set(names):
            column = next(place for place, name in enumerate(names) if name in NAMES)
            continue
        written = values[column] if column < len(values) else ""
        rest = "; ".join(value for place, value in enumerate(values) if value and place != column)
        # A mark that an export of ours put before a plus sign is none of the number.
        found.append((row, written.lstrip("'")[:60], rest[:300]))
    if not found:
        raise ListRefused("There is no number in it.")
    if len(found) > MOST_ROWS:
        raise ListRefused(f"A list has at most {MOST_ROWS} rows; divide it.")
    return found
