"""Which conversation a mail belongs to: by the reply address, by what it answers, by its sender."""

from dataclasses import dataclass

from arbook.companies.models import Company
from messaging import reply_address
from messaging.letters import Letter
from messaging.models import Message, Thread


@dataclass(frozen=True)
class Place:
    """The conversation, how it was found, and the message of ours that was answered."""

    thread: Thread | None
    how: str
    answered: Message | None = None


def find(company: Company, letter: Letter) -> Place:
    """Where the letter belongs; without a thread its sender decides."""
    answered = _answered(company, letter)
    key = reply_address.thread_in(letter.recipients)
    thread = _threads(company).filter(pk=key).first() if key else None
    if thread:
        return Place(thread, "the reply address", answered or _last(thread))
    if answered:
        return Place(_threads(company).get(pk=answered.thread_id), "its headers", answered)
    earlier = _by_ids(company, letter, Message.Direction.IN)
    if earlier:
        return Place(_threads(company).get(pk=earlier.thread_id), "its headers")
    return Place(None, "its sender")


def is_our_own(company: Company, letter: Letter) -> bool:
    """Whether this is a letter of ours that came back, as a copy or around a loop."""
    rows = _mails(company).filter(direction=Message.Direction.OUT, vendor_id=letter.message_id)
    return bool(letter.message_id) and rows.exists()


def _answered(company: Company, letter: Letter) -> Message | None:
    return _by_ids(company, letter, Message.Direction.OUT)


def _by_ids(company: Company, letter: Letter, direction: str) -> Message | None:
    """The message with one of these ids; the nearest counts."""
    if not letter.follows:
        return None
    rows = _mails(company).filter(direction=direction, vendor_id__in=letter.follows)
    found = {row.vendor_id: row for row in rows.select_related("customer", "contact")}
    return next((found[one] for one in letter.follows if one in found), None)


def _last(thread: Thread) -> Message | None:
    rows = thread.messages.filter(medium=Message.Medium.EMAIL, direction=Message.Direction.OUT)
    return rows.exclude(handed_over_at=None).order_by("handed_over_at").last()


def _mails(company: Company):
    return Message.objects.of(company).filter(medium=Message.Medium.EMAIL)


def _threads(company: Company):
    return Thread.objects.of(company).select_related("customer", "company")
