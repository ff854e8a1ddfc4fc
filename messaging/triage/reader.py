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
    weighing,
    words_dispute,
    words_paid,
    words_plan,
    words_promise,
    words_request,
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
_GROUPS = {
    "stop": words_stop.STOP,
    "wrong_number": words_rest.WRONG_NUMBER,
    "dispute": words_dispute.DISPUTE,
    "paid": words_paid.PAID,
    "plan": words_plan.PLAN,
    "promise": words_promise.PROMISE,
    "copy": words_request.COPY,
    "contact_change": words_request.CONTACT_CHANGE,
    "question": words_request.QUESTION,
    "help": words_stop.HELP,
    "start": words_stop.START,
}


def carrier_word(text: str) -> str | None:
    """stop, help or start when the whole text is one word carriers themselves act on."""
    return words_stop.CARRIER.get(text.strip().strip(".!\"'").casefold())


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

    special = _by_itself(own, tokens, shown) or _reaction(folded, shown)
    if special is not None:
        return special
    if not tokens:
        return _without_words(own, tokens, shown)
    said = weighing.opinion(own, channel)
    special = _machine(own, shown, channel, said)
    if special is not None:
        return special
    spans = _intents(own, channel)
    bare = promised.bare(own, tokens, spans, received)
    if bare:
        spans["promise"] = bare
    is_split = "paid" not in spans and promised.is_split(own, received)
    if is_split:
        spans.setdefault("plan", spans.get("promise", (0, len(own))))
    _settle(spans, own)
    if _HAS_PAID.search(shown.lower()):
        spans.setdefault("paid", spans.pop("promise", (0, len(own))))
    other = first(words_rest.OTHER, own, channel=channel)
    ranked = _ranked(spans, said, own, tokens, other, is_bare=bool(bare), is_split=is_split)
    invoice = amounts.invoice_in(shown, own, known=known)
    promise_date = promise_amount = None
    if {"promise", "plan"} & set(ranked):
        said_spans = {each: spans.get(each) or (0, len(own)) for each in ranked}
        promise_date, promise_amount = promised.facts(said_spans, own, received)
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
    tokens: list[str],
    other: re.Match | None,
    *,
    is_bare: bool,
    is_split: bool,
) -> list[str]:
    """The intents, the one to act on first in front."""
    top = said.intent
    wants_back = "start" in spans and "stop" not in spans
    if wants_back and (_starts_again(own) or top in {"start", "stop"}):
        top = "start"
    elif "stop" in spans or ("start" not in spans and weighing.wants_no_more(said, own)):
        top = "stop"
    elif top == "stop":
        top = next((name for _, name in said.classes[1:] if name != "stop"), "other")
        top = INTENT_OF.get(top, top)
    elif _is_blow(other) and top in {"promise", "question", "plan", "help"}:
        top = "other"
    elif top == "promise" and "dispute" in spans and "promise" not in spans:
        top = "dispute"
    elif is_split and top in {"promise", "question", "other"}:
        top = "plan"
    elif is_bare and top not in {"plan", "paid", "dispute"}:
        top = "promise"
    elif _is_thanks(own, tokens, own):
        top = "thanks"
    elif top == "promise" and "paid" in spans and "promise" not in spans:
        top = "paid"
    elif top in {"promise", "question"} and "plan" in spans and said.chance("plan") > 0.1:
        top = "plan"
    elif said.sureness < weighing.UNSURE:
        by_rules = [intent for intent in ORDER if intent in spans]
        if by_rules:
            top = by_rules[0]
        elif other:
            top = "other"
    also = {
        INTENT_OF.get(name, name)
        for odds, name, _, _ in said.clauses
        if odds >= weighing.CLAUSE_ALSO
    }
    also |= {intent for intent in spans if said.chance(intent) > 0.12}
    if "promise" in spans and _names_a_day(own):
        paid_at = spans.get("paid", (0, 0))[0]
        if top in {"copy", "stop"} or (top == "paid" and spans["promise"][0] > paid_at):
            also.add("promise")
    also -= {top, "other", "thanks", "abusive", "stop", "start", "help"}
    if top in {"thanks", "other", "abusive", "promise"}:
        also -= {"wrong_number", "contact_change"}
    if top == "plan":
        also.discard("promise")
    return [top, *(intent for intent in ORDER if intent in also)]


