"""The consent ledger: who allowed or forbade what, when, in which words. Lines are only added.

It speaks of an address within one company: two customers with one number share one standing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import models, transaction

from arbook import phones
from arbook.audit import log
from arbook.companies.models import Company, User
from customers import contacts
from customers.models import Channel, ConsentEvent, Customer, OptIn

Direction, Source = ConsentEvent.Direction, ConsentEvent.Source
OWN_WORDS = {Source.REPLY, Source.CARRIER, Source.OPT_IN}


@dataclass(frozen=True)
class Standing:
    """What holds for one address today, and the line of the ledger that says so."""

    state: Literal["given", "withdrawn", "unknown"]
    event: ConsentEvent | None
    sentence: str

    @property
    def is_given(self) -> bool:
        return self.state == "given"

    @property
    def is_withdrawn(self) -> bool:
        return self.state == "withdrawn"

    def is_hearsay_since(self, moment: datetime) -> bool:
        """Whether somebody wrote down a yes after that moment that is not the number's own word."""
        return self.is_given and self.event.at > moment and self.event.source not in OWN_WORDS


def grant(
    company: Company,
    *,
    channel: str,
    address: str,
    source: str,
    wording: str = "",
    wording_version: str = "",
    evidence: dict | None = None,
    by: User | None,
    now: datetime,
    about: Iterable[models.Model] = (),
) -> ConsentEvent:
    """Write down that consent was given. Nothing else is changed by it."""
    return _write(
        company,
        Direction.GIVEN,
        channel=channel,
        address=address,
        source=source,
        wording=wording,
        wording_version=wording_version,
        evidence=evidence,
        by=by,
        now=now,
        about=about,
    )


def withdraw(
    company: Company,
    *,
    channel: str,
    address: str,
    source: str,
    wording: str = "",
    evidence: dict | None = None,
    by: User | None,
    now: datetime,
    about: Iterable[models.Model] = (),
) -> ConsentEvent:
    """Write down that it was withdrawn; what is proposed to this address is looked at again."""
    return _write(
        company,
        Direction.WITHDRAWN,
        channel=channel,
        address=address,
        source=source,
        wording=wording,
        evidence=evidence,
        by=by,
        now=now,
        about=about,
    )


def disown(
    company: Company, number: str, *, by: User | None, now: datetime, about: Iterable[models.Model]
) -> None:
    """The number is somebody else's: what its owner once allowed is no consent of theirs, whichever
    customer the number stands with."""
    if standing(company, Channel.SMS, number).is_given:
        withdraw(
            company,
            channel=Channel.SMS,
            address=number,
            source=Source.STAFF,
            wording="The number belongs to somebody else.",
            by=by,
            now=now,
            about=about,
        )


def standings(company: Company, channel: str, addresses: Iterable[str]) -> dict[str, Standing]:
    """What holds for each address, in one query: its last line decides, no line is unknown."""
    wanted = list(dict.fromkeys(addresses))
    last = (
        ConsentEvent.objects.of(company)
        .filter(channel=channel, address__in=wanted)
        .select_related("by", "company")
        .order_by("channel", "address", "-at", "-id")
        .distinct("channel", "address")
    )
    known = {event.address: _standing(event, company) for event in last}
    unknown = _unknown(channel)
    return {address: known.get(address, unknown) for address in wanted}


def standing(company: Company, channel: str, address: str) -> Standing:
    """What holds for one address."""
    return standings(company, channel, [address])[address]


def history(customer: Customer) -> list[ConsentEvent]:
    """Every line about any address of the customer, newest first."""
    addresses = customer.contacts.exclude(address="").values("address")
    rows = ConsentEvent.objects.of(customer.company).filter(address__in=addresses)
    return list(rows.select_related("by", "form").order_by("-at", "-pk"))


@transaction.atomic
def _write(
    company: Company,
    direction: str,
    *,
    channel: str,
    address: str,
    source: str,
    wording: str,
    evidence: dict | None,
    by: User | None,
    now: datetime,
    about: Iterable[models.Model],
    wording_version: str = "",
) -> ConsentEvent:
    event = ConsentEvent.objects.create(
        company=company,
        channel=channel,
        address=address,
        direction=direction,
        source=source,
        wording=wording,
        wording_version=wording_version[:40],
        evidence=evidence or {},
        at=now,
        by=by,
    )
    _settle_questions(company, direction, channel, address, by=by, now=now)
    owners = contacts.owners(company, channel, address)
    shown = phones.display(address) if channel == Channel.SMS else address
    what = "texts" if channel == Channel.SMS else "e-mails"
    verb = "allowed" if direction == Direction.GIVEN else "must not be sent"
    said = f"{shown} {verb} {what}" if direction == Direction.GIVEN else f"{what} {verb} to {shown}"
    entry = log.record(
        f"consent.{direction}",
        f"{said[:1].upper()}{said[1:]}, by {event.get_source_display()}.",
        about=[event, *owners, *about],
        by=by,
        at=now,
        company=company,
        wording=wording,
    )
    contacts.revisit(company, {one.pk: entry.pk for one in owners}, now=now)
    return event


def _settle_questions(company, direction, channel, address, *, by, now) -> None:
    """What was still to be asked about this address is answered by the new line."""
    rows = OptIn.objects.of(company).filter(channel=channel, address=address)
    if direction == Direction.GIVEN:
        rows.filter(state__in=[OptIn.State.FOR_PERSON, OptIn.State.PENDING]).update(
            state=OptIn.State.CONFIRMED,
            settled_at=now,
            settled_by=by,
            reason="Consent was recorded.",
        )
    else:
        rows.filter(state=OptIn.State.PENDING).update(
            state=OptIn.State.REFUSED, settled_at=now, settled_by=by, reason="They opted out."
        )


def _standing(event: ConsentEvent, company: Company) -> Standing:
    day = event.at.astimezone(company.zone)
    who = f" ({event.by})" if event.by else ""
    said = f"{day:%b} {day.day}, {day.year} by {event.get_source_display()}{who}."
    if event.direction == Direction.GIVEN:
        return Standing("given", event, f"Given {said}")
    return Standing("withdrawn", event, f"Withdrawn {said}")


def _unknown(channel: str) -> Standing:
    if channel == Channel.SMS:
        return Standing("unknown", None, "Unknown: nobody recorded a yes to texts.")
    return Standing("unknown", None, "Nothing recorded; e-mail about an invoice needs no consent.")
