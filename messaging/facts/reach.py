"""How a customer can be reached, what they allow, and when somebody last spoke to them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from arbook.companies.models import Company
from customers import consent, contacts
from customers.models import Contact
from messaging import budget
from messaging import touches as contacts_made
from messaging.models import Message


@dataclass(frozen=True, slots=True)
class ContactFact:
    id: int
    channel: str
    address: str
    consent: str = "unknown"
    said: str = ""


def best(company: Company, ids: Collection[int], channel: str) -> dict[int, ContactFact]:
    """The contact to use of each customer that has one."""
    rows = contacts.best(ids, channel)
    standings = consent.standings(company, channel, [row.address for row in rows.values()])
    return {
        pk: ContactFact(
            id=row.pk,
            channel=channel,
            address=row.address,
            consent=standings[row.address].state,
            said=standings[row.address].sentence,
        )
        for pk, row in rows.items()
    }


def unusable(
    ids: Collection[int], channels: Mapping[str, Mapping[int, ContactFact]]
) -> dict[int, dict[str, str]]:
    """For customers without a usable contact: what is wrong with those they have."""
    lacking = [pk for pk in ids if any(pk not in found for found in channels.values())]
    said: dict[int, dict[str, str]] = defaultdict(dict)
    rows = Contact.objects.filter(customer__in=lacking).exclude(state=Contact.State.USABLE)
    for row in rows:
        reason = row.state_reason or row.get_state_display()
        said[row.customer_id].setdefault(row.channel, f"{row}: {reason}")
    return said


def touches(
    company: Company, ids: Collection[int], *, now: datetime
) -> tuple[dict[int, list[datetime]], set[int], set[int]]:
    """Contacts of the last week on every channel, and who was ever mailed or texted before."""
    recent = contacts_made.lately(company, ids, since=now - budget.WEEK, now=now)
    arrived = contacts_made.said(company, ids).exclude(state=Message.State.FAILED)
    spoken = set(arrived.order_by().values_list("customer_id", "medium").distinct())
    mailed = {pk for pk, medium in spoken if medium == Message.Medium.EMAIL}
    texted = {pk for pk, medium in spoken if medium == Message.Medium.SMS}
    return {pk: [one.at for one in many] for pk, many in recent.items()}, mailed, texted