_LIFE = re.compile(
    r"bankrup|chapter|insolv|receiver|passed|deceas|died|estate|funeral|falleci|murio|quiebra"
    r"|bancarrota"
)


def _is_blow(other: re.Match | None) -> bool:
    """Death and insolvency weigh more than what is said beside them; a phone's death does not."""
    if other is None or not _LIFE.search(other[0]):
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


def _by_itself(own: str, tokens: list[str], shown: str) -> Reading | None:
    """Keywords alone, politeness aside."""
    if len(tokens) > 8:
        return None
    core = [token.replace("-", "") for token in tokens if token not in words_stop.POLITE_WORDS]
    joined = " ".join(core)
    whole = shown.strip()
    if (core and set(core) <= words_stop.STOP_WORDS) or joined in {"opt out", "no mas", "s t o p"}:
        return Reading("stop", opt_out=True, evidence=whole)
    if core and set(core) <= words_stop.HELP_WORDS:
        return Reading("help", evidence=whole)
    if core and set(core) <= words_stop.START_WORDS:
        return Reading("start", must_pause=False, evidence=whole)
    if joined in {"yes", "y"} and len(tokens) == 1:
        # Consent for a carrier, an answer to anything for a person: somebody has to look.
        return Reading("other", evidence=whole)
    return None


_SURELY_A_MACHINE = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response)|undeliver|mailer-daemon"
    r"|delivery (?:status|has failed)|respuesta automatica|fuera de (?:la )?oficina|you(?:'ve)? won"
)


def _machine(own: str, shown: str, channel: str, said: Opinion) -> Reading | None:
    """Auto-replies, bounces and spam, which nobody wrote to us."""
    match = first(words_rest.AUTO_REPLY, own, channel=channel)
    if match is None:
        spam = first((words_rest.SPAM,), own, channel=channel)
        if spam is None:
            return None
        return Reading("other", must_pause=False, evidence=shown[spam.start() : spam.end()])
    if not _SURELY_A_MACHINE.search(own) and said.classes[0][1] != "machine":
        return None
    if said.chance("machine") < 0.15:
        return None
    start, end = match.span()
    return Reading("other", must_pause=False, evidence=shown[start:end])


_REACTION = re.compile(
    r"^\W*(?:(?P<liked>liked|loved|emphasi[sz]ed|(?:le|te|me) (?:gusto|gusta|encanto|encanta)"
    r"|destaco)|(?P<asked>questioned)|(?P<undone>removed (?:a|an) \w+ from)"
    r"|(?P<other>disliked|laughed at|se rio de)) (?:an image|a message|\".*)",
    re.DOTALL,
)
_MARKED = re.compile(r"^\s*(?P<mark>[^\w\s\"]{1,6})\s*(?:to|a)\s+\".*", re.DOTALL)


def _reaction(folded: str, shown: str) -> Reading | None:
    """A phone's report that somebody tapped on our text: our own words are no answer."""
    whole = shown.strip()[:80]
    match = _REACTION.match(folded)
    if match is not None:
        if match["liked"]:
            return Reading("thanks", must_pause=False, evidence=whole)
        if match["asked"]:
            return Reading("question", evidence=whole)
        return Reading("other", must_pause=not match["undone"], evidence=whole)
    marked = _MARKED.match(folded)
    if marked is None:
        return None
    if any(mark in marked["mark"] for mark in words_rest.THANKS_MARKS):
        return Reading("thanks", must_pause=False, evidence=whole)
    intent = "question" if set("?❓❔") & set(marked["mark"]) else "other"
    return Reading(intent, evidence=whole)


def _intents(own: str, channel: str) -> Spans:
    found: Spans = {}
    plain = idioms.covered(own)
    for intent, group in _GROUPS.items():
        match = first(group, plain if intent in {"stop", "wrong_number"} else own, channel=channel)
        if match is not None:
            found[intent] = match.span()
    condition = first((words_promise.CONDITION,), own, channel=channel)
    if condition is not None and not dates.find(
        own[condition.end() - 25 : condition.end()], received=date(2000, 1, 1)
    ):
        found["dispute"] = found.get("dispute", condition.span())
        found.pop("promise", None)
    return found


