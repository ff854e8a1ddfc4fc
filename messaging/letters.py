"""One raw letter (RFC 5322) taken apart: who, what, in answer to what, with which files.

Any bytes are read as far as they go. What a machine wrote is told from what a person wrote, and a
report of a mail system (RFC 3464, RFC 5965) is read as one.
"""

import email
import re
from dataclasses import dataclass, field
from email.message import Message
from email.utils import getaddresses, parseaddr

from arbook.upsert import storable
from messaging import html_words, letter_parts
from messaging.letter_parts import Attached

MOST_BYTES = 40 * 1024 * 1024
MOST_IDS = 20
LONGEST_TEXT = 200_000

ID = re.compile(r"<[^<>\s]{1,250}>")
GENERATED = "auto-generated"
SPACES = re.compile(r"\s+")
AUTO_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|out of (?:the )?office"
    r"|respuesta autom[aá]tica|fuera de (?:la )?oficina|undeliverable:|ooo:)",
    re.I,
)


class Unreadable(Exception):
    """This is no letter we can take. The message is fit for the screen."""


@dataclass(frozen=True)
class Report:
    """What a mail system says of a letter of ours: it bounced, or somebody called it spam."""

    recipient: str
    is_complaint: bool = False
    action: str = ""
    """``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``."""
    status: str = ""
    """The three numbers of RFC 3463: ``5.1.1``."""
    said: str = ""


@dataclass(frozen=True)
class Letter:
    """What one letter says. ``text`` is all of it; nothing is cut here."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    follows: tuple[str, ...]
    """Message-IDs it answers, the nearest first; of a report, those of the letter it is about."""
    text: str
    automatic: str = ""
    """How we know that no person wrote it; empty when one did."""
    date: str = ""
    """As it is written: two letters without an id are told apart by it."""
    files: tuple[Attached, ...] = ()
    reports: tuple[Report, ...] = field(default=())


def read(raw: bytes, *, recipient: str = "") -> Letter:
    """Take a letter apart. ``recipient`` is the address it was taken in for, where that is known.

    Raises Unreadable for what names no sender and is no report.
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable("The letter is too large.")
    try:
        letter = email.message_from_bytes(raw)
        parts = letter_parts.walk(letter)
    except RecursionError:
        raise Unreadable("The letter is nested too deeply.") from None
    reports = tuple(_reports(parts.told))
    sender = _address(header(letter, "From")) or _address(header(letter, "Sender"))
    if not sender and not reports:
        raise Unreadable("The letter does not say who sent it.")
    text = parts.text if parts.text.strip() else html_words.words(parts.html)
    notes = [text.strip(), *parts.notes]
    recipients, follows = _recipients(letter, recipient), _follows(letter, None)
    is_answer = bool(follows) or any(one.startswith("reply+") for one in recipients)
    return Letter(
        sender=sender,
        recipients=recipients,
        subject=SPACES.sub(" ", header(letter, "Subject")).strip()[:300],
        message_id=next(iter(ID.findall(header(letter, "Message-ID"))), ""),
        follows=_follows(letter, parts.original) if reports else follows,
        text=storable("\n\n".join(note for note in notes if note))[:LONGEST_TEXT],
        automatic=_automatic(letter, bool(reports), is_answer),
        date=header(letter, "Date").strip()[:60],
        files=tuple(parts.files),
        reports=reports,
    )


def header(letter: Message, name: str) -> str:
    """A header in words, whatever it is made of."""
    return letter_parts.words(letter.get(name))


def _address(written: str) -> str:
    try:
        found = parseaddr(written)[1].strip().lower()
    except (ValueError, TypeError, IndexError):
        return ""
    return storable(found)[:254] if "@" in found.strip("@") else ""


def _recipients(letter: Message, recipient: str) -> tuple[str, ...]:
    """Every address it went to; where a mail system delivered it counts first."""
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc", "Resent-To")
    written = [letter_parts.words(value) for name in names for value in letter.get_all(name, [])]
    try:
        found = [address for _, address in getaddresses(written[:50])]
    except (ValueError, TypeError, IndexError):
        found = []
    cleaned = [storable(one).strip().strip("<>").lower()[:254] for one in (recipient, *found)]
    return tuple(dict.fromkeys(one for one in cleaned if "@" in one))[:50]


def _follows(letter: Message, original: Message | None) -> tuple[str, ...]:
    if original is not None:
        return tuple(ID.findall(header(original, "Message-ID"))[:1])
    nearest = ID.findall(header(letter, "In-Reply-To"))
    older = reversed(ID.findall(header(letter, "References")))
    return tuple(dict.fromkeys([*nearest, *older]))[:MOST_IDS]


def _automatic(letter: Message, is_report: bool, is_answer: bool) -> str:
    """How we know that no person wrote it.

    Help desks and mailing lists hand on what people write, marked as made by a machine; what
    answers us through one of them is taken for a person's.
    """
    said = header(letter, "Auto-Submitted").strip().lower()
    if said and not said.startswith("no") and not (is_answer and said.startswith(GENERATED)):
        return f"Auto-Submitted: {said[:60]}"
    for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"):
        if header(letter, name).strip().lower() not in ("", "no", "false"):
            return name
    precedence = header(letter, "Precedence").strip().lower()
    if precedence in ("auto_reply", "auto-reply", "junk"):
        return f"Precedence: {precedence}"
    if is_report or header(letter, "Return-Path").strip() == "<>":
        return "a mail system"
    if AUTO_SUBJECT.match(header(letter, "Subject")):
        return "its subject"
    if is_answer:
        return ""
    if precedence in ("bulk", "list") or header(letter, "List-Id"):
        return "a mailing list"
    return ""


def _reports(told: list[tuple[str, list[Message]]]):
    for kind, blocks in told:
        if kind == "message/feedback-report":
            for block in blocks:
                yield Report(_named(block, "Original-Rcpt-To"), is_complaint=True)
            continue
        for block in blocks:
            action = header(block, "Action").strip().lower()
            recipient = _named(block, "Final-Recipient") or _named(block, "Original-Recipient")
            if not action and not recipient:
                continue  # the block about the whole letter
            yield Report(
                _named(block, "Original-Recipient") or recipient,
                action=action,
                status=(re.findall(r"\d\.\d{1,3}\.\d{1,3}", header(block, "Status")) or [""])[0],
                said=SPACES.sub(" ", header(block, "Diagnostic-Code")).strip()[:300],
            )


def _named(block: Message, name: str) -> str:
    return _address(header(block, name).rpartition(";")[2].strip())
