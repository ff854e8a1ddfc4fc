"""The decision: which intents a reply holds, what was promised, and whether reminders rest.

In doubt a reading pauses.
"""

import re
from datetime import date

from messaging.triage import (
    amounts,
    normal,
    promised,
    ranking,
    special,
    spoken,
    weighing,
    words_rest,
    words_stop_plain,
)
from messaging.triage.reading import PAUSING, Context, Reading
from messaging.triage.weighing import Opinion
from messaging.triage.words import TOKEN, first


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
    if not spans and (found := special.in_other_letters(own, shown)):
        return found
    if _HAS_PAID.search(shown.lower()):
        spans.setdefault("paid", spans.pop("promise", (0, len(own))))
    other = first(words_rest.OTHER, own, channel=channel)
    ranked = ranking.ranked(
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


# Only the accent tells "pagó" (has paid) from "pago" (I pay).
_HAS_PAID = re.compile(r"\b(?:pag|mand|deposit|transfiri|abon|liquid|envi|cubri)ó\b")


def _evidence(shown: str, start: int, end: int) -> str | None:
    """The words themselves; a lone question mark brings its sentence along."""
    if end - start < 3:
        start = max(shown.rfind(mark, 0, start) for mark in ".!?\n") + 1
    return shown[start:end].strip() or None


_ASKS_BESIDE = re.compile(
    r"\b(?:and|also|but|y|pero)\s+(?:which|what|why|how (?:much|many|come)|when (?:was|is|did)"
    r"|who\b"
    r"|does\b|did\b|is (?:this|that|it)\b|cual|por que|cuanto|que es)[^?]*\?"
)


def _must_pause(ranked: list[str], said: Opinion, own: str) -> bool:
    """In doubt a person is asked: quiet needs a reply that surely asks for nothing."""
    is_unsure = ranked[0] == said.intent and said.sureness < weighing.UNSURE
    if is_unsure or (ranked[0] != "start" and said.chance("stop") >= weighing.WHOLE_STOP):
        return True
    if ranked[0] in {"start", "thanks", "copy"}:
        more = PAUSING & set(ranked[1:])
        if ranked[0] == "copy":
            more = {each for each in more if each == "promise" or said.chance(each) > weighing.ALSO}
            asks = said.chance("question") > weighing.QUESTION_TOO or _ASKS_BESIDE.search(own)
            return bool(asks or more - {"question"})
        return bool(more)
    if ranked[0] == "question" and len(ranked) == 1:
        return said.chance("new_business") < weighing.QUIET_IS_SURE
    if ranked[0] == "other" and len(ranked) == 1:
        if first(words_stop_plain.FEWER, own, channel="sms"):
            return True
        chance = said.chance("machine") + said.chance("errand") + said.chance("thanks")
        return chance < max(weighing.QUIET_IS_SURE, said.chance("other"))
    return True
