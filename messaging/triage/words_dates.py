"""How people name days and months, how they count them: English and Spanish, folded."""

import re

_DAY_NAMES = (
    "mon(?:day)?|munday|mondy|lune|lunez|lunes|lun",
    "tue(?:s(?:day)?)?|teusday|tuseday|tusday|martes",
    "wed(?:s|nesday)?|weds|w[ea]d?n[ei]?sday|wensday|mier?coles|miercole",
    "thu(?:r(?:s(?:day)?)?)?|th(?:ur|ru)s?day|thrusday|jue|juevez|jueves",
    "fri(?:day)?|firday|fryday|frday|friady|vie|vierne|viernez|biernes|viernes",
    "sat(?:urday)?|sat[eu]rday|saterday|sab|savado|sabado",
    "sun(?:day)?|domingo",
)
_MONTH_NAMES = (
    "jan(?:uary)?|enero",
    "feb(?:r?uary)?|febrero",
    "mar(?:ch)?|marzo",
    "apr(?:il)?|abril",
    "may|mayo",
    "jun(?:e)?|junio",
    "jul(?:y)?|julio",
    "aug(?:ust)?|agosto",
    "sept?(?:ember)?|septiembre|setiembre",
    "oct(?:ober)?|octubre",
    "nov(?:ember)?|noviembre",
    "dec(?:ember)?|diciembre",
)
DAY = rf"(?:{'|'.join(_DAY_NAMES)})s?"
MONTH = rf"(?:{'|'.join(_MONTH_NAMES)})"
_DAYS = [re.compile(rf"(?:{name})s?") for name in _DAY_NAMES]
_MONTHS = [re.compile(name) for name in _MONTH_NAMES]

_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
_NUMEROS = "uno dos tres cuatro cinco seis siete ocho nueve diez once doce"
_VALUES = {word: value for value, word in enumerate(_NUMBERS.split(), 1)}
_VALUES |= {word: value for value, word in enumerate(_NUMEROS.split(), 1)}
_VALUES |= {
    "a": 1,
    "an": 1,
    "un": 1,
    "una": 1,
    "quince": 15,
    "fifteen": 15,
    "fourteen": 14,
    "couple": 2,
    "a couple of": 2,
}
_VALUES |= {"a couple": 2, "couple of": 2, "couple more": 2, "a couple more": 2, "another": 1}
NUMBER = rf"(?:\d{{1,2}}|{'|'.join(sorted(_VALUES, key=len, reverse=True))})"
UNIT = r"(?:(?:business|working) days?|days?|weeks?|wks?|months?|dias?|semanas?|mes(?:es)?)"
HOLIDAYS = {
    r"hallowe?'?en": (10, 31),
    r"christmas|xmas|x-mas|navidad": (12, 25),
    r"new years?|ano nuevo": (1, 1),
    r"valentine'?s?": (2, 14),
    r"(?:the )?fourth of july|independence": (7, 4),
    r"veterans'?": (11, 11),
    r"juneteenth": (6, 19),
    # The so-and-so-many-th weekday of a month; Monday is 0, -1 the last.
    r"thanksgiving|turkey": (11, 3, 4),
    r"labor": (9, 0, 1),
    r"memorial": (5, 0, -1),
}
HOLIDAY = "|".join(HOLIDAYS)
TOMORROW = r"(?:tom+[ao]r+[ao]?w?s?|tom+or+|tmr[wo]?|tmmrw|tmw|tomoz|2mor+o?w?|2mo?rw|2moro)"
NEXT = r"(?:next|following|proxim[oa]|siguiente)"
ENDING = r"(?:end|fin|final|finales|last day|ultimo dia|ultimo|close)"


def weekday_of(name: str) -> int:
    """The weekday of a name that matches DAY; Monday is 0."""
    return next(day for day, pattern in enumerate(_DAYS) if pattern.fullmatch(name))


def month_of(name: str) -> int:
    """The month of a name that matches MONTH; January is 1."""
    return next(month for month, pattern in enumerate(_MONTHS, 1) if pattern.fullmatch(name))


def value_of(number: str) -> int:
    """The value of a number that matches NUMBER."""
    return int(number) if number.isdigit() else _VALUES[number]


_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first"
    " twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh"
    " twenty-eighth twenty-ninth thirtieth thirty-first"
)
ORDINALS = {word: day for day, word in enumerate(_ORDINAL_WORDS.split(), 1)}
ORDINALS |= {word.replace("-", " "): day for word, day in ORDINALS.items()}
ORDINAL = rf"(?:{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"

_NUMERAL_WORDS = (
    "primero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro"
    " veinticinco veintiseis veintisiete veintiocho veintinueve treinta"
)
NUMERALS = {word: day for day, word in enumerate(_NUMERAL_WORDS.split(), 1)}
NUMERAL = rf"(?:{'|'.join(sorted(NUMERALS, key=len, reverse=True))})"

# Nouns that are counted: "the 3rd reminder", "all of the 24 cases" are no days.
COUNTED = (
    r"(?:more |other |missing |last )?(?:payments?|invoices?|bills?|units?|items?|hours?|bucks"
    r"|dollars"
    r"|ones?\b|times?|notices?|reminders?|texts?|messages?|e-?mails?|calls?|visits?|trips?|lines?"
    r"|pages?"
    r"|floor|cases|boxes|bags|cartons|pieces|pallets|plates|yards|feet|streets?|houses?|bottles"
    r"|days\b"
    r"|weeks|months|year|guys|men|people|tries|attempts?|grade|birthday|anniversary|installments?"
    r"|mowings?|cleanings?|lessons?|classes|sessions?|repairs?)"
)

# What a kind cannot do without: looked for once in a text, so that most ways are passed over.
END_OF = re.compile(
    r"\b(?:eom|eow|eod|eob|cob|end|close|fin|final\w*|last|ultimo|before the month|months?"
    r"|month's|mid"
    r"|middle|weekend|finde)\b"
)
NEEDED = {
    "slashed": re.compile(r"\d[-/]"),
    "month": re.compile(rf"\b{MONTH}\b|\d{MONTH}\b"),
    "weekday": re.compile(rf"\b{DAY}\b"),
    "span": re.compile(rf"\b{UNIT}\b"),
    "end": END_OF,
    "middle": END_OF,
    "weekend": END_OF,
    "end of day": END_OF,
    "number": re.compile(r"\d"),
}
