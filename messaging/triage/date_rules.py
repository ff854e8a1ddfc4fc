"""The ways to write a day, each with how it is counted from the day of receipt."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from messaging.triage import calendar_days
from messaging.triage.words_dates import (
    DAY,
    ENDING,
    MONTH,
    NEXT,
    NUMBER,
    NUMERAL,
    NUMERALS,
    ORDINAL,
    ORDINALS,
    UNIT,
    month_of,
    value_of,
    weekday_of,
)

Reader = Callable[[re.Match, date], date | None]


def _slashed(match: re.Match, received: date) -> date | None:
    month, day, year = int(match["m"]), int(match["d"]), match["y"]
    if match[0] in {"1/2", "10-4", "24/7"}:
        return None  # one half; understood; always
    if month > 12 >= day:
        month, day = day, month
    return calendar_days.calendar_day(year, month, day, received)


def _named_day(match: re.Match, received: date) -> date | None:
    return calendar_days.calendar_day(
        match["y"], month_of(match["month"]), int(match["d"]), received
    )


_COUNTED = re.compile(r"\b(?:second|third|fourth|last|2nd|3rd|4th) $")
_NOT_A_DAY = re.compile(
    r"\s+(?:through|down|there|here|with|in|on (?:it|my|the|this|hold)|around|for an?)\b"
)


def _weekday(match: re.Match, received: date) -> date | None:
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


def _span(match: re.Match, received: date) -> date | None:
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


def _week_from(match: re.Match, received: date) -> date | None:
    start = match["start"]
    days = {"today": 0, "now": 0, "tomorrow": 1, "hoy": 0, "manana": 1}.get(start)
    first = (
        received + timedelta(days=days)
        if days is not None
        else calendar_days.next_weekday(weekday_of(start), received)
    )
    return first + timedelta(weeks=value_of(match["n"] or "1"))


def _end_of_named(match: re.Match, received: date) -> date | None:
    first = calendar_days.calendar_day(None, month_of(match["month"]), 1, received.replace(day=1))
    return calendar_days.month_end(first) if first else None


def _middle(match: re.Match, received: date) -> date | None:
    if match["month"]:
        return calendar_days.calendar_day(None, month_of(match["month"]), 15, received)
    return calendar_days.day_of_month(15, received)


def _of_next_month(match: re.Match, received: date) -> date | None:
    return calendar_days.month_end(received, 1).replace(
        day=1 if match["first"] else int(match["d"])
    )


_WHICH = {
    **dict.fromkeys(("first", "primer", "1st"), 0),
    **dict.fromkeys(("second", "segundo", "2nd"), 1),
    **dict.fromkeys(("third", "tercer", "3rd"), 2),
}


def _counted_day(match: re.Match, received: date) -> date | None:
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


def _rule(kind: str, pattern: str, reader: Reader) -> tuple[str, re.Pattern, Reader]:
    return kind, re.compile(rf"(?<![\w$])(?:{pattern})(?!\w)"), reader


YEAR = r"(?:\s*,?\s*(?:de(?:l)?\s+)?(?P<y>20\d\d))?"
RULES = [
    _rule("date", r"(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})", _slashed),
    _rule(
        "date",
        r"(?<![/.-])(?P<m>\d{1,2})(?P<s>[/-])(?P<d>\d{1,2})(?:(?P=s)(?P<y>20\d\d"
        r"|\d\d))?(?![/%]|-\d)",
        _slashed,
    ),
    _rule(
        "date",
        rf"(?:{DAY},?\s+(?:the\s+)?)?(?P<month>{MONTH})\.?\s+(?:the\s+)?"
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,]*\d|\s*(?:dollars|bucks)){YEAR}",
        _named_day,
    ),
    _rule(
        "date",
        rf"(?:{DAY},?\s+)?(?:the\s+|el\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+|de\s+)?"
        rf"(?P<month>{MONTH})\b{YEAR}",
        _named_day,
    ),
    _rule(
        "date",
        r"(?:the\s+|el\s+)?(?:(?P<first>first|primero)|(?P<d>\d{1,2})(?:st|nd|rd|th)?)\s+"
        r"(?:of\s+|de\s+|del\s+)(?:next month|proximo mes|mes que viene|mes siguiente)",
        _of_next_month,
    ),
    _rule("end", rf"{ENDING} (?:of|de|del) (?P<month>{MONTH})", _end_of_named),
    _rule(
        "end",
        rf"{ENDING} (?:of |del? )?(?:next month|proximo mes|mes que viene)",
        lambda match, received: calendar_days.month_end(received, 1),
    ),
    _rule(
        "end",
        rf"eom|before the month(?:'s| is)? (?:out|over|up|ends?)|(?:el )?dia ultimo|ultimo dia"
        rf" del mes|{ENDING} (?:of |del? )?(?:the |this |este )?(?:month|mes)|months?'?s?[- ]end",
        lambda match, received: calendar_days.month_end(received),
    ),
    _rule(
        "end",
        rf"{ENDING} (?:of |del? )?(?:la )?(?:next week|proxima semana|semana que viene)",
        lambda match, received: calendar_days.week_after(4, received),
    ),
    _rule(
        "end",
        r"eow|end of (?:the |this )?(?:work ?)?week|final(?:es)? de (?:la|esta) semana",
        lambda match, received: calendar_days.friday(received),
    ),
    _rule(
        "end",
        r"(?:end of|fin de|final de) (?:the |this )?(?:year|ano)",
        lambda match, received: date(received.year, 12, 31),
    ),
    _rule("middle", rf"(?:mid|middle)[- ]?(?:of )?(?:the )?(?:(?P<month>{MONTH})|month)", _middle),
    _rule(
        "weekend",
        r"(?:right )?after the weekend|(?:despues|pasando) (?:d?el )?(?:fin de semana|finde)",
        lambda match, received: calendar_days.sunday(received) + timedelta(days=1),
    ),
    _rule(
        "weekend",
        r"next weekend|(?:el )?proximo fin de semana",
        lambda match, received: calendar_days.sunday(received) + timedelta(days=7),
    ),
    _rule(
        "weekend",
        r"weekend|fin de semana|finde",
        lambda match, received: calendar_days.sunday(received),
    ),
    _rule(
        "span",
        rf"(?:(?P<n>{NUMBER})\s+)?(?:weeks?|semanas?)\s+(?:from|after|a partir de)\s+(?:this\s+)?"
        rf"(?P<start>today|now|tomorrow|hoy|manana|{DAY})",
        _week_from,
    ),
    _rule(
        "span",
        rf"(?P<n>{NUMBER})\s+(?:more |mas )?(?P<unit>{UNIT})\s+(?:from (?:now|today)"
        rf"|a partir de hoy)",
        _span,
    ),
    _rule(
        "weekday",
        rf"(?P<day>{DAY}) after next",
        lambda match, received: (
            calendar_days.week_after(weekday_of(match["day"]), received) + timedelta(weeks=1)
        ),
    ),
    _rule(
        "span",
        r"de hoy en (?P<n>ocho|quince)",
        lambda match, received: received + timedelta(days=7 if match["n"] == "ocho" else 15),
    ),
    _rule(
        "date",
        rf"(?:the |el )?(?P<o>first|primer|1st|second|segundo|2nd|third|tercer|3rd|last|ultimo)"
        rf" (?P<day>{DAY}) (?:of|in|de|del) (?:(?P<month>{MONTH})|(?P<next>next month|proximo mes"
        r"|mes que viene)|the month|this month|mes|este mes)",
        _counted_day,
    ),
    _rule(
        "day",
        r"(?:the )?day after (?:tomm?orr?ow|tmrw|tmr|tmw)|pasado manana",
        lambda match, received: received + timedelta(days=2),
    ),
    _rule(
        "day",
        r"tomm?orr?ow|tmrw|tmr|tmw|2morrow|2mrw|(?<!la )(?<!esta )(?<!buena )manana",
        lambda match, received: received + timedelta(days=1),
    ),
    _rule(
        "day",
        r"today|tonight|tonite|2day|2nite|this (?:afternoon|evening|morning|aft)"
        r"|later today|hoy(?: mismo)?|esta (?:noche|tarde)|(?:within|in) (?:the|an) hour",
        lambda match, received: received,
    ),
    _rule(
        "day",
        r"(?:within|in|next|en) (?P<n>\d{1,2}) (?:hours?|hrs?|horas)",
        lambda match, received: received + timedelta(days=int(match["n"]) // 24),
    ),
    _rule(
        "end of day",
        r"eod|cob|eob|end of (?:the )?(?:business )?(?:day|business)|close of business"
        r"|fin(?:al)? del dia",
        lambda match, received: received,
    ),
    _rule(
        "weekday",
        rf"(?:(?P<before>last|this past|past|this coming|coming|this|{NEXT}(?: week)?(?: on)?|este)"
        rf"[ ,]+)?(?P<day>{DAY})\b(?P<past> (?:pasado|anterior))?"
        rf"(?P<after> (?:of |de )?(?:la )?(?:{NEXT} week|proxima semana|otra semana|semana que"
        rf" (?:viene|entra)"
        rf"|siguiente semana)| {NEXT})?(?: que viene)?",
        _weekday,
    ),
    _rule(
        "span",
        rf"(?:in|within|wait|waiting|en|dentro de|next|proximos|give me|gimme|give us|need"
        rf"|allow(?: me)?|deme"
        rf"|denme|necesito|takes?|after)\s+(?:about |like |only |just |another |the next |next "
        rf"|other |unos |otros |otras |los proximos |at least |maybe )?(?P<n>{NUMBER})\s+"
        rf"(?:more |mas |other )?(?P<unit>{UNIT})",
        _span,
    ),
    _rule(
        "span",
        rf"(?P<n>{NUMBER})\s+(?:more |mas )?(?P<unit>{UNIT})\s+(?:from now|from today|more|mas|out"
        r"|extension)",
        _span,
    ),
    _rule(
        "date",
        rf"(?:the\s+)?(?P<o>{ORDINAL})\s+of\s+(?P<month>{MONTH})",
        lambda match, received: calendar_days.calendar_day(
            None, month_of(match["month"]), ORDINALS[match["o"]], received
        ),
    ),
    _rule(
        "date",
        rf"(?P<month>{MONTH})\s+(?P<o>{ORDINAL})",
        lambda match, received: calendar_days.calendar_day(
            None, month_of(match["month"]), ORDINALS[match["o"]], received
        ),
    ),
    _rule(
        "span",
        rf"(?:^|(?<=[.!,]\s)|(?<=ok\s)|(?<=only\s)|(?<=just\s))(?P<n>{NUMBER}) (?:more |mas"
        rf" )?(?P<unit>{UNIT})"
        r"(?= (?:please|pls|plz|por favor|porfa|max|tops|ok|is all)|\W*$)",
        _span,
    ),
    _rule(
        "day of month",
        rf"(?:on |by |until )?the (?P<o>{ORDINAL})(?: of (?:the|this) month)?"
        r"(?! \w*(?:payment|invoice|half|one|part|install|time|bill|check|visit|week|notice|line"
        r"|item"
        r"|floor|pallet|reminder|day|month|quarter|and|mon|tue|wed|thu|fri|sat|sun))",
        lambda match, received: calendar_days.day_of_month(ORDINALS[match["o"]], received),
    ),
    _rule(
        "date",
        rf"(?:el )?(?P<o>{NUMERAL})\s+de\s+(?P<month>{MONTH})",
        lambda match, received: calendar_days.calendar_day(
            None, month_of(match["month"]), NUMERALS[match["o"]], received
        ),
    ),
    _rule(
        "day of month",
        rf"(?:el|dia|del)\s+(?:dia\s+)?(?P<o>{NUMERAL})"
        r"(?! (?:pago|cheque|por ciento|de cada|dolares|pesos))",
        lambda match, received: calendar_days.day_of_month(NUMERALS[match["o"]], received),
    ),
    _rule(
        "span",
        r"(?:in )?(?:a|one) fortnight",
        lambda match, received: received + timedelta(days=14),
    ),
    _rule(
        "day of month",
        r"(?:on |by )?(?:the first(?: of the month)?|first of (?:the |next )?month)"
        r"(?! \w*(?:payment|invoice|half|one|part|install))",
        lambda match, received: calendar_days.day_of_month(1, received),
    ),
    _rule(
        "day of month",
        r"(?:(?:the|el|dia|del)\s+)(?P<d>\d{1,2})(?:st|nd|rd|th)?(?!\s*%|[\d,.]*\d|\s+(?:payments?"
        r"|invoices?|units?|items?|hours?|bucks|dollars))",
        lambda match, received: calendar_days.day_of_month(int(match["d"]), received),
    ),
    _rule(
        "day of month",
        r"(?P<d>\d{1,2})(?:st|nd|rd|th)"
        r"(?! (?:payment|invoice|time|thing|notice|reminder|street|st|ave))",
        lambda match, received: calendar_days.day_of_month(int(match["d"]), received),
    ),
]
