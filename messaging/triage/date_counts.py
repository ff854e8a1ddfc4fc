"""How each way to write a day is counted from the day of receipt; see `date_rules`."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from messaging.triage import calendar_days
from messaging.triage.words_dates import HOLIDAYS, NEXT, month_of, value_of, weekday_of

Reader = Callable[[re.Match, date], date | None]


def slashed(match: re.Match, received: date) -> date | None:
    month, day, year = int(match["m"]), int(match["d"]), match["y"]
    if match[0] in {"1/2", "10-4", "24/7"}:
        return None  # one half; understood; always
    if month > 12 >= day:
        month, day = day, month
    return calendar_days.calendar_day(year, month, day, received)


def named_day(match: re.Match, received: date) -> date | None:
    return calendar_days.calendar_day(
        match["y"], month_of(match["month"]), int(match["d"]), received
    )


_COUNTED = re.compile(r"\b(?:second|third|fourth|last|2nd|3rd|4th) $")
_NOT_A_DAY = re.compile(
    r"\s+(?:through|down|there|here|with|in|on (?:it|my|the|this|hold)|around|for an?)\b"
)


def weekday(match: re.Match, received: date) -> date | None:
    if match["day"] in {"sat", "sun", "mon"} and _NOT_A_DAY.match(match.string, match.end("day")):
        return None
    counted = _COUNTED.search(match.string, 0, match.start())
    if counted:
        return None
    weekday = weekday_of(match["day"])
    modifier = match["before"] or ""
    if modifier.startswith(("last", "this past", "past")) or match["past"]:
        return None
    if re.match(NEXT, modifier) or match["after"]:
        return calendar_days.week_after(weekday, received)
    return calendar_days.next_weekday(weekday, received)


def span(match: re.Match, received: date) -> date | None:
    number, unit = value_of(match["n"]), match["unit"]
    if unit.startswith(("business", "working")):
        day = received
        while number:
            day += timedelta(days=1)
            number -= day.weekday() < 5
        return day
    if unit.startswith(("m", "me")):
        return calendar_days.months_on(received, number)
    return received + timedelta(days=number * (7 if unit.startswith(("w", "s")) else 1))


def week_from(match: re.Match, received: date) -> date | None:
    start = match["start"]
    days = {"today": 0, "now": 0, "tomorrow": 1, "hoy": 0, "manana": 1}.get(start)
    first = (
        received + timedelta(days=days)
        if days is not None
        else calendar_days.next_weekday(weekday_of(start), received)
    )
    return first + timedelta(weeks=value_of(match["n"] or "1"))


def end_of_named(match: re.Match, received: date) -> date | None:
    first = calendar_days.calendar_day(None, month_of(match["month"]), 1, received.replace(day=1))
    return calendar_days.month_end(first) if first else None


def middle(match: re.Match, received: date) -> date | None:
    if match["month"]:
        return calendar_days.calendar_day(None, month_of(match["month"]), 15, received)
    return calendar_days.day_of_month(15, received)


def of_next_month(match: re.Match, received: date) -> date | None:
    return calendar_days.month_end(received, 1).replace(
        day=1 if match["first"] else int(match["d"])
    )


_WHICH = {
    **dict.fromkeys(("first", "primer", "1st"), 0),
    **dict.fromkeys(("second", "segundo", "2nd"), 1),
    **dict.fromkeys(("third", "tercer", "3rd"), 2),
}


def counted_day(match: re.Match, received: date) -> date | None:
    """The first Friday of June; of this month while it is to come, else of the next."""
    weekday = weekday_of(match["day"])
    month = received.replace(day=1)
    if match["month"]:
        month = calendar_days.calendar_day(None, month_of(match["month"]), 1, month)
    elif match["next"]:
        month = calendar_days.month_end(received, 0) + timedelta(days=1)
    for start in (month, calendar_days.month_end(month) + timedelta(days=1)):
        if match["o"] in _WHICH:
            day = start + timedelta(days=(weekday - start.weekday()) % 7)
            day += timedelta(weeks=_WHICH[match["o"]])
        else:
            day = calendar_days.month_end(start)
            day -= timedelta(days=(day.weekday() - weekday) % 7)
        if day >= received or match["month"] or match["next"]:
            return day
    return None


_ONLY_AS_A_DAY = ("labor", "memorial", "veteran", "turkey", "independence")
_BESIDE = re.compile(r"\bday (?:befor|before|(?P<after>after)) (?:the )?$")
_AROUND = re.compile(
    r"\b(?:after|before|around|over|since|past|last|happy|merry|feliz|almost|despues de|its"
    r"|it's) (?:the )?$"
)


def holiday(match: re.Match, received: date) -> date | None:
    """A holiday by its name. What comes after one ("after Thanksgiving") is no day."""
    said = match[0]
    if said.startswith(_ONLY_AS_A_DAY) and not said.endswith("day"):
        return None
    beside = _BESIDE.search(match.string, 0, match.start())
    if beside is None and _AROUND.search(match.string, 0, match.start()):
        return None
    day = _holiday(said, received)
    if day is None or beside is None:
        return day
    return day + timedelta(days=1 if beside["after"] else -1)


def _holiday(said: str, received: date) -> date | None:
    when = next(when for name, when in HOLIDAYS.items() if re.match(name, said))
    if len(when) == 2:
        day = calendar_days.calendar_day(None, *when, received)
        return day - timedelta(days=1) if day and said.endswith("eve") else day
    month, weekday, count = when
    for year in (received.year, received.year + 1):
        day = _counted(date(year, month, 1), weekday, count)
        if day >= received:
            return day
    return None


def _counted(first: date, weekday: int, count: int) -> date:
    if count < 0:
        last = calendar_days.month_end(first)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=count - 1)
