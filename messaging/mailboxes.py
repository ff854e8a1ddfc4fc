"""Mailboxes that nobody hands on: read every few minutes, letter by letter."""

import logging
from datetime import datetime

from arbook.gateways import errors, mailbox
from arbook.webhooks import mail

logger = logging.getLogger(__name__)


class SomeMailboxesFailed(Exception):
    """A mailbox could not be read; the others were."""


def read_all(now: datetime) -> int:
    """Keep what is unread in every mailbox; returns how many letters. The worker takes them up."""
    count, failed = 0, []
    for box in mailbox.configured():
        try:
            count += mailbox.read(box, lambda letter: mail.store_letter(None, letter))
        except errors.VendorError as trouble:
            logger.warning("mailbox %s: %s", box, trouble)
            failed.append(str(trouble))
    if failed:
        raise SomeMailboxesFailed("; ".join(failed))
    return count
