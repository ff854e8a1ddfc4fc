"""The mailbox: an SMTP server that takes everything and shows it in the control room."""

import socket
import time
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

from arbook.sandbox import clock, faults

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox


@dataclass
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass
class Letter:
    """One message as it was sent. `to` holds the envelope's recipients."""

    id: int
    at: datetime
    sender: str
    to: list[str]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: list[Attachment] = field(default_factory=list)
    raw: bytes = b""


class Mail:
    """The SMTP side of the sandbox."""

    def __init__(self, sandbox: "Sandbox", port: int = 0) -> None:
        self.sandbox = sandbox
        self.port = port or _free_port()
        self._controller = Controller(
            _Inbox(self), hostname="127.0.0.1", port=self.port, ready_timeout=10
        )

    def start(self) -> None:
        """Listen; OSError at once when the port is taken."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", self.port))
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def keep(self, sender: str, to: list[str], raw: bytes) -> Letter:
        """Read a message and put it into the mailbox."""
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        with self.sandbox.lock:
            letter = Letter(
                id=self.sandbox.state.number("letter"),
                at=clock.now(),
                sender=str(message["From"] or sender),
                to=to,
                subject=str(message["Subject"] or ""),
                text=text.get_content() if text else "",
                html=html.get_content() if html else "",
                headers={name: str(value) for name, value in message.items()},
                attachments=[
                    Attachment(
                        part.get_filename() or "attachment",
                        part.get_content_type(),
                        part.get_payload(decode=True) or b"",
                    )
                    for part in message.iter_attachments()
                ],
                raw=raw,
            )
            self.sandbox.state.mailbox.append(letter)
        self.sandbox.touch()
        return letter

    def strike(self) -> faults.Fault | None:
        return self.sandbox.faults.strike(
            "mail", "send", kinds=(*faults.MAIL_KINDS, "drop_after", "hang")
        )


class _Inbox:
    def __init__(self, mail: Mail) -> None:
        self.mail = mail

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        started = time.perf_counter()
        rule = self.mail.strike()
        if rule and rule.kind in ("refuse", "tempfail", "hang"):
            answer = "550 mailbox unavailable" if rule.kind == "refuse" else "451 try again later"
        else:
            self.mail.keep(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content)
            answer = "250 taken"
        self.mail.sandbox.faults.record(
            faults.Logged(
                at=clock.now(),
                vendor="mail",
                operation="send",
                account="",
                method="SMTP",
                path="",
                status=int(answer[:3]),
                fault=rule.kind if rule else "",
                milliseconds=(time.perf_counter() - started) * 1000,
            )
        )
        if rule and rule.kind in ("drop_after", "hang"):
            server.transport.abort()
        return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
