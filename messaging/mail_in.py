"""Answers by mail: one raw letter as a mailbox or a mail provider hands it over."""

import email
import re
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape

from arbook.companies.models import Company
from customers.models import Channel
from messaging import inbound

MOST_BYTES = 10 * 1024 * 1024
TAGS = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]+>", re.I | re.S)
BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^>]*>", re.I)


class MailRefused(Exception):
    """This is no letter we can take. The message is fit for the screen."""


def receive(
    company: Company, raw: bytes, *, received_at: datetime, now: datetime
) -> inbound.Received:
    """Take one RFC 5322 letter as a reply. The same letter twice is one reply.

    Raises MailRefused for what has no sender. What the sender quoted stays in the text; triage
    reads only their own words.
    """
    if len(raw) > MOST_BYTES:
        raise MailRefused("The letter is too large.")
    letter = email.message_from_bytes(raw, policy=policy.default)
    sender = parseaddr(_header(letter, "From"))[1]
    if "@" not in sender:
        raise MailRefused("The letter does not say who sent it.")
    return inbound.receive(
        company,
        channel=Channel.EMAIL,
        sender=sender,
        to=parseaddr(_header(letter, "To"))[1],
        subject=" ".join(_header(letter, "Subject").split()),
        body=_words(letter),
        vendor_id=_header(letter, "Message-ID").strip() or _made_id(letter, sender),
        received_at=received_at,
        now=now,
    )


def _header(letter: EmailMessage, name: str) -> str:
    try:
        return str(letter.get(name) or "")
    except (ValueError, IndexError, AttributeError, TypeError):
        # The standard library's header parser trips over some malformed headers.
        return ""


def _made_id(letter: EmailMessage, sender: str) -> str:
    return f"{sender}:{_header(letter, 'Date')}:{_header(letter, 'Subject')}"


def _words(letter: EmailMessage) -> str:
    try:
        part = letter.get_body(preferencelist=("plain", "html"))
    except (KeyError, AttributeError, ValueError):
        part = None
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, UnicodeError, KeyError, ValueError):
        content = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        content = unescape(TAGS.sub("", BREAKS.sub("\n", content)))
    return content.replace("\r\n", "\n").strip()
