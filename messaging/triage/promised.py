"""What was promised: the day and the amount, or the first instalment's."""

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

from messaging.triage import amounts, dates
from messaging.triage.words import TOKEN, Spans, word_set

_BARE_FILL = word_set(
    "on by the this next ok okay yes yeah yep sure i can do will pay it you for sounds good "
    "works hi hello hey thanks thank please pls maybe probably latest at noon pm am morning "
    "afternoon evening before after around me we payment is be that then for sure el la los "
    "para por lo le pago si bueno gracias de en proximo que viene a mas tardar first thing no "
    "later than til until till over a most hasta just and of"
)


def bare(own: str, tokens: list[str], spans: Spans, received: date) -> tuple[int, int] | None:
    """A date, or an amount with a date, is an answer to "please pay": Friday."""
    if set(spans) - {"question", "promise"} or len(tokens) > 12 or "promise" in spans:
        return None
    found = dates.find(own, received=received)
    if not found:
        return None
    rest = own
    for each in found:
        rest = rest[: each.start] + " " * (each.end - each.start) + rest[each.end :]
    for amount in amounts.find(own):
        rest = rest[: amount.start] + " " * (amount.end - amount.start) + rest[amount.end :]
    left = [token for token in TOKEN.findall(rest) if token not in _BARE_FILL]
    return (found[0].start, found[-1].end) if not left else None


def is_split(own: str, received: date) -> bool:
    """Two amounts on two days are instalments, whatever they are called."""
    return len(amounts.find(own)) > 1 and len(dates.find(own, received=received)) > 1


_NOT_PROMISED_DATE = re.compile(
    r"\b(?:due(?: on)?|did say|dated|invoiced?(?: on| from)?|since|from|as of"
    r"|(?<!be )(?<!get )(?<!gets )(?<!getting )(?:sent|received|paid|mailed|delivered)(?: on)?"
    r"|ordered|back (?:on|in)|(?:can'?t|cannot|won'?t|unable to|not)"
    r"(?: (?!un?till?\b|till?\b|before\b)\w+){0,5}?(?: on| by| this)?|said(?: \w+){0,3}?"
    r"|told you|promised(?: you)?|dije|says|vencio|(?<!antes )del|pague"
    r" el|desde el|(?<!be )(?<!get )(?<!gets )(?<!getting )(?<!have it )(?:paid|cashed|cleared"
    r"|paye?d"
    r"|sent|mailed|posted|deposited|wired)(?! (?:by|on"
    r" the next)\b)(?: (?!and\b|rest\b|other\b|will\b)\w+){0,3}? (?:on|this|in)"
    r"|(?<!be )(?<!get )(?<!gets )(?<!getting )(?<!have it )(?:sent|paid|mailed|gave"
    r"|(?<!ll )(?<!ill )(?<!will )(?<!can )(?<!to )put)(?: \w+){1,5}?"
    r"|(?:pague|mande|deposite|transferi|realizo|hizo|envie|cobraron|paso)(?: \w+){0,4}?(?: el)?"
    r")\s+(?:the |el )?$"
)
# What the day hangs on is somebody else's.
_CONDITION = re.compile(
    r"\b(?:if|assuming|provided|si)(?: que)? (?:(?:the|my|our|his|her|their|they|he|she|el|la|los"
    r"|mi|sale|me sale|me cae|me llega)\b)(?![^.;]*\b(?:ok|okay|fine|works)\b)[^.;,\n]{0,45}$"
)
_AWAY = re.compile(
    r"\b(?:out|away|closed|gone|traveling|travelling|vacation|hospital|town|estoy|ando|fuera|viaje"
    r"|estamos|andamos)\b[^.;,\n]{0,25}\b(?:until|til|till|hasta|through|thru)\s+(?:the |el )?$"
)
_CORRECTION = re.compile(
    r"\b(?:make (?:that|it)|i mean(?:t)?|actually|scratch that|no wait|wait no|sorry|correction"
    r"|better|mejor|digo|o sea|so|entonces|but really|realistically|jk|kidding)\b"
)
_LATEST = re.compile(r" (?:at (?:the )?(?:very |absolute )?latest|latest|tops|a mas tardar)\b")
_NOT_PROMISED_AMOUNT = re.compile(
    r"\b(?:owe|owed|balance(?: of| is)?|bill(?: of| for)?|invoice(?: of| for| no\.?| number)?"
    r"|factura|facturas|inv|total(?: of"
    r"| is)?|charged(?: me| us)?"
    r"|already paid|i paid|we paid|paid|sent you|sent|quoted(?: me| us)?|quote(?: was| of)?"
    r"|instead of|not|says|outstanding|(?:\d|half|part|some|third|quarter|out) of"
    r"|agreed(?: to| on)?|due|was|factura|debo|pague|de los)\s+(?:the |only |for |of )?\$?\s*$"
)


