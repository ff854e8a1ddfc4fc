"""Decent hours over every state and clock, both clock changes, ported numbers, missing addresses.

What is open is worked out here once more, instant by instant and the plain way: on the clock of
every place the customer may live at, by the rows below. The product must never be more generous.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbook import area_codes
from arbook.places import locate
from arbook.states import CONTINENTAL_STATES, CONTINENTAL_ZONES, NAMES, STATE_ZONES, TERRITORIES
from messaging import quiet_hours
from messaging.hours_by_state import ALWAYS, FEDERAL, ROWS, Row, hours_of, in_force
from messaging.quiet_hours import TEXT_HOURS, HoursPolicy

EVERY_STATE = sorted({**NAMES, **TERRITORIES})
# Weekday, Saturday, Sunday: from and until; nothing is closed.
HOURS = dict.fromkeys(EVERY_STATE, ((8, 21), (8, 21), (8, 21)))
HOURS |= dict.fromkeys(("FL", "OK", "MD", "NJ", "MA", "WA"), ((8, 20),) * 3)
HOURS |= dict.fromkeys(("AL", "LA", "MS"), ((8, 20), (8, 20), None))
HOURS |= dict.fromkeys(("CT", "NV"), ((9, 20),) * 3)
HOURS |= {"TX": ((9, 21), (9, 21), (12, 21)), "RI": ((9, 18), (10, 17), (10, 17))}
HOURS |= {"KY": ((10, 21),) * 3, "PA": ((8, 21), (8, 12), (8, 21))}
HOURS |= dict.fromkeys(("MI", "MN", "NM"), ((9, 21),) * 3)

# The two that also close on the state's own holidays.
HOLIDAYS = {
    state: holidays.country_holidays("US", subdiv=state, years=[2026, 2027])
    for state in ("AL", "LA")
}
# All seven days open at the company, so that the state's own row is what shows.
ALL_WEEK = HoursPolicy(weekdays=tuple(range(7)))
OWN = {False: (time(9), time(19, 30)), True: (time(10), time(17))}

SPRING, AUTUMN = date(2027, 3, 14), date(2026, 11, 1)
AROUND = [day + timedelta(days=near) for day in (SPRING, AUTUMN) for near in (-1, 0, 1)]
EAST, WEST, GUAM = "+12125550142", "+13105550142", "+16715550142"


def is_decent(now: datetime, states, zones, policy: HoursPolicy) -> bool:
    """The plain way: everybody's clock and every state must allow this instant."""
    for zone in zones:
        local = now.astimezone(ZoneInfo(zone))
        opens, closes = OWN[local.weekday() >= 5]
        if local.weekday() not in policy.weekdays or not opens <= local.time() < closes:
            return False
        for state in states or EVERY_STATE[:0]:
            hours = HOURS[state][max(0, local.weekday() - 4)]
            if hours is None or not hours[0] <= local.hour < hours[1]:
                return False
            if local.date() in HOLIDAYS.get(state, ()):
                return False
    return True


def candidates(state: str, number: str) -> tuple[set[str], set[str]]:
    """Every state and clock the customer may live by, from the tables alone."""
    states, zones = {state}, set(STATE_ZONES[state])
    if number:
        other = {EAST: "NY", WEST: "CA", GUAM: "GU"}[number]
        states, zones = states | {other}, zones | set(STATE_ZONES[other])
    return states, zones


@pytest.mark.parametrize("number", ["", EAST, WEST, GUAM], ids=["own", "NY", "CA", "GU"])
@pytest.mark.parametrize("state", EVERY_STATE)
def test_no_state_clock_or_ported_number_is_texted_at_an_hour_that_is_wrong_for_any(state, number):
    place = locate(state=state, number=number)
    states, zones = candidates(state, number)

    for day in AROUND:
        start = datetime.combine(day, time(0), UTC)
        found = [
            window
            for shift in (-1, 0, 1)
            for window in quiet_hours.windows(day + timedelta(days=shift), place, ALL_WEEK)
        ]
        for half_hour in range(48):
            now = start + timedelta(minutes=30 * half_hour)
            is_open = any(begins <= now < ends for begins, ends in found)
            assert is_open == is_decent(now, states, zones, ALL_WEEK), (state, number, now)


