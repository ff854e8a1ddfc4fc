"""The customers' phones: what they received, what they answer, how their line behaves.

`line` is what Lookup says. `fate` is what happens to texts: "delivered", a delivery error such as
"30003", or "sent" for a carrier that never reports back.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arbook.sandbox import clock
from arbook.sandbox.twilio.account import AccountData, Message, Service, new_sid

if TYPE_CHECKING:
    from arbook.sandbox.twilio import Twilio

STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
START = {"START", "YES", "UNSTOP"}
HELP = {"HELP", "INFO"}
NON_GSM = re.compile(
    r"[^\n\r !\"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-zÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùü¡¿£¤¥§ΔΦΓΛΩΠΨΣΘΞ^{}\\\[\]~|€]"
)


@dataclass
class PhoneData:
    number: str
    name: str = ""
    line: str = "mobile"
    carrier: str = "Example Wireless"
    fate: str = "delivered"
    lookup_error: int | None = None
    # Days as YYYY-MM-DD: since when somebody else has the number; when its carrier gave it up.
    reassigned_on: str = ""
    gave_up_on: str = ""


class Phone:
    """A handle on one customer's phone."""

    def __init__(self, vendor: "Twilio", data: PhoneData) -> None:
        self.vendor, self.data = vendor, data

    @property
    def number(self) -> str:
        return self.data.number

    @property
    def messages(self) -> list[Message]:
        """The conversation as this phone shows it, oldest first; what never arrived is missing."""
        return [
            message
            for account in self.vendor.sandbox.state.twilio.values()
            for message in account.messages.values()
            if self.number in (message.to, message.sender) and _arrived(message)
        ]

    @property
    def received(self) -> list[Message]:
        return [message for message in self.messages if message.to == self.number]

    def reply(self, body: str, to: str = "") -> Message:
        """Send a text from this phone, to `to` or to whoever wrote last; KeyError when nobody."""
        with self.vendor.sandbox.lock:
            if not to:
                business = [m.sender for m in self.received if m.sender]
                to = business[-1] if business else next(iter(self.vendor.pool()))
            return arrive(self.vendor, self.number, to, body)

    def call(self, to: str = "", *, status: str = "completed", seconds: int = 60) -> str:
        """Call a business number; how it ended is told to the address that texts go to, too."""
        with self.vendor.sandbox.lock:
            account, service = self.vendor.owner_of(to or next(iter(self.vendor.pool())))
            sid = new_sid("CA")
            params = {
                "CallSid": sid,
                "AccountSid": account.sid,
                "From": self.number,
                "To": to or service.numbers[0],
                "CallStatus": status,
                "Direction": "inbound",
                "ApiVersion": "2010-04-01",
                "CallDuration": str(seconds if status == "completed" else 0),
            }
            self.vendor.post(account, service.inbound_url, params, f"call {sid}")
            self.vendor.sandbox.touch()
            return sid


def _arrived(message: Message) -> bool:
    if message.direction == "inbound":
        return True
    return message.status in ("delivered", "sent")


def arrive(vendor: "Twilio", sender: str, to: str, body: str) -> Message:
    """A text reaches one of the business numbers: opt-out words, then the webhook."""
    account, service = vendor.owner_of(to)
    now = clock.now()
    message = Message(
        new_sid("SM"),
        account.sid,
        service.sid,
        to,
        sender,
        body,
        "inbound",
        "received",
        now,
        now,
        sent=now,
        segments=segments(body),
    )
    account.messages[message.sid] = message
    kind = keyword(body)
    if kind == "STOP":
        service.opted_out.add(sender)
    elif kind == "START":
        service.opted_out.discard(sender)
    _carrier_answer(account, service, sender, to, kind)
    params = {
        "MessageSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": account.sid,
        "MessagingServiceSid": service.sid,
        "From": sender,
        "To": to,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": str(message.segments),
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "FromCity": "",
        "FromState": "",
        "FromZip": "",
        "FromCountry": "US",
        "ToCity": "",
        "ToState": "",
        "ToZip": "",
        "ToCountry": "US",
    }
    if kind and service.advanced_opt_out:
        params["OptOutType"] = kind
    vendor.post(account, service.inbound_url, params, f"inbound {message.sid}")
    vendor.sandbox.touch()
    return message


def keyword(body: str) -> str:
    """STOP, START or HELP when the whole text is one of the carrier's words, else empty."""
    word = body.strip().upper()
    for kind, words in (("STOP", STOP), ("START", START), ("HELP", HELP)):
        if word in words:
            return kind
    return ""


def _carrier_answer(
    account: AccountData, service: Service, sender: str, to: str, kind: str
) -> None:
    texts = {
        "STOP": f"{service.name}: You have been unsubscribed and will receive no more messages."
        " Reply START to resubscribe.",
        "START": f"{service.name}: You have been resubscribed. Reply STOP to unsubscribe.",
        "HELP": f"{service.name}: Reply STOP to unsubscribe. Msg&data rates may apply.",
    }
    if kind not in texts:
        return
    now = clock.now()
    answer = Message(
        new_sid("SM"),
        account.sid,
        service.sid,
        sender,
        to,
        texts[kind],
        "outbound-reply",
        "delivered",
        now,
        now,
        sent=now,
        price="-0.00790",
    )
    account.messages[answer.sid] = answer


def segments(body: str) -> int:
    """How many parts a text is billed as."""
    if NON_GSM.search(body):
        units = len(body.encode("utf-16-le")) // 2
        return 1 if units <= 70 else -(-units // 67)
    units = len(body) + sum(char in "^{}\\[]~|€" for char in body)
    return 1 if units <= 160 else -(-units // 153)
