"""The intents whose words stand in a reply, without those that are only another's shadow."""

import re
from datetime import date

from messaging.triage import (
    dates,
    idioms,
    words_dispute,
    words_paid,
    words_plan,
    words_promise,
    words_request,
    words_rest,
    words_start,
    words_stop,
    words_stop_plain,
)
from messaging.triage.weighing import STOP_RULED_OUT, Opinion
from messaging.triage.words import Spans, first

_GROUPS = {
    "stop": words_stop_plain.PLAIN_STOP + words_stop.STOP,
    "wrong_number": words_rest.WRONG_NUMBER,
    "dispute": words_dispute.DISPUTE,
    "paid": words_paid.PAID,
    "plan": words_plan.PLAN,
    "promise": words_promise.PROMISE,
    "copy": words_request.COPY,
    "contact_change": words_request.CONTACT_CHANGE,
    "question": words_request.QUESTION,
    "help": words_start.HELP,
    "start": words_start.START,
}


# Looked for only where the second opinion does not rule them out.
_ONLY_IF_LIKELY = frozenset({"wrong_number", "paid", "contact_change", "copy", "question", "help"})
UNLIKELY = 0.02
RULED_OUT = 0.002


def intents(own: str, channel: str, said: Opinion) -> Spans:
    found: Spans = {}
    plain = idioms.covered(own)
    for intent, group in _GROUPS.items():
        if intent == "stop":
            if said.stop < STOP_RULED_OUT:
                group = words_stop_plain.PLAIN_STOP
        elif intent != "promise" and said.chance(intent) < (
            UNLIKELY if intent in _ONLY_IF_LIKELY else RULED_OUT
        ):
            continue
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


def settle(spans: Spans, own: str) -> None:
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
        del spans["start" if not starts_again(own) else "stop"]


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


def starts_again(own: str) -> bool:
    return bool(
        re.search(
            r"\b(?:again|back|resume|restart|mistake|accident\w*|mean to|error|de nuevo|i do want"
            r"|toddler|kid|vuelv\w+ a|equivoqu\w+|sin querer)\b",
            own,
        )
    )


def _overlap(spans: Spans, one: str, other: str) -> bool:
    (start, end), (other_start, other_end) = spans[one], spans[other]
    return start < other_end and other_start < end
