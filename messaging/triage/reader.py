"""The decision: which intents a reply holds, which comes first, and what was promised.

An opt-out always wins. After it comes what the business must act on first, in the order below:
somebody who is no customer, a contested bill, money said to be sent, and so on down to a bare
thank-you. In doubt a reading pauses.
"""

import re
from datetime import date

from messaging.triage import (
    amounts,
    dates,
    idioms,
    normal,
    promised,
    special,
    spoken,
    weighing,
    words_rest,
    words_stop,
)
from messaging.triage.reading import PAUSING, Context, Reading
from messaging.triage.second_opinion import INTENT_OF
from messaging.triage.weighing import Opinion
from messaging.triage.words import TOKEN, Spans, first

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


def read(
    text: str, *, channel: str = "sms", received: date, context: Context | None = None
) -> Reading:
    """Read one reply. Pure and total: any text gives a reading.

    `received` is the customer's local date when the reply came in.
    """
    shown = normal.shown(text)
    folded = normal.folded(shown)
    own = normal.own_words(folded)
    tokens = TOKEN.findall(own)
    known = context.invoice if context else None

    found = special.by_itself(own, tokens, shown) or special.reaction(folded, shown)
    if found is not None:
        return found
    if not tokens:
        return special.without_words(own, tokens, shown)
    said = weighing.opinion(own, channel)
    found = special.machine(own, shown, channel, said)
    if found is not None:
        return found
    spans = spoken.intents(own, channel, said)
    bare = promised.bare(own, tokens, spans, received)
    if bare:
        spans["promise"] = bare
    is_split = "paid" not in spans and promised.is_split(own, received)
    if is_split:
        spans.setdefault("plan", spans.get("promise", (0, len(own))))
    spoken.settle(spans, own)
    if _HAS_PAID.search(shown.lower()):
        spans.setdefault("paid", spans.pop("promise", (0, len(own))))
    other = first(words_rest.OTHER, own, channel=channel)
    ranked = _ranked(
        spans, said, own, channel, tokens, other, is_bare=bool(bare), is_split=is_split
    )
    invoice = amounts.invoice_in(shown, own, known=known)
    promise_date = promise_amount = None
    if {"promise", "plan"} & set(ranked):
        said_spans = {each: spans.get(each) or (0, len(own)) for each in ranked}
        promise_date, promise_amount = promised.facts(said_spans, own, received)
        if promise_date is None and "plan" in ranked:
            promise_amount = None  # a wish to pay so much a month promises nothing yet
        if "plan" in ranked and "promise" not in ranked and (promise_date or promise_amount):
            ranked.append("promise")
    intent = ranked[0]
    span = spans.get(intent) or (other.span() if other and intent == "other" else None)
    span = span or said.span_of(intent)
    return Reading(
        intent=intent,
        secondary=tuple(ranked[1:]),
        opt_out="stop" in ranked,
        must_pause=_must_pause(ranked, said, own),
        promise_date=promise_date,
        promise_amount=promise_amount,
        invoice=invoice,
        evidence=_evidence(shown, *span) if span else shown.strip()[:80] or None,
    )


def _ranked(
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
    also = _besides(top, spans, said, own)
    return [top, *(intent for intent in ORDER if intent in also)]


def _about_texts(spans: Spans, said: Opinion, own: str, channel: str) -> str | None:
    """Whether the reply wants our messages back, or no more of them; nothing else comes first."""
    wants_back = "start" in spans and "stop" not in spans
    if wants_back and (spoken.starts_again(own) or said.intent in {"start", "stop"}):
        return "start"
    if "stop" in spans:
        plain = first(words_stop.PLAIN_STOP, idioms.covered(own), channel=channel)
        if plain is not None or weighing.may_want_no_more(said):
            return "stop"
    if "start" not in spans and weighing.wants_no_more(said, own, channel):
        return "stop"
    return None


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
    if top == "stop":
        # It sounds like an opt-out and speaks of none: the next likeliest.
        return next(
            (INTENT_OF.get(name, name) for _, name in said.classes[1:] if name != "stop"), "other"
        )
    if _is_blow(other) and top in {"promise", "question", "plan", "help"}:
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
    if said.sureness < weighing.UNSURE:
        by_rules = next((intent for intent in ORDER if intent in spans), None)
        return by_rules or ("other" if other else top)
    return top


def _besides(top: str, spans: Spans, said: Opinion, own: str) -> set[str]:
    """What else the reply holds, beside what comes first."""
    also = {
        INTENT_OF.get(name, name)
        for odds, name, _, _ in said.clauses
        if odds >= weighing.CLAUSE_ALSO
    }
    also |= {intent for intent in spans if said.chance(intent) > weighing.ALSO}
    to_come = spans.get("promise") or (spans.get("plan") if top == "paid" else None)
    if to_come and _names_a_day(own):
        paid_at = spans.get("paid", (0, 0))[0]
        is_part = top == "dispute" and amounts.find(own)
        if is_part or top in {"copy", "stop"} or (top == "paid" and to_come[0] > paid_at):
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


_NOT_A_BLOW = re.compile(
    r"\b(?:decided against|looked into|thought about|considered|instead of|avoid\w*|almost|before i"
    r"|not (?:filing|bankrupt|going|dead)|(?:car|truck|phone|engine|furnace|lawn|grass|tree)\w*"
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


# Only the accent tells "pagó" (has paid) from "pago" (I pay).
_HAS_PAID = re.compile(r"\b(?:pag|mand|deposit|transfiri|abon|liquid|envi|cubri)ó\b")


def _names_a_day(own: str) -> bool:
    return bool(dates.find(own, received=date(2000, 1, 1)))


def _evidence(shown: str, start: int, end: int) -> str | None:
    """The words themselves; a lone question mark brings its sentence along."""
    if end - start < 3:
        start = max(shown.rfind(mark, 0, start) for mark in ".!?\n") + 1
    return shown[start:end].strip() or None


def _must_pause(ranked: list[str], said: Opinion, own: str) -> bool:
    """In doubt a person is asked: quiet needs a reply that surely asks for nothing."""
    is_unsure = ranked[0] == said.intent and said.sureness < weighing.UNSURE
    if is_unsure or (ranked[0] != "start" and said.chance("stop") >= weighing.WHOLE_STOP):
        return True
    if ranked[0] in {"start", "thanks", "copy"}:
        more = PAUSING & set(ranked[1:])
        if ranked[0] == "copy":
            more = {each for each in more if each == "promise" or said.chance(each) > weighing.ALSO}
            return bool(more - {"question"}) or said.chance("question") > weighing.QUESTION_TOO
        return bool(more)
    if ranked[0] == "question" and len(ranked) == 1:
        return said.chance("new_business") < weighing.QUIET_IS_SURE
    if ranked[0] == "other" and len(ranked) == 1:
        chance = said.chance("machine") + said.chance("errand") + said.chance("thanks")
        return chance < max(weighing.QUIET_IS_SURE, said.chance("other"))
    return True
