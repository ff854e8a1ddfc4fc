"""Where a contact may live: every state and every clock that the facts allow.

Facts are the postal code, the address's state and the number's area code. They often disagree
(ported numbers, old addresses, head offices), and no fact is trusted over another: what they
cannot agree on stays a candidate, and whoever asks for decent hours takes the narrowest.
A fact that merely confirms a sharper one (the area code 812 spans two zones, the postal code
names one of them) adds nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
import zipcodes
from phonenumbers import PhoneNumberType
from phonenumbers.timezone import TIMEZONE_DATA

from arbook import area_codes, states

PLACELESS_TYPES = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
}
TOLL_FREE_CODES = {"800", "822", "833", "844", "855", "866", "877", "880", "881", "882", "888"}
HOME = {"", "us", "usa", "unitedstates", "unitedstatesofamerica", "america"}
CANADA = {"ca", "can", "canada"}


@dataclass(frozen=True)
class Source:
    """One fact and the candidates it leaves."""

    kind: str
    """postal code, address, number, or nothing known."""
    value: str
    label: str
    """As a sentence names it: "Hartford, CT", "area code 860"."""
    states: tuple[str, ...]
    zones: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """All candidate states and zones of a contact, the likeliest first, with their sources."""

    states: tuple[str, ...]
    zones: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def is_known(self) -> bool:
        return self.sources[0].kind != "nothing known"

    @property
    def disagrees(self) -> bool:
        """More than one clock has to be respected."""
        return self.is_known and len(self.zones) > 1

    @property
    def label(self) -> str:
        return self.sources[0].label

    def label_of(self, zone: str) -> str:
        """Where the candidate zone comes from, in words."""
        source = next((source for source in self.sources if zone in source.zones), None)
        if source is None:
            return zone_name(zone)
        if len(source.zones) == 1 and source.kind == "postal code":
            return source.label
        if source.kind == "nothing known":
            return f"{zone_name(zone)} time ({source.label})"
        return f"{source.label} ({zone_name(zone)} time)"


def locate(
    *,
    postal_code: str = "",
    state: str = "",
    city: str = "",
    country: str = "",
    number: str = "",
) -> Place:
    """Collect every candidate; with no usable fact, the whole continental United States.

    `number` is E.164. Toll-free and other numbers without geography say nothing.
    """
    facts = (postal_code, state, city, country, number)
    return _locate(*(str(fact or "").strip() for fact in facts))


def zone_name(zone: str) -> str:
    """Los Angeles for America/Los_Angeles."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


UNKNOWN = Source(
    "nothing known",
    "",
    "place unknown",
    states.CONTINENTAL_STATES,
    states.CONTINENTAL_ZONES,
)


@lru_cache(maxsize=20_000)
def _locate(postal_code: str, state: str, city: str, country: str, number: str) -> Place:
    where = "".join(letter for letter in country.casefold() if letter.isalpha())
    found = [_from_number(number)]
    if where in HOME | CANADA:
        found = [
            _from_postal_code(postal_code, city, country=where),
            _from_state(state, city),
            *found,
        ]
    sources = tuple(source for source in found if source) or (UNKNOWN,)
    counted: list[Source] = []
    for source in sources:
        if not any(_confirms(source, sharper) for sharper in counted):
            counted.append(source)
    return Place(
        states=_each_once(state for source in counted for state in source.states),
        zones=_each_once(zone for source in counted for zone in source.zones),
        sources=sources,
    )


def _confirms(source: Source, sharper: Source) -> bool:
    return (
        len(sharper.zones) == 1
        and set(sharper.zones) <= set(source.zones)
        and set(sharper.states) <= set(source.states)
    )


