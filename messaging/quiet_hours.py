"""Decent hours: when a message may reach somebody, wherever they may live.

A company's own hours are cut by the hours of every candidate state, read on the clock of every
candidate zone; holidays close the day. What is left is open at all of these places at once.
Windows are half open: from the opening instant, until before the closing one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays

from arbook.places import Place, zone_name
from arbook.states import PROVINCES
from customers.models import Channel
from messaging.hours_by_state import hours_of

SEARCH_DAYS = 21
LONGEST_VALIDITY = 36_000
"""Seconds, Twilio's upper limit for ValidityPeriod."""

Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class HoursPolicy:
    """A company's own decent hours, in the customer's local time."""

    opens: time = time(9)
    closes: time = time(19, 30)
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Days that are open at all, Monday 0. Saturday and Sunday have their own hours below."""
    weekend_opens: time = time(10)
    weekend_closes: time = time(17)
    open_on_federal_holidays: bool = False
    follows_state_hours: bool = True
    """Off only for mail, which the state rules do not speak of."""

    def __post_init__(self) -> None:
        if not set(self.weekdays) <= set(range(7)):
            raise ValueError("Weekdays are numbers from 0, Monday, to 6, Sunday.")
        if self.opens >= self.closes or self.weekend_opens >= self.weekend_closes:
            raise ValueError("Opening time must come before closing time.")

    def hours_on(self, day: date) -> tuple[time, time] | None:
        if day.weekday() not in self.weekdays:
            return None
        if day.weekday() >= 5:
            return self.weekend_opens, self.weekend_closes
        return self.opens, self.closes


TEXT_HOURS = HoursPolicy()
EMAIL_HOURS = HoursPolicy(opens=time(7), closes=time(20), follows_state_hours=False)


class KeepsHours(Protocol):
    """A company, or its facts: from when until when its texts leave."""

    sends_from: time
    sends_until: time


def policy_of(company: KeepsHours, channel: str) -> HoursPolicy:
    """The company's own hours for texts; mail has wider ones, the same for all."""
    if channel == Channel.EMAIL:
        return EMAIL_HOURS
    return HoursPolicy(opens=as_time(company.sends_from), closes=as_time(company.sends_until))


def as_time(value: time | str) -> time:
    """A row that was created in this process still has the text its default was written as."""
    return time.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Moment:
    """When a message may leave, in UTC; None when no decent hour was found."""

    at: datetime | None
    zone: str
    """The candidate zone whose clock decides."""
    sentence: str


def windows(day: date, place: Place, policy: HoursPolicy = TEXT_HOURS) -> list[Window]:
    """The open windows, aware UTC, that begin on this date of the place's first zone."""
    return list(_windows(day, place, policy))


def next_moment(now: datetime, place: Place, policy: HoursPolicy = TEXT_HOURS) -> Moment:
    """The first decent instant from `now` on: `now` itself when open."""
    for starts_at, ends_at in _upcoming(now, place, policy):
        if starts_at <= now:
            zone = _zone_of(ends_at, place, policy, edge=1)
            until = ends_at.astimezone(ZoneInfo(zone))
            return Moment(now, zone, f"may leave until {until:%H:%M} in {place.label_of(zone)}")
        zone = _zone_of(starts_at, place, policy, edge=0)
        return Moment(starts_at, zone, _held_until(starts_at, now, place, zone))
    zones = ", ".join(zone_name(zone) for zone in place.zones)
    return Moment(
        None,
        place.zones[0],
        f"no decent hour in the next {SEARCH_DAYS} days that suits every clock of "
        f"{place.label} ({zones}); a person has to settle where this contact lives",
    )


def is_open(now: datetime, place: Place, policy: HoursPolicy = TEXT_HOURS) -> bool:
    return closes_at(now, place, policy) is not None


def closes_at(now: datetime, place: Place, policy: HoursPolicy = TEXT_HOURS) -> datetime | None:
    """When the window that is open at `now` ends, in UTC; None when it is closed."""
    first = next(_upcoming(now, place, policy), None)
    return first[1] if first and first[0] <= now else None


