"""Rules and the second opinion put together: the intents of a reply, in the order to act on them.

Rules say what stands there in so many words; the second opinion says what a reply is like, as a
whole and clause by clause. An opt-out in any clause wins.
"""

import re
from dataclasses import dataclass

from messaging.triage import second_opinion
from messaging.triage.concepts import concept, words_of
from messaging.triage.idioms import covered
from messaging.triage.second_opinion import INTENT_OF
from messaging.triage.words import first
from messaging.triage.words_stop_plain import FEWER, KEEP

_BREAK = re.compile(
    r"[.!?;\n]+(?=\s|$)|\s[-–]\s"
    r"|,?\s+(?:but|so|and|just|pero|y)\s+(?=(?:please|pls|plz|you|i|we|the|stop|no|don'?t|quit"
    r"|take|remove|ya|can|could|do|dejen|por favor|me|lose|forget|also|i'?ll|we'?ll)\b)"
    r"|,\s+(?=(?:please|stop|quit|don'?t|no|take|remove|dejen|ya|lose|do not|i'?ll|we'?ll|i will"
    r"|can you|send|resend)\b)"
)
UNSURE = 0.3
CLAUSE_STOP = 0.65
WHOLE_STOP = 0.5
SURE_STOP = 0.62
CERTAIN_STOP = 0.8
STOP_RULED_OUT = 0.08
OUT_OF_PLACE = 0.02
ALSO = 0.12
PLAN = 0.1
QUESTION_TOO = 0.3
CLAUSE_ALSO = 0.8
CLAUSES = 10
OF_A_SENTENCE = 0.5
CLAUSE_FIRST = 0.6
QUIET_IS_SURE = 0.35


@dataclass(frozen=True)
class Opinion:
    """What a reply is like: the likeliest classes, and the likeliest of each clause."""

    classes: list[tuple[float, str]]
    clauses: list[tuple[float, str, int, int]]
    stop: float = 0.0
    """How much the reply, or the clause that most does, sounds like an opt-out."""
    whole_stop: float = 0.0

    @property
    def intent(self) -> str:
        return INTENT_OF.get(self.classes[0][1], self.classes[0][1])

    @property
    def sureness(self) -> float:
        return self.classes[0][0]

    def chance(self, name: str) -> float:
        return _chance(self.classes, name)

    def clause(self, name: str, own: str) -> float:
        """How sure a clause of its own, that asks nothing, is of the class."""
        return max(
            (
                odds
                for odds, each, start, end in self.clauses
                if each == name and (name != "paid" or not own[start:end].rstrip().endswith("?"))
            ),
            default=0.0,
        )

    def hears(self, name: str, own: str) -> bool:
        return self.chance(name) > ALSO or self.clause(name, own) > WHOLE_STOP

    def span_of(self, intent: str) -> tuple[int, int] | None:
        """The clause that most sounds like the intent."""
        fitting = [each for each in self.clauses if INTENT_OF.get(each[1], each[1]) == intent]
        return max(fitting)[2:] if fitting else None


def opinion(own: str, channel: str) -> Opinion:
    plain = covered(own)
    parts = _clauses(plain)
    said, stop = [], 0.0
    spoken: dict[str, float] = {}
    if len(parts) > 1:
        for start, end in parts[:CLAUSES]:
            classes = second_opinion.likely(plain[start:end], channel)
            said.append((*classes[0], start, end))
            stop = max(stop, _chance(classes, "stop"))
            for odds, name in classes[:3]:
                spoken[name] = max(spoken.get(name, 0.0), odds)
    whole = second_opinion.likely(plain, channel)
    as_a_whole = _chance(whole, "stop")
    if len(parts) > 2:
        whole = _heard(whole, spoken)
    return Opinion(whole, said, max(stop, as_a_whole), as_a_whole)


_SMALL_TALK = frozenset({"thanks", "machine", "errand", "other", "new_business", "stop", "start"})


def _heard(whole: list[tuple[float, str]], spoken: dict[str, float]) -> list[tuple[float, str]]:
    """A long reply's opinion: what one of its sentences surely says weighs beside the whole."""
    heard = [
        (odds + (0.0 if name in _SMALL_TALK else OF_A_SENTENCE * spoken.get(name, 0.0) ** 2), name)
        for odds, name in whole
    ]
    total = sum(odds for odds, _ in heard)
    return sorted(((odds / total, name) for odds, name in heard), reverse=True)


def _chance(classes: list[tuple[float, str]], name: str) -> float:
    return next((odds for odds, each in classes if each == name), 0.0)


