"""Replies that are read whole: carrier words, reactions, machines, and what has no words."""

import re

from messaging.triage import words_rest, words_stop
from messaging.triage.reading import Reading
from messaging.triage.weighing import Opinion
from messaging.triage.words import first

# Accents included; Hebrew, Arabic, Cyrillic, Chinese and the rest come later.
LAST_LATIN = "\u024f"


def carrier_word(text: str) -> str | None:
    """stop, help or start when the whole text is one word carriers themselves act on."""
    return words_stop.CARRIER.get(text.strip().strip(".!\"'").casefold())


_WHO = re.compile(
    r"^\W*(?:who(?:'?s| is| tf is| the \w+ is)|quien es) (?!this|that|it\b|he\b|she\b|your"
    r"|the\b|my\b"
    r"|texting|calling|messaging|responsible|in charge|paying|dis\b|writing|you\b|u\b|a\b|este|esta"
    r"|eso|coming|going|doing|handling|asking|supposed|sending)[a-z]+(?: [a-z]+)?\s*[?!.]*\s*$"
)


def by_itself(own: str, tokens: list[str], shown: str) -> Reading | None:
    """Keywords alone, politeness aside."""
    if len(tokens) > 8:
        return None
    core = [token.replace("-", "") for token in tokens if token not in words_stop.POLITE_WORDS]
    joined = " ".join(core)
    whole = shown.strip()
    if (core and set(core) <= words_stop.STOP_WORDS) or joined in words_stop.STOP_PHRASES:
        return Reading("stop", opt_out=True, evidence=whole)
    if core and set(core) <= words_stop.HELP_WORDS:
        return Reading("help", evidence=whole)
    if core and set(core) <= words_stop.START_WORDS:
        return Reading("start", must_pause=False, evidence=whole)
    if _WHO.search(own):
        return Reading("wrong_number", evidence=whole)
    if joined in {"yes", "y"} and len(tokens) == 1:
        # Consent for a carrier, an answer to anything for a person: somebody has to look.
        return Reading("other", evidence=whole)
    return None


_SURELY_A_MACHINE = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response)|undeliver|mailer-daemon"
    r"|server will (?:keep|continue)|delivery (?:has been |is |was )?delayed|retr(?:y"
    r"|ied) (?:for|until)"
    r"|delivery (?:status|has failed)|respuesta automatica|fuera de (?:la )?oficina|you(?:'ve)? won"
)


# Somebody who left, or an address that is no more: a person has to look.
_GONE = re.compile(
    r"\bno longer (?:with|work|employed|at|a part|in use|valid|active)|\bleft the (?:company|firm"
    r"|team)"
    r"|does(?: not|n'?t) exist|no such user|user unknown|address not found|couldn'?t be found"
    r"|no mailbox|permanently (?:closed|disabled)|\bya no (?:trabaj|labor)|no existe"
)


def machine(own: str, shown: str, channel: str, said: Opinion) -> Reading | None:
    """Auto-replies, bounces and spam, which nobody wrote to us."""
    match = first(words_rest.AUTO_REPLY, own, channel=channel)
    if match is None:
        spam = first((words_rest.SPAM,), own, channel=channel)
        if spam is None:
            return None
        return Reading("other", must_pause=False, evidence=shown[spam.start() : spam.end()])
    if not _SURELY_A_MACHINE.search(own) and said.classes[0][1] != "machine":
        return None
    if said.chance("machine") < 0.15 or _GONE.search(own):
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


def reaction(folded: str, shown: str) -> Reading | None:
    """A phone's report that somebody tapped on our text: our own words are no answer."""
    whole = shown.strip()[:80]
    match = _REACTION.match(folded)
    if match is not None:
        if match["liked"]:
            return Reading("thanks", must_pause=False, evidence=whole)
        if match["asked"]:
            return Reading("question", evidence=whole)
        is_cross = match["other"] == "disliked"
        return Reading("other", must_pause=is_cross, evidence=whole)
    marked = _MARKED.match(folded)
    if marked is None:
        return None
    if any(mark in marked["mark"] for mark in words_rest.THANKS_MARKS):
        return Reading("thanks", must_pause=False, evidence=whole)
    intent = "question" if set("?❓❔") & set(marked["mark"]) else "other"
    return Reading(intent, evidence=whole)


_STOP_MARKS = "🛑🚫✋⛔🔇📵🔕🙅"
_MONEY_MARKS = frozenset("💸💵💰💳")


def without_words(own: str, tokens: list[str], shown: str) -> Reading:
    whole = shown.strip()
    if whole and all(mark in _STOP_MARKS or not mark.isprintable() for mark in whole):
        return Reading("stop", opt_out=True, evidence=whole)
    if "✅" in whole and _MONEY_MARKS & set(whole):
        return Reading("paid", evidence=whole)
    if is_thanks(own, tokens, shown):
        return Reading("thanks", must_pause=False, evidence=whole)
    if any(mark in "🖕🤬" for mark in whole):
        return Reading("abusive", evidence=whole)
    if "?" in own:
        return Reading("question", evidence=whole)
    return Reading("other", evidence=whole[:80] or None)


def is_thanks(own: str, tokens: list[str], shown: str) -> bool:
    if set(tokens) <= {"to", "a"}:
        return any(mark in shown for mark in words_rest.THANKS_MARKS)
    polite = words_rest.THANKS_CORE & set(tokens)
    return bool(polite) and set(tokens) <= words_rest.THANKS_WORDS


def in_other_letters(own: str, shown: str) -> Reading | None:
    """Words in letters neither English nor Spanish is written in: nobody here has read them."""
    letters = [letter for letter in own if letter.isalpha()]
    strange = sum(letter > LAST_LATIN for letter in letters)
    if strange * 2 <= len(letters):
        return None
    return Reading("other", evidence=shown.strip()[:80] or None)