def their_time(at: datetime, place: Place) -> str:
    """An instant on the recipient's own clock, and whose clock that is."""
    zone = place.zones[0]
    local = at.astimezone(ZoneInfo(zone))
    where = f"in {place.label}" if place.is_known else f"{zone_name(zone)} time"
    return f"{local:%a %H:%M} {where}"


def _upcoming(now: datetime, place: Place, policy: HoursPolicy) -> Iterable[Window]:
    today = now.astimezone(ZoneInfo(place.zones[0])).date()
    for ahead in range(-1, SEARCH_DAYS + 1):
        for window in _windows(today + timedelta(days=ahead), place, policy):
            if window[1] > now:
                yield window


@lru_cache(maxsize=20_000)
def _windows(day: date, place: Place, policy: HoursPolicy) -> tuple[Window, ...]:
    days = [day + timedelta(days=shift) for shift in (-1, 0, 1)]
    common: list[Window] | None = None
    for zone in place.zones:
        own = [window for each in days if (window := _in_zone(each, zone, place.states, policy))]
        common = own if common is None else _overlaps(common, own)
    first = ZoneInfo(place.zones[0])
    return tuple(window for window in common or () if window[0].astimezone(first).date() == day)


def _overlaps(some: list[Window], others: list[Window]) -> list[Window]:
    return sorted(
        (start, end)
        for start, end in (
            (max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others
        )
        if start < end
    )


def _in_zone(day: date, zone: str, states: tuple[str, ...], policy: HoursPolicy) -> Window | None:
    hours = _local_hours(day, states, policy)
    if hours is None:
        return None
    # A local time that happens twice, or not at all, on the night of a clock change opens at
    # the later reading and closes at the earlier one.
    opens = max(_instant(day, hours[0], zone, fold) for fold in (0, 1))
    closes = min(_instant(day, hours[1], zone, fold) for fold in (0, 1))
    return (opens, closes) if opens < closes else None


def _instant(day: date, at: time, zone: str, fold: int) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)


@lru_cache(maxsize=20_000)
def _local_hours(
    day: date, states: tuple[str, ...], policy: HoursPolicy
) -> tuple[time, time] | None:
    if not policy.open_on_federal_holidays and _is_national_holiday(day, states):
        return None
    allowed = [policy.hours_on(day)]
    if policy.follows_state_hours:
        # A place without a state, abroad for instance, still keeps the federal hours.
        for state in states or ("",):
            rule = hours_of(state, day)
            closed = rule.closed_on_state_holidays and day in _state_holidays(state, day.year)
            allowed.append(None if closed else rule.on(day))
    if any(hours is None for hours in allowed):
        return None
    opens, closes = max(hours[0] for hours in allowed), min(hours[1] for hours in allowed)
    return (opens, closes) if opens < closes else None


def _is_national_holiday(day: date, states: tuple[str, ...]) -> bool:
    if day in _federal_holidays(day.year):
        return True
    return any(state in PROVINCES for state in states) and day in _canadian_holidays(day.year)


@lru_cache(maxsize=50)
def _federal_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", years=year, observed=True))


@lru_cache(maxsize=50)
def _canadian_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CA", years=year, observed=True))


@lru_cache(maxsize=500)
def _state_holidays(state: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", subdiv=state, years=year, observed=True))


def _zone_of(instant: datetime, place: Place, policy: HoursPolicy, *, edge: int) -> str:
    """The zone whose own opening (edge 0) or closing (edge 1) is this instant."""
    for zone in place.zones:
        day = instant.astimezone(ZoneInfo(zone)).date()
        own = _in_zone(day, zone, place.states, policy)
        if own and own[edge] == instant:
            return zone
    return place.zones[0]


def _held_until(at: datetime, now: datetime, place: Place, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    far = local.date() - now.astimezone(ZoneInfo(zone)).date() > timedelta(days=6)
    day = f"{local:%a} {local:%b} {local.day}" if far else f"{local:%a}"
    sentence = f"held until {local:%H:%M} {day} in {place.label_of(zone)}"
    if place.disagrees:
        others = ", ".join(zone_name(other) for other in place.zones if other != zone)
        sentence += f", so that it is a decent hour by {others} time too"
    return sentence
