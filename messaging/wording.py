"""A linter for outgoing texts: what a carrier, a lawyer or a customer would object to.

It judges the rendered text. `stop` findings must not leave; `warning` findings are shown.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from messaging import segments
from messaging import wording_phrases as phrases

STOP, WARNING = "stop", "warning"
LONGEST_TEXT = 1600
MOST_PARTS = 2


@dataclass(frozen=True)
class Finding:
    code: str
    """third_party, threat, sensitive, pressure, shouting, no_name, no_link, foreign_link ..."""
    severity: str
    phrase: str
    """The very words, empty when something is missing."""
    sentence: str
    position: int | None
    """Where the words begin in the text, None when something is missing."""


def lint(
    text: str,
    *,
    business_name: str,
    own_hosts: Iterable[str] = (),
    channel: str = "sms",
    needs_stop_hint: bool = True,
    is_first: bool = False,
    link: str = "",
    known: Iterable[str] = (),
) -> list[Finding]:
    """Every finding in the order of the text, what is missing last.

    `own_hosts` are the only hosts a link may lead to, their sub-domains included. `link` is the one
    the text must carry. `known` are names and invoice numbers of the books: "Lien & Sons" is no
    threat, and a long number no card.
    """
    known = [word for word in (business_name, *known) if word]
    findings = [
        *_phrases(text, known),
        *_sensitive(text, [link, *known]),
        *_links(text, own_hosts),
    ]
    if channel == "sms":
        findings += _shouting(text, business_name)
    findings.sort(key=lambda finding: finding.position)
    findings += _missing(text, business_name, channel, needs_stop_hint, is_first)
    if link and link not in text:
        sentence = "The text does not carry the pay link; add {link}."
        findings.append(Finding("no_link", STOP, "", sentence, None))
    if channel == "sms":
        findings += _length(text)
    return findings


def may_leave(findings: Iterable[Finding]) -> bool:
    return all(finding.severity != STOP for finding in findings)


_SETS = [
    ("third_party", STOP, phrases.THIRD_PARTY),
    ("threat", STOP, phrases.THREATS),
    ("pressure", WARNING, phrases.PRESSURE),
]
_RULES = [
    (code, severity, re.compile(pattern, re.IGNORECASE), sentence)
    for code, severity, rules in _SETS
    for pattern, sentence in rules
]
_SENSITIVE = [
    (re.compile(pattern, re.IGNORECASE), sentence) for pattern, sentence in phrases.SENSITIVE
]
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_STOP_HINT = re.compile(phrases.STOP_HINT, re.IGNORECASE)
_HELP_HINT = re.compile(phrases.HELP_HINT, re.IGNORECASE)
_LINK = re.compile(
    r"(?P<schemed>\b[a-z][a-z0-9+.-]*://[^\s<>\"]+)"
    r"|(?<![@\w.-])(?P<bare>(?:[\w-]+\.)+[a-z]{2,18}(?![\w@])(?::\d+)?(?:/[^\s<>\"]*)?)",
    re.IGNORECASE,
)


def _phrases(text: str, known: list[str]) -> Iterator[Finding]:
    for code, severity, pattern, sentence in _RULES:
        for match in pattern.finditer(text):
            if not _is_within(match, text, known):
                yield Finding(code, severity, match[0], sentence, match.start())


def _is_within(found: re.Match, text: str, known: list[str]) -> bool:
    """Whether the words are part of a name."""
    return any(
        match.start() <= found.start() and found.end() <= match.end()
        for word in known
        for match in re.finditer(re.escape(word), text, re.IGNORECASE)
    )


def _sensitive(text: str, known: list[str]) -> Iterator[Finding]:
    """What must not stand on a lock screen; names, links and invoice numbers are not looked at."""
    sentence = "This reads like the number of a card; it never stands in a message."
    rules = [*_SENSITIVE, (_CARD, sentence)]
    if not any(pattern.search(text) for pattern, _ in rules):
        return
    rest = text
    for word in sorted(filter(None, known), key=len, reverse=True):
        # A number on its own: it must not hide the middle of a longer one.
        alone = rf"(?<!\w){re.escape(word)}(?!\w)"
        rest = re.sub(alone, lambda match: "." * len(match[0]), rest, flags=re.IGNORECASE)
    for pattern, said in rules:
        for match in pattern.finditer(rest):
            if pattern is not _CARD or _is_card(match[0]):
                phrase = text[match.start() : match.end()]
                yield Finding("sensitive", STOP, phrase, said, match.start())


def _is_card(written: str) -> bool:
    """Luhn's sum, which every card number keeps."""
    digits = [int(one) for one in written if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _shouting(text: str, business_name: str) -> Iterator[Finding]:
    named = {word.upper() for word in _WORD.findall(business_name)}
    run: list[re.Match] = []
    for match in [*_WORD.finditer(_LINK.sub(lambda link: " " * len(link[0]), text)), None]:
        word = match[0] if match else ""
        if len(word) >= 2 and word.isupper() and word not in phrases.ABBREVIATIONS | named:
            run.append(match)
            continue
        lengths = [len(each[0]) for each in run]
        if run and (max(lengths) >= 4 or (len(run) > 1 and max(lengths) >= 3)):
            shouted = text[run[0].start() : run[-1].end()]
            sentence = "Capitals shout; carriers read them as urgency."
            yield Finding("shouting", STOP, shouted, sentence, run[0].start())
        run = []


def _links(text: str, own_hosts: Iterable[str]) -> Iterator[Finding]:
    own = tuple(host.casefold().lstrip(".") for host in own_hosts)
    for match in _LINK.finditer(text):
        address = match[0].rstrip(".,;:!?)'\"")
        scheme, host = _scheme_and_host(address, is_bare=bool(match["bare"]))
        if match["bare"] and host.rsplit(".", 1)[-1] not in phrases.ENDINGS:
            continue
        if host.removeprefix("www.") in phrases.SHORTENERS:
            sentence = "Carriers filter public link shorteners."
            yield Finding("shortener", STOP, address, sentence, match.start())
        elif not any(host == each or host.endswith(f".{each}") for each in own):
            sentence = f"The link leads to {host or 'an unreadable host'}, which is not ours."
            yield Finding("foreign_link", STOP, address, sentence, match.start())
        elif scheme != "https":
            sentence = "A link in a message begins with https://."
            yield Finding("insecure_link", WARNING, address, sentence, match.start())


def _scheme_and_host(address: str, *, is_bare: bool) -> tuple[str, str]:
    try:
        parts = urlsplit(f"//{address}" if is_bare else address)
        return parts.scheme.casefold(), (parts.hostname or "").casefold().rstrip(".")
    except ValueError:
        return "", ""


def _missing(
    text: str, business_name: str, channel: str, needs_stop_hint: bool, is_first: bool
) -> Iterator[Finding]:
    if not business_name or _squeezed(business_name) not in _squeezed(text):
        yield Finding(
            "no_name", STOP, "", "The text does not name the business that sends it.", None
        )
    elif channel == "sms" and not _squeezed(text).startswith(_squeezed(business_name)):
        sentence = "The business name should come first, so that people know who writes."
        yield Finding("name_not_first", WARNING, "", sentence, None)
    if channel != "sms":
        return
    if (needs_stop_hint or is_first) and not _STOP_HINT.search(text):
        sentence = 'The text does not say how to stop; add "Reply STOP to opt out".'
        yield Finding("no_stop_hint", STOP, "", sentence, None)
    if is_first and not _HELP_HINT.search(text):
        sentence = "The first text to somebody also says how to get help."
        yield Finding("no_help_hint", WARNING, "", sentence, None)


def _squeezed(text: str) -> str:
    """Letters and digits only, so that "O'Neil & Co." is found however it is typed."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _length(text: str) -> Iterator[Finding]:
    size = segments.measure(text)
    if len(text) > LONGEST_TEXT:
        sentence = f"A text holds at most {LONGEST_TEXT} characters, this one has {len(text)}."
        yield Finding("too_long", STOP, "", sentence, None)
    elif size.parts > MOST_PARTS:
        sentence = f"The text is sent in {size.parts} parts; reminders keep to {MOST_PARTS}."
        yield Finding("many_parts", WARNING, "", sentence, None)
    if size.offenders:
        first = size.offenders[0]
        name = first.name.capitalize()
        sentence = f"{name} makes the whole text {size.encoding}, which holds far less."
        yield Finding("dear_character", WARNING, first.character, sentence, first.position)
