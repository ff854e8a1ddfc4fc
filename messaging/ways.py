"""The ways to answer somebody: by text or by mail, from when on, or why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from arbook import places
from arbook.companies.models import Company
from customers import consent, contacts
from customers.models import Channel, Contact
from messaging import quiet_hours, threads
from messaging.models import Message, Thread

# Who texted us within this time may be answered by text without any other consent.
ANSWERABLE = timedelta(days=30)

Medium = Message.Medium


@dataclass(frozen=True)
class Way:
    """One way to answer a thread: where it goes, when it would leave, or why it cannot."""

    medium: str
    label: str
    address: str = ""
    refusal: str = ""
    at: datetime | None = None
    """When it leaves; None means at once."""
    said: str = ""
    test_address: str = ""

    @property
    def is_open(self) -> bool:
        return not self.refusal


def of(thread: Thread, *, now: datetime) -> dict[str, Way]:
    """By text and by mail, in the order in which they should be offered."""
    inbound = list(
        thread.messages.filter(direction=Message.Direction.IN).order_by("-created_at")[:20]
    )
    found = {medium: _way(thread, medium, inbound, now) for medium in (Medium.SMS, Medium.EMAIL)}
    last = inbound[0].medium if inbound else Medium.SMS
    return dict(sorted(found.items(), key=lambda pair: (not pair[1].is_open, pair[0] != last)))


def _way(thread: Thread, medium: str, inbound: list[Message], now: datetime) -> Way:
    channel = Channel.SMS if medium == Medium.SMS else Channel.EMAIL
    label = "Text" if medium == Medium.SMS else "E-mail"
    company = thread.company
    mine = [one for one in inbound if one.medium == medium]
    address, wrong = _address(thread, channel, mine)
    if not address:
        what = "number to text" if medium == Medium.SMS else "mail address"
        return Way(medium, label, refusal=wrong or f"There is no {what}.")
    standing = consent.standing(company, channel, address)
    shown = threads.shown(address)
    if standing.is_withdrawn:
        what = "texts" if medium == Medium.SMS else "mails"
        return Way(medium, label, address, f"{shown} takes no {what}. {standing.sentence}")
    if medium == Medium.SMS and not standing.is_given:
        recent = [one for one in mine if one.created_at > now - ANSWERABLE]
        if not any(one.address == address for one in recent):
            return Way(medium, label, address, f"{shown} never agreed to texts.")
    test = ""
    if company.mode == Company.Mode.DRY_RUN:
        test = company.test_phone if medium == Medium.SMS else company.test_email
        if not test:
            what = "number" if medium == Medium.SMS else "mail address"
            return Way(medium, label, address, f"A dry run needs a test {what} in the settings.")
    at, said = moment(thread, medium, address, now)
    if at is None and said:
        return Way(medium, label, address, said)
    at = at if at and at > now else None
    return Way(medium, label, address, at=at, said=said if at else "", test_address=test)


def _address(thread: Thread, channel: str, mine: list[Message]) -> tuple[str, str]:
    """Where they wrote from last, else the customer's best contact; or what is wrong with it."""
    if thread.customer is None:
        address = thread.unknown_address
        return (address, "") if threads.channel_of(address) == channel else ("", "")
    rows = {one.address: one for one in thread.customer.contacts.filter(channel=channel)}
    wrong = ""
    for message in mine:
        known = rows.get(message.address)
        if known is None or known.is_usable:
            return message.address, ""
        wrong = wrong or f"{threads.shown(message.address)} is {known.get_state_display()}."
        if known.state != Contact.State.WRONG_PERSON:
            break
    best = contacts.best([thread.customer_id], channel).get(thread.customer_id)
    return (best.address, "") if best else ("", wrong)


def moment(thread: Thread, medium: str, address: str, now: datetime) -> tuple[datetime | None, str]:
    """The first decent moment from ``now`` on, and a sentence when that is not ``now``."""
    place = place_of(thread, medium, address)
    policy = quiet_hours.policy_of(thread.company, medium)
    found = quiet_hours.next_moment(now, place, policy)
    if found.at is None:
        return None, found.sentence
    return found.at, found.sentence if found.at > now else ""


def place_of(thread: Thread, medium: str, address: str) -> places.Place:
    """Where the recipient may live."""
    number = address if medium == Medium.SMS else ""
    customer = thread.customer
    if customer is None:
        return places.locate(number=number)
    return customer.place(number)
