"""One spelling to match against, and what of a reply is the customer's own words.

Everything here keeps positions: the folded text is as long as the shown one, and what is cut is
blanked, so that the words a reading relied on can be pointed at in the original.
"""

import re
import unicodedata
from functools import lru_cache

from messaging.triage.words import word_set

LONGEST = 4000
"""Characters of a reply that are read; nobody opts out on page three of a newsletter."""

LEET = word_set(
    "stop text texts texting me unsubscribe remove message messages reminders leave alone please no"
    " more quit cancel end paid pay it yesterday today the this already sent not my number wrong i"
    " will is to send list off take tonight friday monday do dont"
)
SAME = {
    **dict.fromkeys("‘’‚‛′´`ʼ＇", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u3000\u200b\u200d\u2060\ufeff\t\r", " "),
}

QUOTED = [
    # A phone's reaction repeats our own text: Liked "Acme: invoice ... Reply STOP to opt out"
    re.compile(
        r"(?:^|\n)[ ]*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned"
        r"|reacted .{1,20}? to"
        r"|removed .{1,30}? from|(?:le|te|me) (?:gusto|gusta|encanto|encanta)|se rio de"
        r"|destaco|dio un .{1,20}? a)\s*(?P<cut>\".*)",
        re.DOTALL,
    ),
    re.compile(r"(?:^|\n)[ ]*[^\w\s\"]{1,6}\s*(?:to|a)\s+(?P<cut>\".*)", re.DOTALL),
    # A mail program's line above the mail that is answered.
    re.compile(
        r"(?:^|\n)[ ]*(?P<cut>on (?:\w{3,9},? )?(?:\w{3,9}\.? \d"
        r"|\d)[^\n]{4,140}(?:\n[^\n]{0,90}){0,2}?"
        r" ?wrote:.*)",
        re.DOTALL,
    ),
    re.compile(
        r"(?:^|\n)[ ]*(?P<cut>el (?:\w{3,9},? )?\d[^\n]{4,140}(?:\n[^\n]{0,90}){0,2}? ?"
        r"escribio:.*)",
        re.DOTALL,
    ),
    re.compile(r"(?P<cut>\bon (?:(?!\bon ).){4,160}? wrote:.*)", re.DOTALL),
    re.compile(r"(?P<cut>\bel (?:(?!\bel ).){4,160}? escribio:.*)", re.DOTALL),
    re.compile(
        r"(?:^|\n)(?P<cut>[ ]*-{2,}\s*(?:original message|mensaje original|forwarded).*)", re.S
    ),
    re.compile(r"(?:^|\n)(?P<cut>[ ]*_{8,}.*)", re.DOTALL),
    re.compile(
        r"(?:^|\n)(?P<cut>[ ]*\*?(?:from|de):[^\n]{3,}\n\s*\*?(?:sent|date|to|enviado|fecha"
        r"|para|subject|asunto|cc):.*)",
        re.DOTALL,
    ),
    # Signatures.
    re.compile(r"\n(?P<cut>-- ?\n.*)", re.DOTALL),
    re.compile(r"(?:^|\n)(?P<cut>[ ]*(?:sent from|get outlook for|enviado desde) [^\n]*)"),
    re.compile(
        r"(?P<cut>this (?:e-?mail|message) (?:and any attachments )?(?:is|are|may) .*)", re.S
    ),
    # What a mail opens and closes with says nothing of its own.
    re.compile(
        r"^\s*(?P<cut>(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hola"
        r"|buen[oa]s(?: \w+)?|estimad[oa]s?)\b[^\n.!?]{0,40},)[ ]*\n"
    ),
    re.compile(
        r"\n[ ]*(?:(?:many |kind(?:est)? |best |warm(?:est)? |with )?(?:thanks|thank you|thx|ty"
        r"|regards"
        r"|best|wishes|sincerely|respectfully|cheers|cordially|yours|fondly|warmly|love|ta|saludos"
        r"|atentamente|gracias|cordialmente|big hug)[^\n.!?]{0,28})[,.!]?[ ]*"
        r"(?P<cut>(?:\n[^\n!?]{0,48}){1,6})\s*$"
    ),
]
QUOTED_LINE = re.compile(r"^[ ]*>[^\n]*", re.MULTILINE)
OWN_HINT = re.compile(
    r"[\"(]?\b(?:(?:reply|text|txt|send|type|responda|responde|envie) (?:with )?"
    r"(?:help for help,? (?:or )?)?[\"']?(?:stop|alto)[\"']?"
    r"(?: or (?:quit|end|cancel))? (?:to (?:opt[- ]?out|unsubscribe|end|stop|cancel)"
    r"|para (?:no recibir|cancelar|salir|darse de baja|dejar))\b[^\n.\"?!]{0,40}"
    r"|(?:reply|text) help for help\b|stop to (?:opt[- ]?out|end|unsubscribe|stop|cancel)\b"
    r"|msg ?& ?data rates may apply\b)[\".)]*"
)
NOT_A_QUOTE = re.compile(r"\b(?:i|we|how|please|pls|want|tried|did|already|can)\b[^.\n]{0,20}$")


@lru_cache(maxsize=5000)
def _folded(character: str) -> str:
    if character in SAME:
        return SAME[character]
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def shown(text: str) -> str:
    """The text as evidence quotes it: composed, and no longer than we read."""
    return unicodedata.normalize("NFC", text[: 2 * LONGEST])[:LONGEST]


def folded(text: str) -> str:
    """Lower case without accents or typographic marks, each character in its place."""
    if text.isascii():
        text = text.lower().replace("\t", " ").replace("\r", " ").replace("`", "'")
    else:
        text = "".join(map(_folded, text))
    return _DIGITS_FOR_LETTERS.sub(_in_letters, text) if _HAS_BOTH.search(text) else text


# St0p t3xting m3: digits that stand for letters, where that makes a word.
_HAS_BOTH = re.compile(r"[a-z][013457]|[013457][a-z]")
_DIGITS_FOR_LETTERS = re.compile(
    r"(?<![\w$#.,/-])(?=\w*[a-z])(?=\w*[013457])[a-z013457]{2,14}(?![\w/-])"
)
_LETTERS = str.maketrans("013457", "oieast")


def _in_letters(match: re.Match) -> str:
    word = match[0].translate(_LETTERS)
    return word if word in LEET else match[0]


def own_words(text: str) -> str:
    """The folded text with everything quoted blanked out."""
    if '"' in text or ">" in text or "\n" in text or ":" in text:
        for pattern in QUOTED:
            text = _blanked(text, pattern, "cut")
        if ">" in text:
            text = _blanked(text, QUOTED_LINE, 0)
    if "stop" in text or "alto" in text or "help" in text or "rates" in text:
        for match in reversed(list(OWN_HINT.finditer(text))):
            is_quoted = match[0][0] == '"'
            if is_quoted or not NOT_A_QUOTE.search(text, 0, match.start()):
                text = _without(text, *match.span())
    return text


def _blanked(text: str, pattern: re.Pattern, group: str | int) -> str:
    for match in pattern.finditer(text):
        text = _without(text, *match.span(group))
    return text


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
