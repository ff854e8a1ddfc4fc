"""Which of the intents of a reply comes first, and what else it holds.

An opt-out always wins. After it comes what the business must act on first, in the order below:
somebody who is no customer, a contested bill, money said to be sent, and so on down to a bare
thank-you.
"""

import re
from datetime import date

from messaging.triage import (
    amounts,
    dates,
    idioms,
    special,
    spoken,
    weighing,
    words_stop_plain,
)
from messaging.triage.second_opinion import INTENT_OF
from messaging.triage.weighing import Opinion
from messaging.triage.words import Spans, first

ORDER = (
    "stop",
    "wrong_number",
    "dispute",
    "paid",
    "plan",
    "contact_change",
    "copy",
    "question",
    "promise",
    "help",
    "start",
)


def ranked(
    spans: Spans,
    said: Opinion,
    own: str,
    channel: str,
    tokens: list[str],
    other: re.Match | None,
    *,
    is_bare: bool,
    is_split: bool,
) -> list[str]:
    """The intents, the one to act on first in front."""
    top = _about_texts(spans, said, own, channel) or _most_pressing(
        spans, said, own, tokens, other, is_bare=is_bare, is_split=is_split
    )
    also = _besides(top, spans, said, own, other)
    return [top, *(intent for intent in ORDER if intent in also)]


def _about_texts(spans: Spans, said: Opinion, own: str, channel: str) -> str | None:
    """Whether the reply wants our messages back, or no more of them; nothing else comes first."""
    wants_back = "start" in spans and "stop" not in spans
    if wants_back and (spoken.starts_again(own) or said.intent in {"start", "stop"}):
        return "start"
    if "stop" in spans:
        plain = first(words_stop_plain.PLAIN_STOP, idioms.covered(own), channel=channel)
        if plain is not None:
            return "stop"
    is_stop = ("stop" in spans and weighing.may_want_no_more(said)) or (
        "start" not in spans and weighing.wants_no_more(said, own, channel)
    )
    if is_stop and weighing.wants_fewer(said, own, channel):
        return "other"
    return "stop" if is_stop else None


def _most_pressing(
    spans: Spans,
    said: Opinion,
    own: str,
    tokens: list[str],
    other: re.Match | None,
    *,
    is_bare: bool,
    is_split: bool,
) -> str:
    """What a reply that is no opt-out is about: the likeliest, unless the words say otherwise."""
    top = said.intent
    if top == "stop" or (top == "start" and not weighing.wants_back(own)):
        # It sounds like an opt-out, or like the end of one, and speaks of none: the next likeliest.
        others = (INTENT_OF.get(name, name) for _, name in said.classes[1:])
        return next((name for name in others if name not in {"stop", "start"}), "other")
    if (
        _is_blow(other)
        and not _promises_all_the_same(said, own)
        and (top in {"promise", "question", "plan", "help"} or _INSOLVENT.search(other[0]))
    ):
        return "other"
    if top == "promise" and "dispute" in spans and "promise" not in spans:
        return "dispute"
    if is_split and top in {"promise", "question", "other"}:
        return "plan"
    if is_bare and not (top in {"plan", "paid", "dispute"} and top in spans):
        return "promise"
    if special.is_thanks(own, tokens, own):
        return "thanks"
    if top == "promise" and "paid" in spans and "promise" not in spans:
        return "paid"
    if top in {"promise", "question"} and "plan" in spans and said.chance("plan") > weighing.PLAN:
        return "plan"
    for intent in _AHEAD.get(top, ()):
        sureness = said.clause(intent, own)
        if intent in spans and sureness >= weighing.CLAUSE_FIRST:
            return intent
        if intent in {"copy", "plan"} and sureness >= weighing.CLAUSE_ALSO:
            return intent
    if said.sureness < weighing.UNSURE:
        by_rules = next((intent for intent in ORDER if intent in spans), None)
        return by_rules or ("other" if other else top)
    return top


# What is acted on before a reply's main part, where a clause of its own surely asks or says it.
_AHEAD = {
    "copy": ("paid", "plan"),
    "promise": ("copy", "dispute"),
    "contact_change": ("paid",),
    "question": ("paid",),
}


