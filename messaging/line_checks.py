"""Lookup before the first text: ahead of time where a text is being prepared, else at the wire."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import errors
from arbook.gateways.models import Connection
from arbook.outbox.registry import Later
from customers import lines
from messaging.models import Message

MOST_AHEAD = 200
LONGEST_AT_THE_WIRE = timedelta(seconds=4)
"""So long a turn asks, so that nobody else waits for it; what is left is asked in the next."""
AGAIN = timedelta(minutes=2)
NEXT_TURN = timedelta(seconds=5)


def ahead(company: Company, *, now: datetime) -> int:
    """Ask about the numbers of texts that wait for a yes or for their hour; returns how many."""
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    if row is None or not row.is_usable:
        return 0
    waiting = Message.objects.of(company).filter(
        medium=Message.Medium.SMS,
        direction=Message.Direction.OUT,
        state__in=[Message.State.PROPOSED, Message.State.APPROVED],
        test_address="",
    )
    numbers = waiting.exclude(address="").values_list("address", flat=True)
    asked = lines.unasked(company, numbers, now=now)[:MOST_AHEAD]
    for number in asked:
        lines.ask(company, number, now=now)
    return len(asked)


def at_the_wire(
    company: Company, messages: Iterable[Message], *, now: datetime
) -> dict[int, Later]:
    """Ask about numbers nobody asked about yet; the messages, by key, that have to wait for it.

    A rehearsal goes to our own number, and nothing is asked.
    """
    texts = [
        one
        for one in messages
        if one.medium == Message.Medium.SMS and one.address and not one.test_address
    ]
    waits: dict[str, Later] = {}
    began = clock.system()
    for number in lines.unasked(company, [one.address for one in texts], now=now):
        if clock.system() - began > LONGEST_AT_THE_WIRE:
            waits[number] = Later(now + NEXT_TURN, "Its number is looked up in the next turn.")
            continue
        try:
            lines.ask(company, number, now=now)
        except (errors.Unreachable, errors.Throttled, errors.Disconnected) as away:
            waits[number] = Later(now + AGAIN, f"Its number could not be looked up: {away}")
    return {one.pk: waits[one.address] for one in texts if one.address in waits}
