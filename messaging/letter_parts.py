"""The parts of a letter: its words in text and HTML, its files, and what mail systems report."""

import email
import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from arbook.upsert import storable

MOST_PARTS = 300
DEEPEST = 30
MOST_FILES = 20
MOST_FILE_BYTES = 10 * 1024 * 1024
MOST_FILES_BYTES = 20 * 1024 * 1024
LONGEST_TEXT = 1_000_000
# Decoding takes time with the square of the words; the longest honest list of names is shorter.
LONGEST_ENCODED = 50_000
# What a click could run is named and not kept.
DANGEROUS = frozenset(
    """
    ade adp app bat chm cmd com cpl dll dmg exe gadget hta htm html iso jar js jse lnk mhtml msc
    msi msp mst ps1 reg scr sh shtml svg sys vb vbe vbs wsc wsf wsh xhtml docm dotm xlsm xltm pptm
    img vhd xht
    """.split()  # noqa: SIM905 (a list of words)
)
SUMMARY = re.compile(r"^SUMMARY(?:;[^:\r\n]*)?:(.{1,200})$", re.M)


@dataclass(frozen=True)
class Attached:
    """One file of a letter; ``content`` is None where only its name is kept, ``note`` says why."""

    name: str
    content_type: str
    size: int
    content: bytes | None
    note: str = ""


@dataclass
class Parts:
    """What was found while walking."""

    text: str = ""
    html: str = ""
    notes: list[str] = field(default_factory=list)
    files: list[Attached] = field(default_factory=list)
    told: list[tuple[str, list[Message]]] = field(default_factory=list)
    original: Message | None = None
    seen: int = 0
    kept_bytes: int = 0


def walk(letter: Message) -> Parts:
    """Every part once, down to a depth no honest letter has."""
    parts = Parts()
    _walk(letter, parts, 0, in_report=False)
    return parts


def words(value: object) -> str:
    """A header in words: encoded words decoded, whatever cannot be read replaced."""
    if value is None:
        return ""
    written = str(value)
    if "=?" in written:
        try:
            pieces = decode_header(written[:LONGEST_ENCODED])
        except (HeaderParseError, ValueError, LookupError, TypeError, AttributeError):
            pieces = [(written, None)]
        written = "".join(
            _decoded(piece, charset or "us-ascii") if isinstance(piece, bytes) else piece
            for piece, charset in pieces
        )
    # Bytes that were no text came through as halves of characters.
    return storable(written.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _walk(part: Message, parts: Parts, depth: int, *, in_report: bool) -> None:
    parts.seen += 1
    if parts.seen > MOST_PARTS or depth > DEEPEST:
        return
    kind = part.get_content_type()
    if kind in ("message/delivery-status", "message/feedback-report"):
        parts.told.append((kind, _blocks(part)))
        return
    if kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
        inner = _inner(part)
        if in_report and inner is not None:
            parts.original = parts.original or inner
            return
        if kind == "message/rfc822" and inner is not None:
            _keep(part, parts, _bytes(inner), words(inner.get("Subject"))[:80] + ".eml")
            return
    if part.is_multipart():
        below = kind == "multipart/report" or in_report
        for inner in part.get_payload():
            if isinstance(inner, Message):
                _walk(inner, parts, depth + 1, in_report=below)
        return
    _leaf(part, parts, kind)


def _leaf(part: Message, parts: Parts, kind: str) -> None:
    disposition = str(part.get("Content-Disposition") or "").strip().lower()
    is_file = disposition.startswith("attachment") or bool(_filename(part))
    if kind == "text/calendar":
        found = SUMMARY.search(text_of(part))
        said = storable(found[1].strip()) if found else ""
        parts.notes.append(f"(A calendar invitation: {said})" if said else "(A calendar entry)")
        is_file = True
    if not is_file and kind == "text/plain":
        parts.text = _joined(parts.text, text_of(part))
    elif not is_file and kind == "text/html":
        parts.html = _joined(parts.html, text_of(part))
    elif kind.startswith("image/") and part.get("Content-ID") and not _is_attachment(disposition):
        return  # a logo within the words; the raw letter has it
    else:
        _keep(part, parts, _bytes(part), "")


def _is_attachment(disposition: str) -> bool:
    return disposition.startswith("attachment")


def _keep(part: Message, parts: Parts, content: bytes, name: str) -> None:
    if len(parts.files) >= MOST_FILES:
        return
    name = clean_name(_filename(part) or name)
    size, note = len(content), ""
    if name.rpartition(".")[2].lower() in DANGEROUS:
        note = "Not kept: files of this kind can do harm."
    elif size > MOST_FILE_BYTES or parts.kept_bytes + size > MOST_FILES_BYTES:
        note = "Not kept: too large."
    else:
        parts.kept_bytes += size
    kind = storable(part.get_content_type())[:100]
    parts.files.append(Attached(name, kind, size, None if note else content, note))


def clean_name(name: str) -> str:
    """A file name that is nothing but a name."""
    name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069/\\:*?\"<>|]+", "_", storable(name))
    return name.strip(" ._")[-150:] or "attachment"


def _filename(part: Message) -> str:
    try:
        return words(part.get_filename())
    except (ValueError, LookupError, TypeError, AttributeError, UnicodeError):
        return ""


def text_of(part: Message) -> str:
    """The text of a part: in the charset it names if that fits, else in one that does."""
    try:
        charset = str(part.get_content_charset() or "")
    except (ValueError, LookupError, TypeError, AttributeError, UnicodeError):
        charset = ""
    content = _bytes(part)[:LONGEST_TEXT]
    return storable(_decoded(content, charset).replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(content: bytes, charset: str) -> str:
    for one in (charset, "utf-8"):
        try:
            # ASCII with other bytes in it was never ASCII.
            return content.decode(one)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _bytes(part: Message) -> bytes:
    if part.is_multipart():
        try:
            return part.as_bytes()
        except (ValueError, LookupError, TypeError, AttributeError, KeyError, RecursionError):
            return b""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        content = None
    return content if isinstance(content, bytes) else b""


def _inner(part: Message) -> Message | None:
    """The letter within a letter, or the headers of one."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return next((one for one in payload if isinstance(one, Message)), None)
    try:
        return email.message_from_bytes(_bytes(part))
    except (RecursionError, ValueError):
        return None


def _blocks(part: Message) -> list[Message]:
    """The groups of fields in a report; the parser gives them as letters without words."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [one for one in payload if isinstance(one, Message)][:100]
    text = text_of(part)
    return [email.message_from_string(one) for one in re.split(r"\n\s*\n", text)[:100] if one]


def _joined(before: str, more: str) -> str:
    return f"{before}\n\n{more}" if before and more.strip() else before or more
