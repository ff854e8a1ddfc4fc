"""A mailbox read by IMAP: what is unread is handed over, and marked read once that succeeded."""

import imaplib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from arbook.gateways import lines, measures, rehearsal, transport
from arbook.gateways.errors import Disconnected, Unreachable

PORTS = {"imaps": 993, "imap": 143, "imap+tls": 143}
MOST_LETTERS = 200
# What is larger is taken by its beginning: head and words come first in a letter.
MOST_BYTES = 40 * 1024 * 1024
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True)
class Mailbox:
    """Where letters wait, and who may read them."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    def __str__(self) -> str:
        return f"{self.user} at {self.host}"


def configured() -> list[Mailbox]:
    """The mailboxes of IMAP_URL. Raises ImproperlyConfigured for what is no address of one."""
    return [_parsed(written) for written in settings.IMAP_URL.split()]


def _parsed(written: str) -> Mailbox:
    try:
        parts = urlsplit(written)
        port = parts.port or PORTS[parts.scheme]
        host, user, password = parts.hostname, parts.username, parts.password
    except (ValueError, KeyError):
        host = user = password = None
    if not (host and user and password):
        # The address holds a password, so it is not repeated here.
        raise ImproperlyConfigured("IMAP_URL is imaps://user:password@host/folder.")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return Mailbox(parts.scheme, host, port, unquote(user), unquote(password), folder)


def read(box: Mailbox, take: Callable[[bytes], None]) -> int:
    """Hand every unread letter to ``take``; returns how many. What it raises leaves it unread.

    Raises Unreachable when the mailbox cannot be reached, Disconnected when we are not let in.
    """
    rehearsal.judge("the mailbox", writes=True)
    transport.leave_house()
    key = f"imap:{box.host}:{box.user}"[:120]
    with lines.asking(key, "The mailbox"), measures.timed("imap", writes=False):
        try:
            return _read(box, take)
        except (OSError, EOFError, imaplib.IMAP4.abort) as trouble:
            said = f"The mailbox {box} does not answer: {type(trouble).__name__}."
            raise Unreachable(said) from None
        except imaplib.IMAP4.error as refusal:
            raise Disconnected(f"The mailbox {box} does not let us in: {_said(refusal)}") from None


def _read(box: Mailbox, take: Callable[[bytes], None]) -> int:
    with _connected(box) as line:
        line.login(box.user, box.password)
        _good(line.select(_quoted(box.folder)))
        found = _good(line.uid("SEARCH", "UNSEEN"))[0] or b""
        count = 0
        for uid in found.split()[:MOST_LETTERS]:
            letter = _letter(line, uid.decode())
            if letter is None:
                continue  # somebody took it away meanwhile
            take(letter)
            _good(line.uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)"))
            count += 1
        return count


def _connected(box: Mailbox) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    seconds = settings.VENDOR_TIMEOUT
    if box.scheme == "imaps":
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=seconds)
    line = imaplib.IMAP4(box.host, box.port, timeout=seconds)
    if box.scheme == "imap+tls":
        line.starttls(context)
    elif not transport.is_loopback(f"//{box.host}"):
        raise OSError("A password is not sent without TLS.")
    return line


def _letter(line: imaplib.IMAP4, uid: str) -> bytes | None:
    told = _good(line.uid("FETCH", uid, "(RFC822.SIZE)"))
    size = SIZE.search(b" ".join(one if isinstance(one, bytes) else one[0] for one in told if one))
    if size is None:
        return None
    part = "BODY.PEEK[]" if int(size[1]) <= MOST_BYTES else f"BODY.PEEK[]<0.{MOST_BYTES}>"
    fetched = _good(line.uid("FETCH", uid, f"({part})"))
    return next((one[1] for one in fetched if isinstance(one, tuple)), None)


def _good(answer: tuple[str, list]) -> list:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(str(data[:1]))
    return data


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _said(refusal: Exception) -> str:
    return " ".join(str(refusal).split())[:150]
