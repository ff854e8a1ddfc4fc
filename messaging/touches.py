"""Every contact a customer had from us, whoever made it and on whatever channel.

Texts, mails and letters of ours, answers of people, calls somebody logged, notes of promises and
plans, and QuickBooks' own mails: the budget counts them all, and the calendar shows them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from arbook.companies.models import Company
from customers import book_mails
from messaging import delivery_codes
from messaging.models import Message

Medium, Purpose, State = Message.Medium, Message.Purpose, Message.State

# What the customer asked for or must be told: thanks for money, an answer to their own "stop".
UNCOUNTED = [Purpose.RECEIPT, Purpose.CONFIRMATION, Purpose.OPT_IN]
NEVER_HAPPENED = [State.PROPOSED, State.APPROVED, State.SKIPPED, State.WITHDRAWN]
BOOKS = "books"


@dataclass(frozen=True, slots=True, order=True)
class Touch:
    """One contact. ``kind`` is a medium, or ``books`` for a mail of QuickBooks."""

    at: datetime
    kind: str


def said(company: Company, ids: Collection[int]):
    """What really went out to these customers: ``said_at`` is when.

    Rehearsals count among themselves: a customer never saw them. A call counts from when it is
    written down. What never left does not count; what failed in a way that is tried again does.
    """
    rows = Message.objects.of(company).filter(customer__in=ids, direction=Message.Direction.OUT)
    if company.mode != Company.Mode.DRY_RUN:
        rows = rows.filter(test_address="")
    spoken = Q(handed_over_at__isnull=False) | Q(state=State.FAILED)
    called = Q(medium=Medium.CALL) & ~Q(state__in=NEVER_HAPPENED)
    return (
        rows.exclude(Q(state=State.FAILED) & ~Q(error_code__in=delivery_codes.RETRIED))
        .annotate(said_at=Coalesce("handed_over_at", "settled_at", F("created_at")))
        .filter(spoken | called)
    )


def lately(
    company: Company, ids: Collection[int], *, since: datetime, now: datetime
) -> dict[int, list[Touch]]:
    """The contacts of each customer that count, oldest first; two statements."""
    found: dict[int, list[Touch]] = defaultdict(list)
    rows = (
        said(company, ids)
        .filter(said_at__gt=since)
        .exclude(purpose__in=UNCOUNTED)
        .exclude(medium=Medium.NOTE)
    )
    for pk, at, medium in rows.values_list("customer_id", "said_at", "medium"):
        found[pk].append(Touch(at, medium))
    mails = book_mails.lately(company, ids, since=since, until=now)
    for pk, sent in mails.items():
        found[pk] += [Touch(one.sent_at, BOOKS) for one in sent]
    return {pk: sorted(many) for pk, many in found.items()}
