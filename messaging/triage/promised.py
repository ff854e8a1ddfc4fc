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
    "later than til until till hasta just and of"
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
    r"\b(?:due(?: on)?|dated|invoiced?(?: on| from)?|since|from|as of"
    r"|(?<!be )(?<!get )(?<!getting )(?:sent|received|paid|mailed|delivered)(?: on)?"
    r"|ordered|back (?:on|in)|(?:can'?t|cannot|won'?t|unable to|not)(?: \w+){0,3}?"
    r"(?: on| by| this)?|said(?: \w+){0,3}?|told you|promised(?: you)?|dije|says|vencio|del|pague"
    r" el|desde el)\s+(?:the |el )?$"
)
_CORRECTION = re.compile(
    r"\b(?:make that|i mean(?:t)?|actually|scratch that|no wait|wait no|sorry|correction"
    r"|better|mejor|digo|but really|realistically|jk|kidding)\b"
)
_NOT_PROMISED_AMOUNT = re.compile(
    r"\b(?:owe|owed|balance(?: of| is)?|bill(?: of| for)?|invoice(?: of| for)?|total(?: of"
    r"| is)?|charged(?: me| us)?"
    r"|already paid|i paid|we paid|paid|sent you|sent|quoted(?: me| us)?|quote(?: was| of)?"
    r"|instead of|not|says"
    r"|agreed(?: to| on)?|due|was|debo|pague|de los)\s+(?:the |only |for |of )?\$?\s*$"
)


_NOT_PAID = re.compile(r"k?\s+(?:job|project|deal|credit|discount|refund|fee|line|in credit|off)\b")


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
    if "plan" in spans and re.search(r"\b(?:half|some|part|\d+) (?:right )?(?:now|ahora)\b", own):
        now = re.search(r"\b(?:now|ahora)\b", own)
        found.insert(0, dates.Found(received, now.start(), now.end(), "day"))
    after = found if "plan" in spans else [each for each in found if each.end > said_at]
    chosen = _chosen(after or found, own)

    money = [
        each
        for each in amounts.find(own)
        if not _NOT_PROMISED_AMOUNT.search(own[max(0, each.start - 30) : each.start])
    ]
    money = [each for each in money if not _NOT_PAID.match(own, each.end)]
    later = money if "plan" in spans else [each for each in money if each.end > said_at]
    amount = (later or money or [None])[0]
    return (chosen.on if chosen else None), (amount.amount if amount else None)


def _chosen(found: list[dates.Found], own: str) -> dates.Found | None:
    if not found:
        return None
    for earlier, later in pairwise(found):
        if _CORRECTION.search(own[earlier.end : later.start]):
            return later
    return found[0]
