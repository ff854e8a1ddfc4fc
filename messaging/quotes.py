"""What of a mail the sender wrote now: quoted mails, signatures and small print are left out.

Rather too little is cut than too much: an answer between quoted lines stays, and so does whatever
reads like an opt-out or a promise. The whole text is kept beside it.
"""

import re
from dataclasses import dataclass
from datetime import date

from messaging import triage

LONGEST = 200_000
# How many lines a mail program may break its own line over the quote into.
WRAPPED = 4

WROTE = re.compile(
    r"^[>\s]*(?:on\b.{4,300}\bwrote|el\b.{4,300}\bescribi[oó]|.{3,200}<\S+@\S+>\s+"
    r"(?:wrote|escribi[oó]))\s*:\s*$",
    re.I,
)
WROTE_BEGINS = re.compile(r"^[>\s]*(?:on|el)\s+\S", re.I)
RULE = re.compile(
    r"^[>\s]*(?:-{2,}\s*(?:original (?:message|appointment)|forwarded (?:message|by)"
    r"|mensaje (?:original|reenviado)|reply above this line).*|_{10,}"
    r"|begin forwarded message:|inicio del mensaje reenviado:)\s*$",
    re.I,
)
FIELD = re.compile(
    r"^[>\s]*\*?(?:from|sent|to|cc|subject|date|de|enviado(?: el)?|para|asunto|fecha)"
    r"\s?:\*?(?:\s|$)",
    re.I,
)
FROM = re.compile(r"^[>\s]*\*?(?:from|de)\s?:\*?\s+\S", re.I)
QUOTED = re.compile(r"^\s*>")
DASHES = re.compile(r"^--\s?$")
MACHINE = re.compile(
    r"^\s*(?:(?:sent|enviado) (?:from|via|desde|mediante|con) (?:\S+ ){0,3}?(?:i-?phone|i-?pad"
    r"|android|galaxy|samsung|pixel|mobile|m[oó]vil|blackberry|outlook|yahoo|proton ?mail|gmail"
    r"|mail|tel[eé]fono|dispositivo)\b.{0,60}|get outlook for .{0,40}"
    r"|obt[eé]n(?:ga)? outlook para .{0,40})\s*$",
    re.I,
)
CLOSING = re.compile(
    r"^\s*(?:(?:best|kind|warm|kindest|warmest)(?: (?:regards|wishes))?|regards|sincerely"
    r"|cheers|respectfully|yours (?:truly|sincerely)|all the best|many thanks|thanks(?: again"
    r"| so much| and regards)?|thank you|atentamente|saludos(?: cordiales)?|un saludo"
    r"|cordialmente|(?:muchas )?gracias)\s*[,.!]?\s*$",
    re.I,
)
SMALL_PRINT = re.compile(
    r"^\W*(?:confidential(?:ity)?(?: notice| note)?|disclaimer|privileged|legal notice"
    r"|aviso (?:legal|de confidencialidad)|confidencialidad|please consider the environment"
    r"|(?:caution|warning): (?:this|external)|this (?:e-?mail|message|communication)"
    r"(?:,? (?:and|including) any (?:attachments?|files).{0,40})? (?:is|are|may|contains?)\b"
    r"|este (?:correo|mensaje)(?: electr[oó]nico)?.{0,60} (?:es|puede|contiene)\b)",
    re.I,
)
ASKING = re.compile(
    r"\b(?:please|pls|contact|send|write|call|reach|use|forward|ask|chang\w*|moved|left|new|now|no"
    r" longer|anymore|instead|favor|cont[aá]ct\w*|env[ií]\w*|escrib\w*|llam\w*|nuev\w*|ya no)\b",
    re.I,
)
LONGEST_SIGNATURE = 10
# Whether a signature asks for something does not depend on the day.
_ANY_DAY = date(2026, 1, 2)
EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Cut:
    """The sender's own words, and whether anything was left out of them."""

    words: str
    is_cut: bool


def cut(text: str) -> Cut:
    """The words of a mail for reading. Where nothing would be left, all of it stays."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    lines = whole[:LONGEST].split("\n")
    own = _without_quotes(lines)
    own = _without_signature(own)
    words = EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in own)).strip()
    return Cut(words, words.split() != whole.split()) if words else Cut(whole, False)


def _without_quotes(lines: list[str]) -> list[str]:
    start, after = _quote(lines)
    if start is None:
        return [line for line in lines if not QUOTED.match(line)]
    head = [line for line in lines[:start] if not QUOTED.match(line)]
    rest = lines[after:]
    if not any(QUOTED.match(line) for line in rest):
        return head  # Outlook marks nothing: all that follows is the older mail
    between = _answers(rest)
    return [*head, "", *between] if between else head


def _quote(lines: list[str]) -> tuple[int | None, int]:
    """Where the line above a quoted mail begins, and the first line after it."""
    for at, line in enumerate(lines):
        if RULE.match(line):
            return at, at + 1
        if FROM.match(line) and sum(bool(FIELD.match(one)) for one in lines[at : at + 6]) >= 3:
            end = at
            while end < len(lines) and lines[end].strip():
                end += 1
            return at, end
        if WROTE.match(line):
            return at, at + 1
        if WROTE_BEGINS.match(line):
            for more in range(2, WRAPPED + 1):
                if WROTE.match(" ".join(lines[at : at + more])):
                    return at, at + more
    return None, 0


def _answers(rest: list[str]) -> list[str]:
    """What stands between quoted lines: answers in place. Lines that a program broke do not count.

    A quoted line too long for a mail runs on without its mark; it is short and has quotes around.
    """
    found: list[str] = []
    for at, line in enumerate(rest):
        if QUOTED.match(line) or WROTE.match(line):
            continue
        before = rest[at - 1] if at else ""
        runs_on = QUOTED.match(before) and len(before) > 60 and line.strip()
        if not runs_on:
            found.append(line)
    return found if any(line.strip() for line in found) else []


def _without_signature(lines: list[str]) -> list[str]:
    kept = [line for line in lines if not MACHINE.match(line)]
    for at, line in enumerate(kept):
        if at and DASHES.match(line) and _may_go(kept[at:]):
            kept = kept[:at]
            break
    for at, line in enumerate(kept):
        begins = not at or not kept[at - 1].strip()
        if begins and SMALL_PRINT.match(line) and _has_words(kept[:at]) and _may_go(kept[at:]):
            kept = kept[:at]
            break
    for at, line in enumerate(kept):
        if CLOSING.match(line) and _has_words(kept[:at]) and _is_signature(kept[at + 1 :]):
            return kept[:at]
    return kept


def _is_signature(rest: list[str]) -> bool:
    """Names, titles, numbers: few short lines that are no sentences."""
    said = [line.strip() for line in rest if line.strip()]
    if len(said) > LONGEST_SIGNATURE or any(len(line) > 90 for line in said):
        return False
    return _may_go(rest)


def _may_go(rest: list[str]) -> bool:
    """Whether nothing in it asks for anything, as far as triage can tell."""
    text = "\n".join(rest).strip()
    if not text or any(SMALL_PRINT.match(line) for line in rest[:1]):
        return True
    said = " ".join(line.strip() for line in rest if line.strip() not in ("--", "-- "))
    reading = triage.read(said, channel="email", received=_ANY_DAY)
    # A name with its numbers alone reads like somebody to turn to; what asks for that says so.
    is_bare = reading.intent == "contact_change" and not ASKING.search(said)
    return not reading.opt_out and (is_bare or reading.intent in ("other", "thanks"))


def _has_words(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)
