"""How many parts a text is sent in, and which characters make it dear.

A text in the GSM 7-bit alphabet holds 160 characters, or 153 in each of several parts; one
character outside turns the whole text to UCS-2 with 70, or 67 in each part. Carrier fees are per
part, so the count is shown before anything leaves.
"""

import unicodedata
from dataclasses import dataclass

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Sent as two: an escape and the character."""

GSM, UCS2 = "GSM-7", "UCS-2"
SINGLE = {GSM: 160, UCS2: 70}
PER_PART = {GSM: 153, UCS2: 67}

LIKE_FOR_LIKE = {
    **dict.fromkeys("‘’‚‛′´`ʼʹ＇", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("‐‑‒–—―−－", "-"),
    **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007", " "),
    **dict.fromkeys("\u2008\u2009\u200a\u202f\u205f\u3000\t", " "),
    **dict.fromkeys("\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a\u202c\u2066\u2069", ""),
    **dict.fromkeys("\u2028\u2029\x0b\x85", "\n"),
    **dict.fromkeys("•·‣▪●", "-"),
    "…": "...",
    "‹": "<",
    "›": ">",
    "×": "x",
    "÷": "/",
    "⁄": "/",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "№": "No.",
    "™": "(TM)",
    "®": "(R)",
    "©": "(C)",
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "º": "o",
    "ª": "a",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "\u2126": "Ω",
}
"""Same meaning in the GSM alphabet. Accented letters are not here: pagó is not pago."""

_PLAIN = str.maketrans(LIKE_FOR_LIKE)


@dataclass(frozen=True)
class Offender:
    """A character that no GSM text can hold."""

    character: str
    position: int
    """Index in the text, from 0."""
    name: str
    """Unicode's name, for the screen."""


@dataclass(frozen=True)
class Segments:
    encoding: str
    """GSM-7 or UCS-2."""
    units: int
    """Septets or UTF-16 units, extension characters and most emoji counting two."""
    parts: int
    """What the carriers bill. An empty text has none."""
    left: int
    """Units that still fit into the last part."""
    offenders: tuple[Offender, ...]


def measure(text: str) -> Segments:
    """Count a text exactly as it stands; see `plain` for what could be spared."""
    offenders = tuple(
        Offender(character, position, unicodedata.name(character, f"U+{ord(character):04X}"))
        for position, character in enumerate(text)
        if character not in GSM_BASIC and character not in GSM_EXTENSION
    )
    encoding = UCS2 if offenders else GSM
    sizes = [_size(character, encoding) for character in text]
    units = sum(sizes)
    if units <= SINGLE[encoding]:
        return Segments(encoding, units, int(units > 0), SINGLE[encoding] - units, offenders)
    parts, used = 1, 0
    for size in sizes:
        # A character of two units is never torn apart: it moves to the next part whole.
        if used + size > PER_PART[encoding]:
            parts, used = parts + 1, 0
        used += size
    return Segments(encoding, units, parts, PER_PART[encoding] - used, offenders)


def plain(text: str) -> str:
    """The same text with typographic characters as GSM ones, wherever no meaning is lost."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    return composed.translate(_PLAIN)


def _size(character: str, encoding: str) -> int:
    if encoding == GSM:
        return 2 if character in GSM_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1