def _besides(top: str, spans: Spans, said: Opinion, own: str, other: re.Match | None) -> set[str]:
    """What else the reply holds, beside what comes first."""
    card = other is not None and _CARD.search(own, 0, other.end())
    also = {
        INTENT_OF.get(name, name)
        for odds, name, start, end in said.clauses
        if odds >= weighing.CLAUSE_ALSO
        and (name != "promise" or weighing.speaks_of_paying(own[start:end]))
    }
    also |= {intent for intent in spans if said.chance(intent) > weighing.ALSO}
    to_come = spans.get("promise") or (spans.get("plan") if top == "paid" else None)
    is_part = False
    if top == "paid" and to_come and _ARRIVES.search(own[to_come[0] : to_come[1] + 12]):
        to_come = None  # "sent it, should hit Monday" promises nothing more
        also.discard("promise")
    if top == "paid" and _IN_TRANSIT.search(own):
        to_come = None
        also.discard("promise")
    if to_come and _names_a_day(own):
        paid_at = spans.get("paid", (0, 0))[0]
        near = own[max(0, to_come[0] - 30) : to_come[1] + 60]
        is_part = (
            top == "dispute"
            and (amounts.find(near) or _UNDISPUTED.search(near))
            and _names_a_day(near)
        )
        is_rest = top == "paid" and to_come[0] > paid_at and _TO_COME.search(near)
        if is_part or is_rest or top in {"copy", "stop"}:
            also.add("promise")
    if top == "dispute" and not is_part:
        also -= {"promise", "plan"}
    if top == "copy" and "promise" in spans and said.hears("promise", own):
        also.add("promise")
    if top == "other" and card and _names_a_day(own):
        also.add("promise")
    also -= {top, "other", "thanks", "abusive", "stop", "start", "help"}
    if top in {"thanks", "other", "abusive", "promise"}:
        also -= {"wrong_number", "contact_change"}
    if top == "plan":
        also.discard("promise")
    return also


_LIFE = re.compile(
    r"bankrup|chapter|insolv|receiver|passed|deceas|died|estate|funeral|falleci|murio|quiebra"
    r"|bancarrota"
)


def _promises_all_the_same(said: Opinion, own: str) -> bool:
    """Somebody died, and a sentence of its own names the day the money comes."""
    return said.clause("promise", own) > weighing.CLAUSE_ALSO and _names_a_day(own)


_INSOLVENT = re.compile(r"bankrup|chapter|insolv|receivership|bancarrota|quiebra")


_NOT_A_BLOW = re.compile(
    r"\b(?:decided against|looked into|thought about|considered|instead of|avoid\w*|almost|before i"
    r"|not (?:filing|bankrupt|going|dead)|(?:car|truck|phone|engine|furnace|lawn|grass|tree"
    r"|freezer|fridge|cooler|washer|dryer|pump|heater|ac"
    r"|unit|compressor|battery|laptop|router|printer|motor|generator|mower|plant|shrub|rose"
    r"|flower)\w*"
    r" (?:just |has )?died)\b"
)


def _is_blow(other: re.Match | None) -> bool:
    """Death and insolvency weigh more than what is said beside them; a phone's death does not."""
    if other is None or not _LIFE.search(other[0]):
        return False
    if _NOT_A_BLOW.search(other.string):
        return False
    return not re.search(
        r"phone|battery|truck|car\b|computer|laptop|cell|internet|engine", other[0]
    )


_CARD = re.compile(
    r"\b(?:go ahead|please|can|may|run|use|put|(?<!the )charge|cobre|pase)\b[^.!?\n]{0,40}"
    r"\b(?:card|visa|amex|mastercard|account|tarjeta)\b"
)
_UNDISPUTED = re.compile(
    r"\b(?:rest|remain\w+|balance|undisputed|other (?:part|half|items?)|resto)\b"
)
_IN_TRANSIT = re.compile(
    r"\b(?:please )?(?:allow|give it|takes?|tarda)(?: up to"
    r"| about)? (?:\w+ )(?:to \w+ )?(?:\w+ )?(?:days"
    r"|hours|dias)\b"
)
_TO_COME = re.compile(
    r"\b(?:will|'?ll|going to|gonna|rest|half|last|remainder|balance|remaining|other|another|second"
    r"|next|otr[ao]s?|resto|falta|demas|voy|vamos|van?|pagare|mandare)\b"
)
_ARRIVES = re.compile(
    r"\b(?:hit|arriv\w+|clear|post|land|show up|be there|come through|go through|you'?ll have it"
    r"|you (?:will|should) (?:have|get|see|receive) it|allow \w+ (?:\w+ )?(?:days|hours))\b"
)


def _names_a_day(own: str) -> bool:
    return bool(dates.find(own, received=date(2000, 1, 1)))
