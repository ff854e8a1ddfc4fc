"""The address a customer answers to: it names the conversation, and cannot be guessed.

``reply+<thread>.<proof>@<MAIL_DOMAIN>``. The proof is made from our key, so nothing is stored and
nobody finds another conversation by counting. Mail systems may change case, never the letters.
"""

import base64
import re
from collections.abc import Iterable
from email.utils import formataddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from arbook.companies.models import Company

NAME = "reply"
TOKEN = re.compile(r"^reply\+([1-9]\d{0,17})\.([a-z2-7]{20})@(.+)$")


def of(company: Company, thread_id: int) -> str:
    """Where answers to this conversation go; the company's own address without a mail domain."""
    if not settings.MAIL_DOMAIN:
        return company.reply_email
    address = f"{NAME}+{thread_id}.{_proof(thread_id, settings.SECRET_KEY)}@{settings.MAIL_DOMAIN}"
    return formataddr((" ".join(company.name.split()), address))


def thread_in(addresses: Iterable[str]) -> int | None:
    """The key of the thread that one of the addresses names with its proof."""
    for address in addresses:
        found = TOKEN.match(address.strip().lower())
        if not found or found[3] != settings.MAIL_DOMAIN:
            continue
        thread_id = int(found[1])
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            if constant_time_compare(found[2], _proof(thread_id, key)):
                return thread_id
    return None


def _proof(thread_id: int, key: str) -> str:
    digest = salted_hmac("messaging.reply", str(thread_id), secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest)[:20].decode().lower()
