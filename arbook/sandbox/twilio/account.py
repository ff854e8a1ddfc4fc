"""A Twilio account: its numbers, messaging services, registration, messages and opt-outs."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arbook.sandbox.twilio import Twilio


@dataclass
class Brand:
    sid: str
    status: str = "APPROVED"
    identity_status: str = "VERIFIED"
    score: int = 62
    errors: list[Any] = field(default_factory=list)


@dataclass
class Service:
    """A messaging service with its pool of numbers and its A2P campaign."""

    sid: str
    name: str
    numbers: list[str]
    inbound_url: str = ""
    status_url: str = ""
    advanced_opt_out: bool = True
    campaign_sid: str = ""
    campaign_status: str = "VERIFIED"
    opted_out: set[str] = field(default_factory=set)


@dataclass
class Message:
    """One text, in or out. Statuses as Twilio names them."""

    sid: str
    account: str
    service: str
    to: str
    sender: str
    body: str
    direction: str
    status: str
    created: datetime
    updated: datetime
    sent: datetime | None = None
    error_code: int | None = None
    price: str | None = None
    segments: int = 1
    callback: str = ""
    send_at: datetime | None = None
    validity: int = 36000


@dataclass
class AccountData:
    sid: str
    name: str
    auth_token: str
    algorithm: str = "sha1"
    key_sid: str = ""
    key_secret: str = ""
    brand: Brand | None = None
    services: dict[str, Service] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)

    def service_with(self, number: str) -> Service | None:
        return next((s for s in self.services.values() if number in s.numbers), None)


class TwilioAccount:
    """A handle on one account for tests and the control room."""

    def __init__(self, vendor: "Twilio", data: AccountData) -> None:
        self.vendor, self.data = vendor, data

    @property
    def sid(self) -> str:
        return self.data.sid

    @property
    def service(self) -> Service:
        """The account's first messaging service."""
        return next(iter(self.data.services.values()))

    @property
    def messages(self) -> list[Message]:
        """All texts, oldest first."""
        return list(self.data.messages.values())

    def outbound(self, to: str | None = None) -> list[Message]:
        """Texts sent through the API, to one number or to all."""
        return [
            message
            for message in self.messages
            if message.direction == "outbound-api" and to in (None, message.to)
        ]

    def set_campaign(self, status: str) -> None:
        """Change the registration, for instance to `FAILED` or back to `VERIFIED`."""
        for service in self.data.services.values():
            service.campaign_status = status
        self.vendor.sandbox.touch()

    def sign_with_key(self, on: bool = True) -> None:
        """Sign webhooks with the shared key and SHA-256 instead of the auth token and SHA-1."""
        self.data.algorithm = "sha256" if on else "sha1"


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)
