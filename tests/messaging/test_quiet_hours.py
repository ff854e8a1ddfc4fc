from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbook.places import Place, locate
from arbook.states import NAMES, STATE_ZONES, TERRITORIES
from messaging.hours_by_state import hours_of
from messaging.quiet_hours import (
    EMAIL_HOURS,
    TEXT_HOURS,
    HoursPolicy,
    closes_at,
    is_open,
    next_moment,
    windows,
)

EVERY_STATE = sorted({**NAMES, **TERRITORIES})
EASTERN, CENTRAL, PACIFIC = "America/New_York", "America/Chicago", "America/Los_Angeles"
WIDE = HoursPolicy(
    opens=time(0),
    closes=time(23, 59),
    weekdays=tuple(range(7)),
    weekend_opens=time(0),
    weekend_closes=time(23, 59),
    open_on_federal_holidays=True,
)
WITH_SATURDAY = HoursPolicy(weekdays=(0, 1, 2, 3, 4, 5))


def at(zone, *when):
    return datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(window, zone):
    start, end = (instant.astimezone(ZoneInfo(zone)) for instant in window)
    return f"{start:%H:%M}-{end:%H:%M}"


def hours(state, day, policy=WIDE):
    """The windows of a state that keeps one clock, as local text."""
    zone = STATE_ZONES[state][0]
    place = Place((state,), (zone,), locate(state=state).sources)
    return [local(window, zone) for window in windows(day, place, policy)]


SATURDAY, SUNDAY, MONDAY = date(2026, 8, 1), date(2026, 8, 2), date(2026, 8, 3)
DEFAULT = ("08:00-21:00", "08:00-21:00", "08:00-21:00")
TABLE = {
    **dict.fromkeys(("FL", "OK", "MD", "NJ", "MA", "WA"), ("08:00-20:00",) * 3),
    **dict.fromkeys(("AL", "LA", "MS"), ("08:00-20:00", "08:00-20:00", None)),
    **dict.fromkeys(("CT", "NV"), ("09:00-20:00",) * 3),
    "TX": ("09:00-21:00", "09:00-21:00", "12:00-21:00"),
    "RI": ("09:00-18:00", "10:00-17:00", "10:00-17:00"),
    "KY": ("10:00-21:00",) * 3,
    **dict.fromkeys(("MI", "MN", "NM"), ("09:00-21:00",) * 3),
    "PA": ("08:00-21:00", "08:00-12:00", "08:00-21:00"),
}


@pytest.mark.parametrize("state", EVERY_STATE)
def test_the_widest_policy_is_cut_to_the_hours_of_the_state(state):
    expected = TABLE.get(state, DEFAULT)

    for day, window in zip((MONDAY, SATURDAY, SUNDAY), expected, strict=True):
        assert hours(state, day) == ([window] if window else [])


@pytest.mark.parametrize("state", EVERY_STATE)
def test_the_product_default_holds_in_every_state(state):
    expected = {"KY": "10:00-19:30", "RI": "09:00-18:00"}.get(state, "09:00-19:30")

    assert hours(state, MONDAY, TEXT_HOURS) == [expected]
    assert hours(state, SATURDAY, TEXT_HOURS) == []
    assert hours(state, SUNDAY, TEXT_HOURS) == []


@pytest.mark.parametrize(
    ("state", "saturday"), [("NY", "10:00-17:00"), ("PA", "10:00-12:00"), ("RI", "10:00-17:00")]
)
def test_a_company_may_open_saturdays(state, saturday):
    assert hours(state, SATURDAY, WITH_SATURDAY) == [saturday]


@pytest.mark.parametrize("state", EVERY_STATE)
@pytest.mark.parametrize(
    ("day", "utc_shift"),
    [(date(2026, 3, 6), 0), (date(2026, 3, 9), 1), (date(2026, 10, 30), 1), (date(2026, 11, 2), 0)],
)
def test_nine_stays_nine_on_both_sides_of_the_clock_changes(state, day, utc_shift):
    moves = not {"AZ", "HI", *TERRITORIES} & {state}
    zone = STATE_ZONES[state][0]
    winter = datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).utcoffset()
    place = Place((state,), (zone,), locate(state=state).sources)

    [(start, _)] = windows(day, place)

    opens = 10 if state == "KY" else 9
    wanted = datetime.combine(day, time(opens), UTC) - winter
    assert start == wanted - timedelta(hours=utc_shift if moves else 0)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_time_that_the_clock_change_skips_or_repeats_is_read_the_narrow_way(day):
    policy = HoursPolicy(
        weekdays=(6,),
        weekend_opens=time(1, 30),
        weekend_closes=time(2, 30),
        follows_state_hours=False,
    )
    found = windows(day, locate(postal_code="06103"), policy)

    for start, end in found:
        assert end - start <= timedelta(hours=1)
    if day.month == 3:
        assert found == []


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
        date(2027, 12, 31),
    ],
)
def test_federal_holidays_are_closed_also_when_observed_on_another_day(day):
    assert hours("CT", day, TEXT_HOURS) == []


def test_state_holidays_close_alabama_and_louisiana_only():
    assert hours("AL", date(2026, 4, 27), TEXT_HOURS) == []
    assert hours("LA", date(2026, 2, 17), TEXT_HOURS) == []
    assert hours("GA", date(2026, 4, 27), TEXT_HOURS) != []


def test_canadian_holidays_are_kept_for_canadians():
    assert windows(date(2026, 7, 1), locate(postal_code="M5V 1A1")) == []
    assert windows(date(2026, 7, 1), locate(postal_code="14201")) != []


