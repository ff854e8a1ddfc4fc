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

_BREAK = re.compile(
    r"[.!?;\n]+(?=\s|$)|\s[-–]\s"
    r"|,?\s+(?:but|so|and|just|pero|y)\s+(?=(?:please|pls|plz|you|i|we|the|stop|no|don'?t|quit"
    r"|take|remove|ya|can|do|dejen|por favor|me|lose|forget|also)\b)"
    r"|,\s+(?=(?:please|stop|quit|don'?t|no|take|remove|dejen|ya|lose|do not)\b)"
)
UNSURE = 0.3
CLAUSE_STOP = 0.65
WHOLE_STOP = 0.5
SURE_STOP = 0.62
CERTAIN_STOP = 0.8
STOP_RULED_OUT = 0.08
ALSO = 0.12
PLAN = 0.1
QUESTION_TOO = 0.3
CLAUSE_ALSO = 0.8
QUIET_IS_SURE = 0.35


@dataclass(frozen=True)
class Opinion:
    """What a reply is like: the likeliest classes, and the likeliest of each clause."""

    classes: list[tuple[float, str]]
    clauses: list[tuple[float, str, int, int]]
    stop: float = 0.0
    """How much the reply, or the clause that most does, sounds like an opt-out."""

    @property
    def intent(self) -> str:
        return INTENT_OF.get(self.classes[0][1], self.classes[0][1])

    @property
    def sureness(self) -> float:
        return self.classes[0][0]

    def chance(self, name: str) -> float:
        return _chance(self.classes, name)

    @property
    def quiet(self) -> float:
        """How likely nobody needs to be asked before the next reminder."""
        return sum(
            odds
            for odds, name in self.classes
            if name in {"machine", "errand", "new_business", "thanks", "start", "copy"}
        )

    def span_of(self, intent: str) -> tuple[int, int] | None:
        """The clause that most sounds like the intent."""
        fitting = [each for each in self.clauses if INTENT_OF.get(each[1], each[1]) == intent]
        return max(fitting)[2:] if fitting else None


def opinion(own: str, channel: str) -> Opinion:
    plain = covered(own)
    parts = _clauses(plain)
    said, stop = [], 0.0
    if len(parts) > 1:
        for start, end in parts[:8]:
            classes = second_opinion.likely(plain[start:end], channel)
            said.append((*classes[0], start, end))
            stop = max(stop, _chance(classes, "stop"))
    whole = second_opinion.likely(plain, channel)
    return Opinion(whole, said, max(stop, _chance(whole, "stop")))


def _chance(classes: list[tuple[float, str]], name: str) -> float:
    return next((odds for odds, each in classes if each == name), 0.0)


def _clauses(own: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in _BREAK.finditer(own):
        spans.append((start, match.end() if own[match.start()] in "?!" else match.start()))
        start = match.end()
    spans.append((start, len(own)))
    return [(start, end) for start, end in spans if own[start:end].strip(" .,!?\n")]


_AGAINST = {"HALT", "LEAVE", "NOT", "CONSENT", "REPORT", "WRONG", "LIST"}
_OF_TALK = {"TEXTS", "CONTACT", "LIST", "NUMBER", "EMAIL", "CONSENT", "LEAVE", "CALL", "REPORT"}


def may_want_no_more(said: Opinion) -> bool:
    """Whether words of an opt-out may be meant as one: in doubt they are."""
    return said.stop >= STOP_RULED_OUT


def wants_no_more(said: Opinion, own: str, channel: str) -> bool:
    """Whether the reply, or one clause of it, sounds like an opt-out and speaks of one."""
    if channel == "email" and not {concept(word) for word in words_of(own)} & _AGAINST:
        return False  # by mail, a wish for mail alone changes nothing
    chance = said.chance("stop")
    if chance >= CERTAIN_STOP:
        return True
    if chance >= WHOLE_STOP and _speaks_of_it(own, is_strict=chance < SURE_STOP):
        return True
    return any(
        name == "stop" and odds >= CLAUSE_STOP and _speaks_of_it(own[start:end], is_strict=True)
        for odds, name, start, end in said.clauses
    )


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
