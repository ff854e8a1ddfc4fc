"""When each state lets a business text or call, as of 2026-11-20. Data, not legal advice.

Hours are the recipient's local time. Most rows are rules for telephone solicitation; reminders
about an invoice arguably fall outside, but they are the narrowest reading and are kept as such.
States without a row follow the federal default. Change a row together with AS_OF.
"""

from dataclasses import dataclass
from datetime import date, time

AS_OF = date(2026, 11, 20)

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


def _hours(opens: int, closes: int) -> Hours:
    return time(opens), time(closes)


def _daily(opens: int, closes: int, source: str) -> StateHours:
    hours = _hours(opens, closes)
    return StateHours(hours, hours, hours, source=source)


FEDERAL = _daily(8, 21, "47 CFR 64.1200(c)(1); 12 CFR 1006.6(b)")

BY_STATE = {
    **{state: _daily(8, 20, "state telephone act") for state in ("FL", "OK", "MD", "NJ", "MA")},
    "WA": _daily(8, 20, "RCW 19.158.040"),
    "AL": StateHours(_hours(8, 20), _hours(8, 20), None, True, "no Sundays, no holidays"),
    "LA": StateHours(_hours(8, 20), _hours(8, 20), None, True, "no Sundays, no holidays"),
    "MS": StateHours(_hours(8, 20), _hours(8, 20), None, source="no Sundays"),
    "CT": _daily(9, 20, "act of 2023"),
    "NV": _daily(9, 20, "state telephone act"),
    "TX": StateHours(_hours(9, 21), _hours(9, 21), _hours(12, 21), source="SB 140 of 2025"),
    "RI": StateHours(
        _hours(9, 18), _hours(10, 17), _hours(10, 17), source="weekends from one guide"
    ),
    "KY": _daily(10, 21, "state telephone act"),
    **{state: _daily(9, 21, "state telephone act") for state in ("MI", "MN", "NM")},
    "PA": StateHours(
        _hours(8, 21), _hours(8, 12), _hours(8, 21), source="one guide only", is_verified=False
    ),
}


def hours_of(state: str) -> StateHours:
    return BY_STATE.get(state, FEDERAL)