_ASKS_MORE = re.compile(
    r"\b(?:what|how|where|which|who|why|when (?:is|was|did|does|do)|do you (?:take|accept"
    r"|have)|cual|cuanto"
    r"|como|donde|quien|por que|aceptan)\b"
)
_LINK_TROUBLE = words_request.QUESTION[1:3]
_STRONG_DISPUTE = re.compile(
    r"disput|never|twice|double|overcharg|overbill|not what|refus|won'?t pay|not paying"
    r"|broken|damaged|defect"
    r"|leak|missing|don'?t owe|do not owe|no debo|should be|agreed|quoted|cobr|reclam|until"
    r"|hasta|credit"
)


def _settle(spans: Spans, own: str) -> None:
    """Drop what is only a shadow of another intent."""
    if "question" in spans and not _is_real_question(spans, own):
        del spans["question"]
    if "wrong_number" in spans and {"promise", "plan"} & spans.keys():
        del spans["wrong_number"]
    if {"copy", "contact_change"} <= spans.keys() and _overlap(spans, "copy", "contact_change"):
        del spans["copy"]
    if "paid" in spans and "promise" in spans and _overlap(spans, "paid", "promise"):
        del spans["paid"]
    if "paid" in spans and "dispute" in spans:
        start, end = spans["dispute"]
        if not _STRONG_DISPUTE.search(own[start : end + 30]):
            del spans["dispute"]
    if "plan" in spans:
        spans.pop("promise", None)  # comes back with a date or an amount
    both = {"wrong_number", "contact_change"} <= spans.keys()
    if both and _overlap(spans, "wrong_number", "contact_change"):
        del spans["contact_change"]
    if "help" in spans and {"contact_change", "question"} & spans.keys() and "call" not in own:
        del spans["help"]
    if "start" in spans and "stop" in spans:
        del spans["start" if not _starts_again(own) else "stop"]


def _is_real_question(spans: Spans, own: str) -> bool:
    """A request for time, parts, a copy or a call is no question of its own."""
    if first(_LINK_TROUBLE, own, channel="any"):
        return True
    asked = spans.keys() & {
        "promise", "plan", "copy", "help", "contact_change", "stop", "start", "wrong_number",
        "dispute",
    }  # fmt: skip
    if not asked:
        return True
    marks = own.count("?")
    if "promise" in asked and _ASKS_MORE.search(own):
        return True
    if asked & {"stop", "dispute", "start"}:
        return False
    return bool(_ASKS_MORE.search(own)) and (marks > 1 or asked <= {"promise", "help"})


def _starts_again(own: str) -> bool:
    return bool(
        re.search(
            r"\b(?:again|back|resume|restart|mistake|accident\w*|mean to|error|de nuevo|i do want"
            r"|toddler|kid)\b",
            own,
        )
    )


def _overlap(spans: Spans, one: str, other: str) -> bool:
    (start, end), (other_start, other_end) = spans[one], spans[other]
    return start < other_end and other_start < end


def _must_pause(ranked: list[str], said: Opinion, own: str) -> bool:
    """In doubt a person is asked: quiet needs a reply that surely asks for nothing."""
    if ranked[0] in {"start", "thanks", "copy"}:
        more = PAUSING & set(ranked[1:])
        if more - {"question"} or (more and said.chance("copy") < 0.75):
            return True
        return said.quiet < 0.35 and said.intent != ranked[0]
    if ranked[0] == "question" and len(ranked) == 1:
        return said.chance("new_business") < weighing.QUIET_IS_SURE
    if ranked[0] == "other" and len(ranked) == 1:
        chance = said.chance("machine") + said.chance("errand") + said.chance("thanks")
        return chance < weighing.QUIET_IS_SURE
    return True


_STOP_MARKS = "🛑🚫✋⛔🔇"


def _without_words(own: str, tokens: list[str], shown: str) -> Reading:
    whole = shown.strip()
    if whole and all(mark in _STOP_MARKS or not mark.isprintable() for mark in whole):
        return Reading("stop", opt_out=True, evidence=whole)
    if _is_thanks(own, tokens, shown):
        return Reading("thanks", must_pause=False, evidence=whole)
    if any(mark in "🖕🤬" for mark in whole):
        return Reading("abusive", evidence=whole)
    if "?" in own:
        return Reading("question", evidence=whole)
    return Reading("other", evidence=whole[:80] or None)


def _is_thanks(own: str, tokens: list[str], shown: str) -> bool:
    if set(tokens) <= {"to", "a"}:
        return any(mark in shown for mark in words_rest.THANKS_MARKS)
    polite = words_rest.THANKS_CORE & set(tokens)
    return bool(polite) and set(tokens) <= words_rest.THANKS_WORDS
