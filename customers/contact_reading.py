"""Addresses and numbers read from a field as somebody wrote it; what is unreadable is kept."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from arbook import phones
from arbook.upsert import storable
from customers.models import Channel, Contact

BETWEEN_ADDRESSES = re.compile(r"[\s,;|<>()\"]+")
LONGEST = 254

State = Contact.State


@dataclass(frozen=True)
class Written:
    """One address or number as the books write it, and what we read from it."""

    channel: str
    address: str
    written: str
    is_primary: bool
    state: str = State.USABLE
    reason: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same contact: the address, or the unreadable text."""
        return self.channel, self.address or f"?{self.written}"


def read_emails(text: str) -> list[Written]:
    """Every address of a field that may hold several; pieces with an @ that are none are kept."""
    found: dict[str, Written] = {}
    unread: dict[str, Written] = {}
    for piece in BETWEEN_ADDRESSES.split(storable(text or "").strip()):
        address = piece.strip(".'`").removeprefix("mailto:").lower()
        if not address:
            continue
        if len(address) <= LONGEST and _is_address(address):
            found.setdefault(
                address, Written(Channel.EMAIL, address, piece[:LONGEST], is_primary=not found)
            )
        elif "@" in piece:
            unread[piece] = _unread(Channel.EMAIL, piece, "This is not an e-mail address.")
    if not found and not unread and (text or "").strip():
        whole = text.strip()
        unread[whole] = _unread(Channel.EMAIL, whole, "There is no e-mail address in it.")
    return [*found.values(), *unread.values()]


def read_phones(*fields: str) -> list[Written]:
    """Every number of the fields, the most likely mobile first; unreadable texts are kept."""
    found: dict[str, Written] = {}
    unread: dict[str, Written] = {}
    for field in fields:
        text = storable(field or "").strip()
        if not text:
            continue
        numbers = phones.all_in(text)
        if not numbers:
            unread[text] = _unread(Channel.SMS, text, "This is not a telephone number.")
        for number in numbers:
            usable = not number.extension
            known = found.get(number.e164)
            if known and (known.state == State.USABLE or not usable):
                continue
            found[number.e164] = Written(
                Channel.SMS,
                number.e164,
                text[:LONGEST],
                is_primary=usable and not any(one.is_primary for one in found.values()),
                state=State.USABLE if usable else State.NOT_TEXTABLE,
                reason="" if usable else f"It has the extension {number.extension}.",
            )
    return [*found.values(), *unread.values()]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _unread(channel: str, text: str, reason: str) -> Written:
    return Written(channel, "", text[:LONGEST], False, State.INVALID, reason)