def _clauses(own: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in _BREAK.finditer(own):
        spans.append((start, match.end() if own[match.start()] in "?!" else match.start()))
        start = match.end()
    spans.append((start, len(own)))
    return [(start, end) for start, end in spans if own[start:end].strip(" .,!?\n")]


_OF_PAYING = {"PAY", "SEND", "MONEY", "#MONEY", "WILL"}


def speaks_of_paying(part: str) -> bool:
    """Whether a clause that sounds like a promise has money or a will in it."""
    return bool({concept(word) for word in words_of(part)} & _OF_PAYING)


_AGAINST = {"HALT", "LEAVE", "NOT", "CONSENT", "REPORT", "WRONG", "LIST"}
_OF_TALK = {"TEXTS", "CONTACT", "LIST", "NUMBER", "EMAIL", "CONSENT", "LEAVE", "CALL", "REPORT"}


def may_want_no_more(said: Opinion) -> bool:
    """Whether words of an opt-out may be meant as one: in doubt they are."""
    return said.stop >= STOP_RULED_OUT


_BY_OTHER_MEANS = re.compile(r"\b(?:call\w*|phon\w+|ring\w*|e-?mail\w*|llam\w+|correos?|fax\w*)\b")
_BY_TEXT = re.compile(r"\b(?:texts?|texting|txt\w*|sms|messag\w+|msgs?|reminders?|mensajes?)\b")


def wants_fewer(said: Opinion, own: str, channel: str) -> bool:
    """Whether our messages may go on, only less often, later, or instead of calls and letters."""
    if first(FEWER, own, channel=channel) is None or said.whole_stop >= CERTAIN_STOP:
        return False
    return not any(
        name == "stop"
        and odds >= CLAUSE_STOP
        and first(FEWER, own[start:end], channel=channel) is None
        and (_BY_TEXT.search(own, start, end) or not _BY_OTHER_MEANS.search(own, start, end))
        and _speaks_of_it(own[start:end], is_strict=True)
        for odds, name, start, end in said.clauses
    )


def wants_no_more(said: Opinion, own: str, channel: str) -> bool:
    """Whether the reply, or one clause of it, sounds like an opt-out and speaks of one."""
    goes_on = first((KEEP,), own, channel=channel)
    if goes_on is not None:
        return any(
            name == "stop" and odds >= CLAUSE_STOP and _speaks_of_it(own[start:end], is_strict=True)
            for odds, name, start, end in said.clauses
            if not start <= goes_on.start() < end
        )
    if channel == "email" and not {concept(word) for word in words_of(own)} & _AGAINST:
        return False  # by mail, a wish for mail alone changes nothing
    chance = said.whole_stop
    if chance < CERTAIN_STOP and _NEVER_CAME.search(own):
        return False
    if chance >= CERTAIN_STOP:
        return True
    if chance >= WHOLE_STOP and _speaks_of_it(own, is_strict=chance < SURE_STOP):
        return True
    least = CLAUSE_STOP if chance > OUT_OF_PLACE else CERTAIN_STOP
    return any(
        name == "stop" and odds >= least and _speaks_of_it(own[start:end], is_strict=True)
        for odds, name, start, end in said.clauses
    )


# Messages that did not come, which nobody needs to stop.
_NEVER_CAME = re.compile(
    r"\b(?:never|didn'?t|did not|haven'?t|have not) (?:ever |even )?(?:get|got|gotten|receiv\w+"
    r"|see|saw"
    r"|seen|had) (?:a |an |any |your |the |that |one )*(?:texts?|messages?|e-?mails?|reminders?)\b"
    r"|\bno (?:texts?|messages?|reminders?|e-?mails?) (?:came|arrived|yet|from you|since)\b"
)
_BACK = {"TEXTS", "LIST", "CONTACT", "AGAIN", "ERROR", "LEAVE", "EMAIL", "CONSENT"}


def wants_back(own: str) -> bool:
    """Whether a reply that sounds like "start" speaks of messages, not of a job's beginning."""
    words = words_of(own)
    ideas = {concept(word) for word in words}
    return len(words) <= 2 or bool(ideas & _BACK)


def _speaks_of_it(part: str, *, is_strict: bool) -> bool:
    """Something against something of ours: both ideas, or an end and hardly anything else."""
    words = words_of(covered(part))
    ideas = {concept(word) for word in words}
    if len(words) <= 4 and ideas & {"HALT", "LEAVE"}:
        return True
    if not is_strict:
        return bool(ideas & _AGAINST)
    return (
        bool(ideas & _AGAINST) and bool(ideas & _OF_TALK) and len(ideas & (_AGAINST | _OF_TALK)) > 1
    )