@pytest.mark.parametrize("day", AROUND)
def test_a_missing_address_keeps_to_what_is_decent_everywhere_on_the_continent(day):
    for number in ("", "+18005550142"):
        place = locate(number=number)
        for half_hour in range(48):
            now = datetime.combine(day, time(0), UTC) + timedelta(minutes=30 * half_hour)
            assert quiet_hours.is_open(now, place, ALL_WEEK) == is_decent(
                now, CONTINENTAL_STATES, CONTINENTAL_ZONES, ALL_WEEK
            )


@pytest.mark.parametrize(
    ("postal_code", "zone"),
    [
        ("47906", "America/New_York"),
        ("46324", "America/Chicago"),
        ("79901", "America/Denver"),
        ("79101", "America/Chicago"),
        ("37402", "America/New_York"),
        ("37201", "America/Chicago"),
        ("83814", "America/Los_Angeles"),
        ("83702", "America/Denver"),
        ("32501", "America/Chicago"),
        ("33101", "America/New_York"),
        ("86515", "America/Denver"),
        ("85001", "America/Phoenix"),
    ],
)
def test_a_postal_code_settles_the_clock_of_a_state_that_has_two(postal_code, zone):
    place = locate(postal_code=postal_code)

    assert place.zones == (zone,)


def test_the_customers_own_clock_is_named_while_a_text_is_held():
    evening = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Monday, eight in the evening in New York

    phoenix = quiet_hours.next_moment(evening, locate(postal_code="85001", city="Phoenix"))
    both = quiet_hours.next_moment(evening, locate(postal_code="10001", number=WEST))

    assert phoenix.at == evening  # six in the evening there
    assert both.sentence == (
        "held until 09:00 Tue in area code 310 (Los Angeles time), "
        "so that it is a decent hour by New York time too"
    )


def test_an_hour_is_told_on_the_customers_clock_wherever_the_company_sits():
    at = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)

    assert quiet_hours.their_time(at, locate(postal_code="90001", city="Los Angeles")) == (
        "Mon 09:00 in Los Angeles, CA"
    )
    assert quiet_hours.their_time(at, locate()) == "Mon 12:00 New York time"


# --- The table of laws ----------------------------------------------------------------------------


def test_a_new_law_holds_from_its_day_and_the_old_one_until_then():
    changed = date(2027, 7, 1)
    rows = (*ROWS, Row("OH TX", changed, FEDERAL))

    before, after = changed - timedelta(days=1), changed
    assert in_force(rows, "TX", before) is hours_of("TX", before) is not FEDERAL
    assert in_force(rows, "TX", after) is FEDERAL
    assert in_force(rows, "CT", after) is hours_of("CT", after)


def test_before_its_act_connecticut_kept_the_federal_hours():
    assert hours_of("CT", date(2023, 9, 30)) is FEDERAL
    assert hours_of("CT", date(2023, 10, 1)).weekday == (time(9), time(20))


def test_no_state_has_two_rows_from_one_day():
    keys = [(state, row.since) for row in ROWS for state in row.states.split()]

    assert len(keys) == len(set(keys))
    assert {state for state, _ in keys} <= set(EVERY_STATE)
    assert all(row.since == ALWAYS or row.since.year > 2000 for row in ROWS)


# --- The property ---------------------------------------------------------------------------------

NUMBERS = ["", *(f"+1{code}5550142" for code in sorted(area_codes.STATES_BY_CODE))]


@settings(max_examples=150, deadline=None)
@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC)),
    postal_code=st.one_of(st.just(""), st.integers(501, 99950).map("{:05}".format)),
    state=st.sampled_from(["", *EVERY_STATE]),
    number=st.sampled_from(NUMBERS),
    policy=st.sampled_from([TEXT_HOURS, ALL_WEEK]),
)
def test_neither_a_send_nor_its_latest_delivery_falls_outside_the_window_of_any_candidate(
    now, postal_code, state, number, policy
):
    place = locate(postal_code=postal_code, state=state, number=number)

    moment = quiet_hours.next_moment(now, place, policy)

    if moment.at is None:
        return
    assert moment.at >= now
    closes_at = quiet_hours.closes_at(moment.at, place, policy)
    for instant in (moment.at, closes_at - timedelta(seconds=1)):
        for zone in place.zones:
            local = instant.astimezone(ZoneInfo(zone))
            for candidate in place.states or ("",):
                hours = hours_of(candidate, local.date()).on(local.date())
                assert hours is not None
                assert hours[0] <= local.time() < hours[1]
            opens, closes = policy.hours_on(local.date())
            assert opens <= local.time() < closes
