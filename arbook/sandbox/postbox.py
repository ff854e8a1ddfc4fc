"""The mail provider: hands customers' letters in, and tells what became of ours.

Three of them, as they are on the wire: Postmark (JSON, a name and password in the address),
Mailgun (a form, signed within) and MailerSend (JSON, signed as a whole). `use` says which one the
control room's mailbox goes through.

    sandbox.postbox.open("postmark", "user:secret", inbound_url, tracking_url)
    sandbox.postbox.answer(letter, "I'll pay on Friday")
    sandbox.postbox.bounce(letter)
"""

import base64
import hashlib
import hmac
import json
import uuid
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.mail import Letter
from arbook.sandbox.wire import Call, Request, Response

if TYPE_CHECKING:
    from arbook.sandbox.faults import Fault
    from arbook.sandbox.server import Sandbox
    from arbook.sandbox.state import Parcel

NAMES = ("postmark", "mailgun", "mailersend")
NO_MAILBOX = "550 5.1.1 The email account that you tried to reach does not exist"


class Provider:
    """One provider as a vendor among others; of its API nothing is needed."""

    def __init__(self, postbox: "Postbox", name: str) -> None:
        self.postbox, self.name = postbox, name

    def reset(self) -> None:
        """Nothing is kept outside the state."""

    def find(self, request: Request) -> Call:
        return Call("unknown", lambda: Response.json({"Message": "Not here."}, 404))

    def refuse(self, request: Request, call: Call, rule: "Fault") -> Response:
        return Response.json({"Message": "Trouble."}, 500)

    def sign(self, parcel: "Parcel") -> dict[str, str]:
        """Postmark's proof is a password; Mailgun's is in the body; MailerSend signs the body."""
        head = {"Content-Type": parcel.params["type"]}
        if self.name == "mailersend":
            key = self.postbox.account(self.name)["secret"].encode()
            head["Signature"] = hmac.new(key, parcel.body, hashlib.sha256).hexdigest()
        if self.name == "postmark":
            secret = base64.b64encode(self.postbox.account(self.name)["secret"].encode()).decode()
            head["Authorization"] = f"Basic {secret}"
        return head


class Postbox:
    """Where customers write from, and where the mail system writes to us."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.providers = {name: Provider(self, name) for name in NAMES}

    def open(self, provider: str, secret: str, inbound_url: str, tracking_url: str = "") -> None:
        """Set up one provider and use it from now on."""
        if provider not in NAMES:
            raise ValueError(f"no provider {provider}")
        accounts = self.sandbox.state.settings.setdefault("mail", {})
        accounts[provider] = {
            "secret": secret,
            "inbound_url": inbound_url,
            "tracking_url": tracking_url,
        }
        accounts["use"] = provider
        self.sandbox.touch()

    def account(self, provider: str) -> dict[str, str]:
        return self.sandbox.state.settings["mail"][provider]

    @property
    def is_open(self) -> bool:
        return bool(self.sandbox.state.settings.get("mail"))

    # -- customers write --------------------------------------------------------------------

    def answer(
        self, letter: Letter, text: str, *, sender: str = "", quotes: bool = True, **more: Any
    ) -> bytes:
        """Answer a letter as its recipient's mail program would, the letter quoted below."""
        words = text
        if quotes:
            said = "\n".join(f"> {line}" for line in letter.text.strip().splitlines())
            words += f"\n\nOn {letter.at:%a, %b %d, %Y} at {letter.at:%I:%M %p} "
            words += f"{letter.sender} wrote:\n\n{said}\n"
        headers = letter.headers
        follows = headers.get("Message-ID", "")
        return self.write(
            sender or letter.to[0],
            headers.get("Reply-To") or letter.sender,
            f"Re: {letter.subject}",
            words,
            headers={"In-Reply-To": follows, "References": follows} if follows else {},
            **more,
        )

    def write(
        self,
        sender: str,
        to: str,
        subject: str,
        text: str,
        *,
        html: str = "",
        headers: dict[str, str] | None = None,
        files: tuple[tuple[str, bytes, str], ...] = (),
    ) -> bytes:
        """A new letter of a customer; its bytes come back."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "x")
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        for name, content, kind in files:
            main, _, sub = kind.partition("/")
            message.add_attachment(content, maintype=main, subtype=sub, filename=name)
        raw = message.as_bytes()
        self.hand_in(raw, recipient=parseaddr(to)[1], sender=sender, subject=subject)
        return raw

    def hand_in(self, raw: bytes, *, recipient: str, sender: str = "", subject: str = "") -> None:
        """Post a letter to the product, as the provider in use posts it."""
        text = raw.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
        if self._use == "postmark":
            body, kind = _postmark_letter(text, sender, recipient, subject), "application/json"
        elif self._use == "mailersend":
            body, kind = _mailersend_letter(text, sender, recipient, subject), "application/json"
        else:
            fields = {"recipient": recipient, "sender": sender, "subject": subject}
            fields |= {"body-mime": text} | self._signed()
            body, kind = _form(fields)
        self._post("inbound", body, kind, about=f"mail from {sender}")

    # -- the mail system tells --------------------------------------------------------------

    def delivered(self, letter: Letter) -> None:
        self._tell(letter, "delivered")

    def bounce(self, letter: Letter, said: str = NO_MAILBOX) -> None:
        """The recipient's server sends the letter back."""
        self._tell(letter, "bounced", said)

    def complain(self, letter: Letter) -> None:
        """The recipient presses "this is spam"."""
        self._tell(letter, "complained")

    def unsubscribe(self, letter: Letter) -> None:
        self._tell(letter, "unsubscribed")

    def _tell(self, letter: Letter, what: str, said: str = "") -> None:
        if self._use == "postmark":
            body = _postmark_event(letter, what, said)
        elif self._use == "mailersend":
            body = _mailersend_event(letter, what, said)
        else:
            body = {"signature": self._signed(), "event-data": _mailgun_event(letter, what, said)}
        content = json.dumps(body).encode()
        self._post("tracking", content, "application/json", about=f"mail {what}")

    def _post(self, where: str, body: bytes, kind: str, *, about: str) -> None:
        name = self._use
        self.sandbox.delivery.post(
            name,
            name,
            self.account(name)[f"{where}_url"],
            kind=where,
            body=body,
            params={"type": kind},
            about=about,
        )

    @property
    def _use(self) -> str:
        if not self.is_open:
            raise ValueError("No mail provider is set up here.")
        return self.sandbox.state.settings["mail"]["use"]

    def _signed(self) -> dict[str, str]:
        stamp, token = str(int(clock.stamp())), uuid.uuid4().hex + uuid.uuid4().hex[:18]
        key = self.account("mailgun")["secret"].encode()
        value = hmac.new(key, f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
        return {"timestamp": stamp, "token": token, "signature": value}


def _postmark_letter(raw: str, sender: str, recipient: str, subject: str) -> bytes:
    name, address = parseaddr(sender)
    return json.dumps(
        {
            "FromName": name,
            "MessageStream": "inbound",
            "From": address,
            "FromFull": {"Email": address, "Name": name, "MailboxHash": ""},
            "To": recipient,
            "ToFull": [{"Email": recipient, "Name": "", "MailboxHash": ""}],
            "OriginalRecipient": recipient,
            "Subject": subject,
            "MessageID": str(uuid.uuid4()),
            "Date": format_datetime(clock.now()),
            "Headers": [],
            "Attachments": [],
            "RawEmail": raw,
        }
    ).encode()


def _postmark_event(letter: Letter, what: str, said: str) -> dict[str, Any]:
    at = clock.now().isoformat()
    told = {
        "MessageID": str(uuid.uuid4()),
        "ServerID": 23,
        "MessageStream": "outbound",
        "Metadata": {"arbook": letter.headers.get("X-PM-Metadata-arbook", "")},
        "Tag": "",
    }
    to = letter.to[0]
    match what:
        case "delivered":
            more = {"RecordType": "Delivery", "Recipient": to, "DeliveredAt": at, "Details": "ok"}
        case "unsubscribed":
            more = {
                "RecordType": "SubscriptionChange",
                "Recipient": to,
                "ChangedAt": at,
                "Origin": "Recipient",
                "SuppressSending": True,
                "SuppressionReason": "ManualSuppression",
            }
        case "complained":
            more = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512,
                    "ID": 42, "Email": to, "BouncedAt": at, "Details": ""}  # fmt: skip
        case _:
            more = {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "ID": 43,
                    "Email": to, "BouncedAt": at, "Details": f"smtp;{said}",
                    "Description": "The server was unable to deliver your message."}  # fmt: skip
    return told | more


