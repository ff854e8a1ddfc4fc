"""What a number is: asked of Lookup before the first text, kept, and asked again now and then.

Landlines and internet lines are set aside with the reason; a person who knows better uses them
again. Where the carriers do not know, the text itself will tell. A number that changed hands since
its owner agreed loses the consent: it was the other person's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company
from arbook.gateways import errors, twilio
from arbook.gateways.twilio import LineType
from customers import consent, contacts
from customers.consent import Source
from customers.models import Channel, Contact

GOOD_FOR = timedelta(days=180)
"""How long an answer holds."""
OLD_CONSENT = timedelta(days=90)
"""A consent older than this is asked about: is it still the same person's number?"""
UNKNOWN = "unknown"

# Twilio's words for lines that are no mobile phones, in ours.
NO_MOBILE = {
    "landline": "A landline: it takes no texts.",
    "fixedVoip": "An internet line: most take no texts.",
    "nonFixedVoip": "An internet line: nobody said that it takes texts.",
    "tollFree": "A toll-free number: nobody reads texts there.",
    "premium": "A premium-rate number: it is not texted.",
    "personal": "A personal forwarding number: it is not texted.",
    "voicemail": "A voice mailbox: it takes no texts.",
    "sharedCost": "A shared-cost number: it is not texted.",
    "uan": "A company's service number: it is not texted.",
    "pager": "A pager: it is not texted.",
}


def unasked(company: Company, numbers: Iterable[str], *, now: datetime) -> list[str]:
    """Those of the numbers that Lookup has to be asked about before a text."""
    wanted = list(dict.fromkeys(numbers))
    known = set(
        Contact.objects.of(company)
        .filter(channel=Channel.SMS, address__in=wanted, line_checked_at__gt=now - GOOD_FOR)
        .values_list("address", flat=True)
    )
    return [number for number in wanted if number not in known]


def ask(company: Company, number: str, *, now: datetime) -> str:
    """Ask what a number is and write it down; returns why it is not texted, or nothing.

    Outside of any transaction. Raises Unreachable, Throttled or Disconnected when nobody answers;
    an account that is not offered Lookup texts without it.
    """
    standing = consent.standing(company, Channel.SMS, number)
    since = None
    if standing.is_given and standing.event.at < now - OLD_CONSENT:
        since = company.local_date(standing.event.at)
    try:
        line = twilio.of(company).lookup(number, since=since)
    except errors.Refused:
        line = LineType(kind="", carrier="", valid=True, checked=False)
    return note(company, number, line, now=now)


@transaction.atomic
def note(company: Company, number: str, line: LineType, *, now: datetime) -> str:
    """Keep Lookup's answer on every contact with this number, and draw what follows from it."""
    rows = list(
        Contact.objects.select_for_update(of=("self",))
        .filter(company=company, channel=Channel.SMS, address=number)
        .select_related("customer", "company")
        .order_by("pk")
    )
    kind = line.kind or UNKNOWN
    Contact.objects.filter(pk__in=[row.pk for row in rows]).update(
        line_type=kind[:20], line_carrier=line.carrier[:100], line_checked_at=now
    )
    if line.changed_hands:
        return _changed_hands(company, number, rows, now=now)
    reason = NO_MOBILE.get(line.kind, "") if line.valid else "Not a telephone number."
    if reason:
        reason = f"{reason} (Lookup, {company.local_date(now):%b %-d, %Y})"
        for row in rows:
            if row.state == Contact.State.USABLE:
                contacts.mark(
                    row, state=Contact.State.NOT_TEXTABLE, reason=reason, by=None, now=now
                )
    return reason


def _changed_hands(company: Company, number: str, rows: list[Contact], *, now: datetime) -> str:
    reason = "The number changed hands since they agreed to texts (Lookup)."
    lose_consent(company, number, reason=reason, evidence={"lookup": "reassigned"}, now=now)
    for row in rows:
        if row.state == Contact.State.USABLE:
            contacts.mark(row, state=Contact.State.WRONG_PERSON, reason=reason, by=None, now=now)
    return reason


def lose_consent(
    company: Company, number: str, *, reason: str, evidence: dict, now: datetime
) -> None:
    """A consent that was somebody else's ends; a number without one needs no line."""
    if not consent.standing(company, Channel.SMS, number).is_given:
        return
    consent.withdraw(
        company,
        channel=Channel.SMS,
        address=number,
        source=Source.CARRIER,
        wording=reason,
        evidence=evidence,
        by=None,
        now=now,
    )


@transaction.atomic
def gave_up(company: Company, numbers: Iterable[str], *, on, now: datetime) -> int:
    """Carriers took these numbers out of service on a day; returns how many of them are ours.

    The next owner of such a number never agreed to anything.
    """
    rows = (
        Contact.objects.select_for_update(of=("self",))
        .filter(company=company, channel=Channel.SMS, address__in=list(numbers))
        .exclude(address="")
        .select_related("customer", "company")
        .order_by("pk")
    )
    reason = f"Out of service since {on:%b} {on.day}, {on.year}, by the carriers' list."
    ours = set()
    for row in rows:
        if row.address not in ours:
            evidence = {"deactivated_on": on.isoformat()}
            lose_consent(company, row.address, reason=reason, evidence=evidence, now=now)
        ours.add(row.address)
        if row.state == Contact.State.USABLE:
            contacts.mark(row, state=Contact.State.UNREACHABLE, reason=reason, by=None, now=now)
    if ours:
        log.record(
            "contact.deactivated",
            f"{len(ours)} of our numbers went out of service on {on.isoformat()}.",
            about=[company],
            by=None,
            at=now,
            company=company,
        )
    return len(ours)
