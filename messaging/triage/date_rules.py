"""The ways to write a day, each with how it is counted from the day of receipt."""

import re
from datetime import date, timedelta

from messaging.triage import calendar_days, date_counts
from messaging.triage.date_counts import Reader
from messaging.triage.words_dates import (
    COUNTED,
    DAY,
    ENDING,
    HOLIDAY,
    MONTH,
    NEXT,
    NUMBER,
    NUMERAL,
    NUMERALS,
    ORDINAL,
    ORDINALS,
    TOMORROW,
    UNIT,
    month_of,
    value_of,
    weekday_of,
)

Rule = tuple[str, re.Pattern, Reader]


def _rule(kind: str, pattern: str, reader: Reader) -> Rule:
    return kind, re.compile(rf"(?<![\w$])(?:{pattern})(?!\w)"), reader


YEAR = r"(?:\s*,?\s*(?:de(?:l)?\s+)?(?P<y>20\d\d))?"
RULES = [
    _rule("slashed", r"(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})", date_counts.slashed),
    _rule(
        "slashed",
        r"(?<![/.-])(?P<m>\d{1,2})(?P<s>[/-])(?P<d>\d{1,2})(?:(?P=s)(?P<y>20\d\d"
        r"|\d\d))?(?![/%]|-\d)",
        date_counts.slashed,
    ),
    _rule(
        "month",
        rf"(?:{DAY},?\s+(?:the\s+)?)?(?P<month>{MONTH})\.?\s+(?:the\s+)?"
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,]*\d|\s*(?:dollars|bucks)){YEAR}",
        date_counts.named_day,
    ),
    _rule(
        "month",
        rf"(?:{DAY},?\s+)?(?:the\s+|el\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+|de\s+)?"
        rf"(?P<month>{MONTH})\b{YEAR}",
        date_counts.named_day,
    ),
    _rule(
        "date",
        r"(?:the\s+|el\s+)?(?:(?P<first>first|primero)|(?P<d>\d{1,2})(?:st|nd|rd|th)?)\s+"
        r"(?:of\s+|de\s+|del\s+)(?:next month|proximo mes|mes que viene|mes siguiente)",
        date_counts.of_next_month,
    ),
    _rule("end", rf"{ENDING} (?:of|de|del) (?P<month>{MONTH})", date_counts.end_of_named),
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
        r"eow|week'?s[- ]end\b|end of (?:the |this )?(?:work ?)?week|final(?:es)? de (?:la"
        r"|esta) semana",
        lambda match, received: calendar_days.friday(received),
    ),
    _rule(
        "end",
        r"(?:end of|fin de|final de) (?:the |this )?(?:year|ano)",
        lambda match, received: date(received.year, 12, 31),
    ),
    _rule(
        "middle",
        rf"(?:mid|middle)[- ]?(?:of )?(?:the )?(?:(?P<month>{MONTH})|month)",
        date_counts.middle,
    ),
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
        date_counts.week_from,
    ),
    _rule(
        "span",
        rf"(?P<n>{NUMBER})\s+(?:more |mas )?(?P<unit>{UNIT})\s+(?:from (?:now|today)"
        rf"|a partir de hoy)",
        date_counts.span,
    ),
    _rule(
        "weekday",
        rf"(?P<day>{DAY}) after next",
        lambda match, received: (
            calendar_days.week_after(weekday_of(match["day"]), received) + timedelta(weeks=1)
        ),
    ),
    _rule(
        "day",
        r"de hoy en (?P<n>ocho|quince)",
        lambda match, received: received + timedelta(days=7 if match["n"] == "ocho" else 15),
    ),
    _rule(
        "weekday",
        rf"(?:the |el )?(?P<o>first|primer|1st|second|segundo|2nd|third|tercer|3rd|last|ultimo)"
        rf" (?P<day>{DAY}) (?:of|in|de|del) (?:(?P<month>{MONTH})|(?P<next>next month|proximo mes"
        r"|mes que viene)|the month|this month|mes|este mes)",
        date_counts.counted_day,
    ),
    _rule(
        "day",
        rf"(?:the )?day after {TOMORROW}|pasado manana",
        lambda match, received: received + timedelta(days=2),
    ),
    _rule(
        "day",
        rf"{TOMORROW}|(?<!la )(?<!esta )(?<!buena )manana",
        lambda match, received: received + timedelta(days=1),
    ),
    _rule(
        "part of day",
        r"(?<!\d )(?<![ap]m )(?:first thing )?in the (?:morning|am)",
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
        r"(?:within|in|next|en|another|need|wait|allow|(?:give|gimme|deme|denme|dame"
        r"|necesito)(?: me)?)"
        r" (?:about |another |like |the next |otras |unas )?(?P<n>\d{1,2}) (?:hours?|hrs?|horas)",
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
        rf"not (?:this|next"
        rf"|the) (?:coming )?(?P<day>{DAY}),? (?:but )?(?:the )?(?:one after(?: that)?"
        rf"|after(?: that)?|following(?: one)?|next(?: one)?)",
        lambda match, received: (
            calendar_days.next_weekday(weekday_of(match["day"]), received)
            + timedelta(weeks=1 + (" next " in match[0][:9]))
        ),
    ),
    _rule(
        "weekday",
        rf"(?P<n>{NUMBER}) (?P<day>{DAY}) from (?:now|today)",
        lambda match, received: (
            calendar_days.next_weekday(weekday_of(match["day"]), received)
            + timedelta(weeks=value_of(match["n"]) - 1)
        ),
    ),
    _rule("holiday", rf"(?:{HOLIDAY})(?:'?s)?(?: (?:day|eve))?", date_counts.holiday),
    _rule(
        "weekday",
        rf"(?:(?P<before>last|this past|past|this coming|coming|this|{NEXT}(?: week)?(?: on)?|este)"
        rf"[ ,]+)?(?P<day>{DAY})\b(?P<past> (?:pasado|anterior))?"
        rf"(?P<after> (?:of |de )?(?:la )?(?:{NEXT} week|proxima semana|otra semana|semana que"
        rf" (?:viene|entra)"
        rf"|siguiente semana)| {NEXT})?(?: que viene)?",
        date_counts.weekday,
    ),
    _rule(
        "span",
        rf"(?:in|within|wait|waiting|en|dentro de|next|proximos|give me|gimme|give us|need"
        rf"|allow(?: me)?|deme"
        rf"|denme|necesito|takes?|after)\s+(?:about |like |only |just |another |the next |next "
        rf"|other |unos |otros |otras |los proximos |at least |maybe )?(?P<n>{NUMBER})\s+"
        rf"(?:more |mas |other )?(?P<unit>{UNIT})",
        date_counts.span,
    ),
    _rule(
        "span",
        rf"(?P<n>{NUMBER})\s+(?:more |mas )?(?P<unit>{UNIT})\s+(?:from now|from today|more|mas|out"
        r"|extension)",
        date_counts.span,
    ),
    _rule(
        "month",
        rf"(?:the\s+)?(?P<o>{ORDINAL})\s+of\s+(?P<month>{MONTH})",
        lambda match, received: calendar_days.calendar_day(
            None, month_of(match["month"]), ORDINALS[match["o"]], received
        ),
    ),
    _rule(
        "month",
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
        date_counts.span,
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
        "month",
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
        "day",
        r"(?:in )?(?:a|one) fortnight",
        lambda match, received: received + timedelta(days=14),
    ),
    _rule(
        "day of month",
        r"(?:on |by )?(?:the first(?: of the month)?|first of (?:the |next )?month)"
        r"(?! \w*(?:payment|invoice|half|one|part|install|check|bill|visit|time|text|message"
        r"|thing|two))",
        lambda match, received: calendar_days.day_of_month(1, received),
    ),
    _rule(
        "number",
        r"(?<!\d of )(?<!all )(?:(?:the|el|dia|del)\s+)(?P<d>\d{1,2})(?:st|nd|rd|th)?(?!\s*%"
        r"|[\d,.]*\d|:"
        rf"|\s+(?:{COUNTED}))",
        lambda match, received: calendar_days.day_of_month(int(match["d"]), received),
    ),
    _rule(
        "number",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)(?! (?:{COUNTED}|thing|st\\b|ave))",
        lambda match, received: calendar_days.day_of_month(int(match["d"]), received),
    ),
]