_NOT_PAID = re.compile(
    r"k?\s+(?:(?:\w+ )?(?:fee|charge)|job|project|deal|credit|discount|refund|fee|line"
    r"|in credit|off)\b"
)


_PAYING = re.compile(
    r"\b(?:pay\w*|send\w*|release|remit\w*|mail\w*|checks?|wir(?:e|ing)|settle|deposit\w*|zelle"
    r"|venmo"
    r"|transfer\w*|go(?:es|ing)? out|money|funds|clear|bring\w*|drop\w*|cash|tender|pag\w+"
    r"|mand\w+|abon\w+|cheque"
    r"|dinero|\$)"
)


def _where_paying_is_spoken_of(found: list[dates.Found], own: str) -> list[dates.Found]:
    """Of days in several sentences those of the sentences with a payment in them."""
    if len(found) < 2:
        return found
    ends = [match.start() for match in _BREAK.finditer(own)] + [len(own)]
    kept = []
    for each in found:
        end = next(end for end in ends if end >= each.end or end == len(own))
        start = max((at for at in ends if at <= each.start), default=0)
        if _PAYING.search(own, start, end):
            kept.append(each)
    return kept or found


_PART_NOW = re.compile(
    r"\b(?:half|some|part|\d+) (?:right )?(?:now|ahora)\b(?! (?:and|n|&|or) (?:then|again))"
)


# "We pay on Fridays" says when, but not which.
_HABIT = re.compile(
    r"\b(?:we|i|they|he|she|office|ap|accounting) (?:only |always |usually |just )?(?:pays?"
    r"|cuts?|runs?"
    r"|does?|issues?|process(?:es)?|writes?|mails?|sends?)(?: \w+){0,3} on $"
)


def _named(found: list[dates.Found], own: str) -> list[dates.Found]:
    """The days without those of a habit, where another is named."""
    named = [
        each
        for each in found
        if own[each.end - 2 : each.end] != "ys" or not _HABIT.search(own, 0, each.start)
    ]
    return named or found


def facts(spans: Spans, own: str, received: date) -> tuple[date | None, Decimal | None]:
    """The day and amount that were promised, or the first instalment's."""
    if not {"promise", "plan"} & spans.keys():
        return None, None
    said_at = min(spans[intent][0] for intent in ("promise", "plan") if intent in spans)
    found = [
        each
        for each in dates.find(own, received=received)
        if not _NOT_PROMISED_DATE.search(own[max(0, each.start - 30) : each.start])
    ]
    sure = [each for each in found if not _CONDITION.search(own[: each.start])]
    found = [each for each in sure if not _AWAY.search(own[: each.start])] or sure
    has_figure = bool(found or amounts.find(own))
    if has_figure and "plan" in spans and _PART_NOW.search(own):
        now = re.search(r"\b(?:now|ahora)\b", own)
        found.insert(0, dates.Found(received, now.start(), now.end(), "day"))
    found = _where_paying_is_spoken_of(_named(found, own), own)
    after = found if "plan" in spans else [each for each in found if each.end > said_at]
    chosen = _chosen(after or found, own)

    money = [
        each
        for each in amounts.find(own)
        if not _NOT_PROMISED_AMOUNT.search(own[max(0, each.start - 30) : each.start])
    ]
    money = [each for each in money if not _NOT_PAID.match(own, each.end)]
    said_dates = dates.find(own, received=received)
    money = [
        each for each in money if not any(day.start <= each.start < day.end for day in said_dates)
    ]
    later = money if "plan" in spans else [each for each in money if each.end > said_at]
    amount = _for_the_day(later or money, chosen, own)
    return (chosen.on if chosen else None), (amount.amount if amount else None)


def _for_the_day(
    money: list[amounts.FoundAmount], chosen: dates.Found | None, own: str
) -> amounts.FoundAmount | None:
    """The amount that is said with the day: of a balance and a first instalment the latter."""
    if chosen is not None and len(money) > 1:
        for each in reversed(money):
            between = own[each.end : chosen.start]
            if each.end <= chosen.start and len(between) < 30 and not _BREAK.search(between):
                return each
    return money[0] if money else None


_BREAK = re.compile(r"[.!?\n](?:\s|$)")


def _chosen(found: list[dates.Found], own: str) -> dates.Found | None:
    if not found:
        return None
    for each in found[1:]:
        if _LATEST.match(own, each.end):
            return each
    for earlier, later in pairwise(found):
        if _CORRECTION.search(own[earlier.end : later.start]):
            return later
    return found[0]