def _from_postal_code(postal_code: str, city: str, *, country: str) -> Source | None:
    code = postal_code.upper().replace(" ", "")
    if len(code) in (3, 6, 7) and code[0] in states.PROVINCES_BY_LETTER and code[1].isdigit():
        provinces = states.PROVINCES_BY_LETTER[code[0]]
        return _source("postal code", postal_code, provinces, city=city)
    digits = code.split("-")[0]
    if not (digits.isascii() and digits.isdigit()) or country in CANADA:
        return None
    if len(digits) in (8, 9):
        digits = digits[:-4]
    if len(digits) == 4:  # a spreadsheet has eaten the leading zero
        digits = f"0{digits}"
    if len(digits) != 5:
        return None
    rows = zipcodes.matching(digits) or zipcodes.similar_to(digits[:3])
    known = [row for row in rows if row["state"] in states.STATE_ZONES]
    if not known:
        return None
    zones = _each_once(zone for row in known for zone in _zones_of_row(row))
    codes = _each_once(row["state"] for row in known)
    place = city or known[0]["city"]
    label = f"{place}, {codes[0]}" if len(codes) == 1 else f"postal code {digits}"
    return Source("postal code", digits, label, codes, zones)


def _zones_of_row(row: dict) -> tuple[str, ...]:
    zone = same_clock(row["timezone"])
    return (zone,) if zone else states.STATE_ZONES[row["state"]]


def _from_state(state: str, city: str) -> Source | None:
    code = states.code_of(state)
    return _source("address", state, (code,), city=city) if code else None


def _source(kind: str, value: str, codes: tuple[str, ...], *, city: str) -> Source:
    zones = _each_once(zone for code in codes for zone in states.STATE_ZONES[code])
    label = f"{city}, {codes[0]}" if city else " or ".join(map(states.name_of, codes))
    return Source(kind, value, label, codes, zones)


def _from_number(number: str) -> Source | None:
    if not number:
        return None
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(parsed) in PLACELESS_TYPES:
        return None
    if parsed.country_code == 1:
        return _from_area_code(str(parsed.national_number)[:3])
    zones = _zones_below(str(parsed.country_code))
    region = phonenumbers.region_code_for_number(parsed)
    return (
        Source("number", number, f"a number in {region}", (), zones) if zones and region else None
    )


def _from_area_code(code: str) -> Source | None:
    if code in TOLL_FREE_CODES:
        return None
    codes = area_codes.STATES_BY_CODE.get(code, ())
    zones = _each_once(_zones_below(f"1{code}") + _zones_below(_older_prefix(code)))
    if not zones:
        zones = _each_once(zone for state in codes for zone in states.STATE_ZONES[state])
    return Source("number", code, f"area code {code}", codes, zones) if zones else None


def _older_prefix(code: str) -> str:
    return f"1{area_codes.SHARED_AREAS.get(code, code)}"


@lru_cache(maxsize=2000)
def _zones_below(prefix: str) -> tuple[str, ...]:
    """Every zone that any number starting with these digits may be in.

    Numbers move within their area when they are ported, so the exchange is not believed.
    """
    names = _each_once(
        same_clock(zone)
        for known, zones in TIMEZONE_DATA.items()
        if known.startswith(prefix)
        for zone in zones
    )
    by_clock = {_clock(name): name for name in reversed(names) if name}
    return tuple(name for name in names if by_clock.get(_clock(name)) == name)


@lru_cache(maxsize=1000)
def same_clock(zone: str) -> str:
    """The one name used for a zone's clock: America/New_York for America/Detroit.

    Empty when the name is no zone. Two zones share a clock when they agree all through 2026.
    """
    clock = _clock(zone)
    if clock is None:
        return ""
    for known in KNOWN_CLOCKS:
        if _clock(known) == clock:
            return known
    return zone


KNOWN_CLOCKS = tuple(dict.fromkeys(z for zs in states.STATE_ZONES.values() for z in zs))


@lru_cache(maxsize=1000)
def _clock(zone: str) -> tuple | None:
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    # Twice a month catches every change of clocks, the unlike dates of Europe and America too.
    days = (datetime(2026, month, day, tzinfo=UTC) for month in range(1, 13) for day in (1, 15, 28))
    return tuple(info.utcoffset(day.astimezone(info)) for day in days)


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