def _mailgun_event(letter: Letter, what: str, said: str) -> dict[str, Any]:
    told = {
        "id": uuid.uuid4().hex,
        "event": "failed" if what == "bounced" else what,
        "timestamp": clock.stamp(),
        "recipient": letter.to[0],
        "message": {"headers": {"message-id": letter.headers.get("Message-ID", "").strip("<>")}},
        "user-variables": json.loads(letter.headers.get("X-Mailgun-Variables") or "{}"),
        "tags": [],
    }
    if what == "bounced":
        told |= {
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": said, "description": ""},
        }
    return told


def _mailersend_letter(raw: str, sender: str, recipient: str, subject: str) -> bytes:
    name, address = parseaddr(sender)
    at = clock.now().isoformat()
    data = {
        "object": "message",
        "id": uuid.uuid4().hex[:24],
        "recipients": {"rcptTo": [{"email": recipient}], "to": {"raw": recipient, "data": []}},
        "from": {"email": address, "name": name, "raw": sender},
        "sender": {"email": address},
        "subject": subject,
        "date": at,
        "headers": {},
        "raw": raw,
        "attachments": [],
        "spf_check": {"code": "+", "value": None},
        "dkim_check": True,
        "created_at": at,
    }
    return json.dumps({"type": "inbound.message", "created_at": at, "data": data}).encode()


def _mailersend_event(letter: Letter, what: str, said: str) -> dict[str, Any]:
    at = clock.now().isoformat()
    kind = {"bounced": "hard_bounced", "complained": "spam_complaint"}.get(what, what)
    morph = {
        "bounced": {"object": "recipient_bounce", "reason": said},
        "complained": {"object": "spam_complaint", "reason": None},
        "unsubscribed": {"object": "recipient_unsubscribe", "reason": "NEVER_SIGNED"},
    }
    tags = [one.strip() for one in letter.headers.get("X-MailerSend-Tags", "").split(",")]
    data = {
        "object": "activity",
        "id": uuid.uuid4().hex[:24],
        "type": kind,
        "created_at": at,
        "email": {
            "object": "email",
            "id": uuid.uuid4().hex[:24],
            "subject": letter.subject,
            "status": "rejected" if what == "bounced" else "delivered",
            "tags": [one for one in tags if one] or None,
            "message": {"object": "message", "id": uuid.uuid4().hex[:24]},
            "recipient": {"object": "recipient", "email": letter.to[0]},
        },
        "morph": morph.get(what),
    }
    return {"type": f"activity.{kind}", "created_at": at, "data": data}


def _form(fields: dict[str, str]) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{mark}--\r\n"]).encode(), f"multipart/form-data; boundary={mark}"
