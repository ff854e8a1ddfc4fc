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
    normal,
    promised,
    words_dispute,
    words_paid,
    words_plan,
    words_promise,
    words_request,
    words_rest,
    words_stop,
)
from messaging.triage.reading import PAUSING, Context, Reading
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

    special = _by_itself(own, tokens, shown) or _machine(own, shown, channel)
    if special is not None:
        return special
    spans = _intents(own, channel)
    bare = promised.bare(own, tokens, spans, received)
    if bare:
        spans["promise"] = bare
    if "promise" in spans and promised.is_split(own, received):
        spans.setdefault("plan", spans["promise"])
    _settle(spans, own)
    invoice = amounts.invoice_in(shown, own, known=known)
    if not spans:
        return _without_intent(own, tokens, shown, invoice, channel)

    promise_date, promise_amount = promised.facts(spans, own, received)
    if "plan" in spans and (promise_date or promise_amount):
        spans.setdefault("promise", spans["plan"])
    ranked = [intent for intent in ORDER if intent in spans]
    other = first(words_rest.OTHER, own, channel=channel)
    if other and ranked[0] in {"question", "promise", "help", "copy"} and _weighs_more(other):
        ranked = ["other", *(each for each in ranked if each != "question" or "?" not in own)]
        spans["other"] = other.span()
    intent = ranked[0]
    return Reading(
        intent=intent,
        secondary=tuple(ranked[1:]),
        opt_out="stop" in spans,
        must_pause=_must_pause(ranked, own),
        promise_date=promise_date,
        promise_amount=promise_amount,
        invoice=invoice,
        evidence=_evidence(shown, *spans[intent]),
    )


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


def _machine(own: str, shown: str, channel: str) -> Reading | None:
    """Auto-replies, bounces and spam, which nobody wrote to us."""
    match = first(words_rest.AUTO_REPLY, own, channel=channel)
    if match is None:
        match = first((words_rest.SPAM,), own, channel=channel)
    if match is None or first(words_stop.STOP, own, channel=channel):
        return None
    if not _SURELY_A_MACHINE.search(own):
        people = words_dispute.DISPUTE + words_paid.PAID + words_plan.PLAN + words_promise.PROMISE
        if first(people + words_rest.WRONG_NUMBER, own, channel=channel):
            return None
    start, end = match.span()
    return Reading("other", must_pause=False, evidence=shown[start:end])


def _intents(own: str, channel: str) -> Spans:
    found: Spans = {}
    for intent, group in _GROUPS.items():
        match = first(group, own, channel=channel)
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
    return bool(re.search(r"\b(?:again|back|resume|restart|mistake|accident\w*|mean to)\b", own))


def _overlap(spans: Spans, one: str, other: str) -> bool:
    (start, end), (other_start, other_end) = spans[one], spans[other]
    return start < other_end and other_start < end


def _weighs_more(other: re.Match) -> bool:
    return bool(
        re.search(
            r"bankrup|chapter|insolv|out of business|passed|deceas|died|estate|funeral"
            r"|falleci|murio|quiebra"
            r"|bancarrota|card|account|tarjeta|cancel|terminate|closed|schedul|appointment|cita",
            other[0],
        )
    )


def _must_pause(ranked: list[str], own: str) -> bool:
    if ranked == ["question"] and words_request.NEW_BUSINESS.pattern.search(own):
        return bool(re.search(r"\b(?:invoice|bill|balance|pay|payment|charge|factura)", own))
    return bool(PAUSING & set(ranked)) or "other" in ranked


def _without_intent(
    own: str, tokens: list[str], shown: str, invoice: str | None, channel: str
) -> Reading:
    whole = shown.strip()
    other = first(words_rest.OTHER, own, channel=channel)
    abuse = words_rest.ABUSIVE.pattern.search(own)
    if other is not None:
        start, end = other.span()
        return Reading("other", invoice=invoice, evidence=shown[start:end])
    if abuse is not None:
        start, end = abuse.span()
        return Reading("abusive", invoice=invoice, evidence=shown[start:end])
    if _is_thanks(own, tokens, shown):
        return Reading("thanks", must_pause=False, evidence=whole or None)
    return Reading("other", invoice=invoice, evidence=whole[:80] or None)


_LIKING = re.compile(
    r"^\W*(?:liked|loved|emphasi[sz]ed|(?:le|te|me) (?:gusto|gusta|encanto|encanta))\b"
)


def _is_thanks(own: str, tokens: list[str], shown: str) -> bool:
    if _LIKING.match(own):
        return True
    if set(tokens) <= {"to", "a"}:
        return any(mark in shown for mark in words_rest.THANKS_MARKS)
    polite = words_rest.THANKS_CORE & set(tokens)
    return bool(polite) and set(tokens) <= words_rest.THANKS_WORDS
