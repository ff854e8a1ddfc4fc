"""When each state lets a business text or call: dated rows, as read on 2026-11-20. No legal advice.

Hours are the recipient's local time. Most rows are rules for telephone solicitation; reminders
about an invoice arguably fall outside, but they are the narrowest reading and are kept as such.
States without a row follow the federal default. When a law changes, its new row is added with the
day from which it holds; the old row stays, so that what was decided then can still be understood,
and what is planned beyond that day already follows the new one. Change AS_OF with every reading.
"""

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

AS_OF = date(2026, 11, 20)
ALWAYS = date.min
"""Held before anything of ours was sent."""

Hours = tuple[time, time] | None
"""From (included) until (excluded); None when the whole day is closed."""


@dataclass(frozen=True)
class StateHours:
    weekday: Hours
    saturday: Hours
    sunday: Hours
    closed_on_state_holidays: bool = False
    source: str = ""
    is_verified: bool = True
    """False for a row that rests on one guide only."""

    def on(self, day: date) -> Hours:
        return {5: self.saturday, 6: self.sunday}.get(day.weekday(), self.weekday)


@dataclass(frozen=True)
class Row:
    """The hours of some states from a day on."""

    states: str
    since: date
    hours: StateHours


def _hours(opens: int, closes: int) -> Hours:
    return time(opens), time(closes)


def _daily(opens: int, closes: int, source: str) -> StateHours:
    hours = _hours(opens, closes)
    return StateHours(hours, hours, hours, source=source)


FEDERAL = _daily(8, 21, "47 CFR 64.1200(c)(1); 12 CFR 1006.6(b)")
ACT = "state telephone act"
NO_SUNDAYS = StateHours(_hours(8, 20), _hours(8, 20), None, source="no Sundays")
NO_HOLIDAYS = StateHours(_hours(8, 20), _hours(8, 20), None, True, "no Sundays, no holidays")

ROWS = (
    Row("FL OK MD NJ MA", ALWAYS, _daily(8, 20, ACT)),
    Row("WA", ALWAYS, _daily(8, 20, "RCW 19.158.040")),
    Row("AL LA", ALWAYS, NO_HOLIDAYS),
    Row("MS", ALWAYS, NO_SUNDAYS),
    Row("CT", date(2023, 10, 1), _daily(9, 20, "act of 2023")),
    Row("NV", ALWAYS, _daily(9, 20, ACT)),
    Row(
        "TX",
        date(2025, 9, 1),
        StateHours(_hours(9, 21), _hours(9, 21), _hours(12, 21), source="SB 140 of 2025"),
    ),
    Row(
        "RI",
        ALWAYS,
        StateHours(_hours(9, 18), _hours(10, 17), _hours(10, 17), source="weekends from one guide"),
    ),
    Row("KY", ALWAYS, _daily(10, 21, ACT)),
    Row("MI MN NM", ALWAYS, _daily(9, 21, ACT)),
    Row(
        "PA",
        ALWAYS,
        StateHours(
            _hours(8, 21), _hours(8, 12), _hours(8, 21), source="one guide only", is_verified=False
        ),
    ),
)


def hours_of(state: str, day: date) -> StateHours:
    """What holds in a state on a day: the newest row that is in force by then."""
    return in_force(ROWS, state, day)


@lru_cache(maxsize=50_000)
def in_force(rows: tuple[Row, ...], state: str, day: date) -> StateHours:
    """The same, in any table of rows."""
    mine = [row for row in rows if state in row.states.split() and row.since <= day]
    return max(mine, key=lambda row: row.since).hours if mine else FEDERAL