def test_a_text_is_held_until_nine_in_hartford():
    moment = next_moment(at(EASTERN, 2026, 11, 24, 6, 30), locate(postal_code="06103"))

    assert moment.at == at(EASTERN, 2026, 11, 24, 9)
    assert moment.zone == EASTERN
    assert moment.sentence == "held until 09:00 Tue in Hartford, CT"


def test_friday_evening_waits_for_monday_and_thanksgiving_for_friday():
    hartford = locate(postal_code="06103")

    assert next_moment(at(EASTERN, 2026, 11, 20, 19, 30), hartford).at == at(
        EASTERN, 2026, 11, 23, 9
    )
    assert next_moment(at(EASTERN, 2026, 11, 26, 10), hartford).at == at(EASTERN, 2026, 11, 27, 9)


def test_an_open_moment_is_now_and_says_until_when():
    now = at(EASTERN, 2026, 11, 23, 12)
    moment = next_moment(now, locate(state="RI"))

    assert moment.at == now
    assert moment.sentence == "may leave until 18:00 in Rhode Island (New York time)"


def test_a_ported_number_waits_until_it_is_decent_on_both_coasts():
    place = locate(postal_code="10001", number="+13105550100")
    [window] = windows(date(2026, 11, 23), place)
    moment = next_moment(at(EASTERN, 2026, 11, 23, 9), place)

    assert local(window, EASTERN) == "12:00-19:30"
    assert moment.at == at(PACIFIC, 2026, 11, 23, 9)
    assert moment.sentence == (
        "held until 09:00 Mon in area code 310 (Los Angeles time), "
        "so that it is a decent hour by New York time too"
    )


def test_an_unknown_place_keeps_the_narrowest_hours_of_the_continent():
    [window] = windows(date(2026, 11, 23), locate())

    assert local(window, EASTERN) == "13:00-18:00"
    assert "place unknown" in next_moment(at(EASTERN, 2026, 11, 23, 9), locate()).sentence


def test_places_on_two_sides_of_the_date_line_meet_across_midnight():
    place = locate(postal_code="90001", number="+16715550100")

    [(start, end)] = windows(date(2026, 11, 23), place)

    assert start == at("Pacific/Guam", 2026, 11, 24, 9)
    assert end == at(PACIFIC, 2026, 11, 23, 19, 30)


def test_clocks_that_never_meet_give_no_moment_and_say_so():
    place = locate(postal_code="02903", number="+16715550100")
    moment = next_moment(at(EASTERN, 2026, 11, 23, 12), place)

    assert moment.at is None
    assert moment.sentence.startswith("no decent hour in the next 21 days")
    assert not is_open(at(EASTERN, 2026, 11, 23, 12), place)


def test_a_policy_without_days_gives_no_moment():
    assert next_moment(datetime.now(UTC), locate(), HoursPolicy(weekdays=())).at is None


def test_a_broken_policy_is_refused():
    for wrong in ({"opens": time(20)}, {"weekdays": (7,)}, {"weekend_closes": time(9)}):
        with pytest.raises(ValueError):
            HoursPolicy(**wrong)


def test_closing_bounds_how_long_the_carrier_may_hold_a_text():
    hartford = locate(postal_code="06103")

    assert closes_at(at(EASTERN, 2026, 11, 23, 19), hartford) == at(EASTERN, 2026, 11, 23, 19, 30)
    assert closes_at(at(EASTERN, 2026, 11, 23, 19, 30), hartford) is None
    assert is_open(at(EASTERN, 2026, 11, 23, 9), hartford)
    assert not is_open(at(EASTERN, 2026, 11, 23, 19, 30), hartford)
    assert not is_open(at(EASTERN, 2026, 11, 23, 8, 59), hartford)


def test_mail_hours_are_wider_and_know_no_state_rules():
    kentucky = locate(postal_code="40202")

    assert not is_open(at(EASTERN, 2026, 11, 23, 7, 30), kentucky)
    assert is_open(at(EASTERN, 2026, 11, 23, 7, 30), kentucky, EMAIL_HOURS)
    assert not is_open(at(EASTERN, 2026, 11, 26, 12), kentucky, EMAIL_HOURS)


POSTAL_CODES = ["", "06103", "10001", "90001", "40202", "02903", "35203", "77001", "96813", "99501"]
NUMBERS = ["", "+13105550100", "+12125550100", "+18125550100", "+18005550100", "+16715550100"]


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
    postal_code=st.sampled_from(POSTAL_CODES),
    state=st.sampled_from(["", *EVERY_STATE]),
    number=st.sampled_from(NUMBERS),
    policy=st.sampled_from([TEXT_HOURS, WITH_SATURDAY, WIDE]),
)
def test_no_moment_lies_outside_the_window_of_any_candidate(
    now, postal_code, state, number, policy
):
    place = locate(postal_code=postal_code, state=state, number=number)

    moment = next_moment(now, place, policy)

    if moment.at is None:
        return
    ends_at = closes_at(moment.at, place, policy)
    assert moment.at >= now
    assert moment.at < ends_at
    for zone in place.zones:
        clock = ZoneInfo(zone)
        start, end = moment.at.astimezone(clock), ends_at.astimezone(clock)
        assert start.date() == end.date()
        laws = [hours_of(state, start.date()).on(start) for state in place.states]
        for own in [policy.hours_on(start.date()), *laws]:
            assert own is not None
            assert own[0] <= start.time()
            assert end.time() <= own[1]
