"""Mail as the desk needs it: one letter by SMTP, recognisable when it is handed over twice."""

import contextlib
import hashlib
import smtplib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import BadHeaderError
from django.core.validators import validate_email

from arbook.companies.models import Company
from arbook.gateways import lines, measures, rehearsal, transport
from arbook.gateways.errors import Disconnected, Refused, Unknown, Unreachable, VendorError


@dataclass(frozen=True, slots=True)
class SentMail:
    """A letter the mail server took over."""

    message_id: str


def send(
    *,
    company: Company | None,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    attachments: Iterable[tuple[str, bytes, str]] = (),
    headers: Mapping[str, str] | None = None,
    key: str,
) -> SentMail:
    """Hand one letter over to the mail server.

    ``key`` gives the Message-ID, so a letter handed over twice is the same letter to every mailbox.
    ``attachments`` are (name, content, type), ``headers`` further ones. The sender shows the
    company's name (ours without one) and the desk's address. Raises Refused for a 5xx,
    Unreachable for a 4xx, Unknown when the line broke after the letter was under way.
    """
    rehearsal.judge("the mail server", writes=True)
    transport.leave_house()
    try:
        validate_email(to)
    except ValidationError:
        raise Refused("The recipient is not a mail address.") from None
    message_id = message_id_for(key)
    letter = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        from_email=formataddr((_one_line(company.name if company else "arbook"), _desk_address())),
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers={
            "Auto-Submitted": "auto-generated",
            **(headers or {}),
            "Message-ID": message_id,
        },
    )
    if html:
        letter.attach_alternative(html, "text/html")
    for name, content, kind in attachments:
        letter.attach(name, content, kind)
    with lines.asking(line(), "The mail server"), measures.timed("mail", writes=True):
        _hand_over(letter)
    return SentMail(message_id)


def line() -> str:
    """The key of the line to the mail server, which all companies share."""
    return f"mail:{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"[:120]


def message_id_for(key: str) -> str:
    """The Message-ID of the letter with this key: always the same one."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{_desk_address().rpartition('@')[2]}>"


def _hand_over(letter: EmailMultiAlternatives) -> None:
    backend = _Backend()
    try:
        try:
            backend.open()
        except (smtplib.SMTPException, OSError) as error:
            raise _meaning(error, under_way=False) from None
        try:
            delivered = backend.send_messages([letter])
        except (BadHeaderError, ValueError, UnicodeError):
            raise Refused("The letter has an address or a header that mail cannot carry.") from None
        except (smtplib.SMTPException, OSError) as error:
            raise _meaning(error, under_way=backend.is_under_way) from None
        if not delivered:
            raise Refused("The letter has no recipient.")
    finally:
        # The letter is gone or not; a goodbye that fails changes nothing.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            backend.close()


class _Backend(EmailBackend):
    """Django's SMTP backend that knows whether the letter itself was already on the line."""

    def __init__(self) -> None:
        super().__init__(timeout=settings.VENDOR_TIMEOUT, fail_silently=False)

    @property
    def connection_class(self):
        return _SMTPOverTLS if self.use_ssl else _SMTP

    @property
    def is_under_way(self) -> bool:
        return bool(getattr(self.connection, "is_under_way", False))


class _Watched:
    is_under_way = False

    def data(self, msg):
        self.is_under_way = True
        return super().data(msg)


class _SMTP(_Watched, smtplib.SMTP):
    pass


class _SMTPOverTLS(_Watched, smtplib.SMTP_SSL):
    pass


def _meaning(error: Exception, *, under_way: bool) -> VendorError:
    code = _code(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Disconnected("The mail server does not accept our name and password.", code=code)
    if code.startswith("5"):
        return Refused(f"The mail server refused: {_words(error)}", code=code)
    if code.startswith("4"):
        # Mostly about this one letter; 421 is said of the whole server.
        said = f"The mail server asks us to wait: {_words(error)}"
        return Unreachable(said, code=code, is_outage=code == "421")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused("The mail server cannot do what this letter needs.")
    if under_way:
        return Unknown("The line broke after the letter was under way; it may have been sent.")
    return Unreachable("The mail server could not be reached.")


def _code(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return str(next(iter(error.recipients.values()), (0, b""))[0])
    return str(getattr(error, "smtp_code", "") or "")


def _words(error: Exception) -> str:
    said = getattr(error, "smtp_error", b"")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = next(iter(error.recipients.values()), (0, b""))[1]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200] or "without a reason"


def _desk_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or "desk@localhost"


def _one_line(name: str) -> str:
    return " ".join(name.split())
