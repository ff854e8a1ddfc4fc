"""The queue of conversations: who waits for an answer, whose it is, what it seems to be about.

Every read takes the same number of statements however long the queue is.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum

from arbook.companies.models import Company, User
from invoices.models import Invoice
from messaging import threads
from messaging.models import Draft, Message, Thread

PER_PAGE = 50
State = Thread.State
Direction, Medium = Message.Direction, Message.Medium

QUEUES = {
    "needs": "Needs reply",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "waiting": "Waiting",
    "snoozed": "Snoozed",
    "unknown": "Unknown sender",
    "closed": "Closed",
}
INTENTS = {
    "stop": ("STOP", "bad"),
    "help": ("HELP", "warn"),
    "question": ("Question", "info"),
    "paid": ("PAID", "ok"),
    "promise": ("Promise", "accent"),
    "plan": ("Plan", "plum"),
    "dispute": ("Dispute", "warn"),
    "copy": ("Copy", "info"),
    "contact_change": ("New contact", "info"),
    "wrong_number": ("Wrong number", "bad"),
    "start": ("START", "accent"),
    "abusive": ("Upset", "bad"),
}


@dataclass(frozen=True)
class Tag:
    """What conversations of a queue seem to be about, and how many."""

    intent: str
    name: str
    tone: str
    count: int


@dataclass(frozen=True)
class Row:
    """One conversation in the queue."""

    thread: Thread
    name: str
    preview: str
    at: datetime | None
    tag: str = ""
    tone: str = ""
    is_waiting: bool = False
    at_stake: Decimal | None = None
    has_draft: bool = False
    """Whoever looks has begun an answer here."""
    heard: int = 0
    """The newest message of theirs; what came later is not on the screen."""


@dataclass(frozen=True)
class Page:
    """A page of the queue. ``stamp`` changes when anything on it does."""

    rows: list[Row]
    stamp: str
    has_more: bool = False


def conversations(company: Company):
    """Threads somebody has really written in: a reminder alone is no conversation."""
    spoken = Message.objects.filter(thread=OuterRef("pk")).filter(
        Q(direction=Direction.IN) | Q(purpose=Message.Purpose.REPLY) | Q(medium=Medium.NOTE)
    )
    return Thread.objects.of(company).filter(Exists(spoken))


def condition(which: str, user: User, now: datetime) -> Q:
    """What belongs in a queue; a time away that is over counts as waiting for an answer."""
    back = Q(state=State.SNOOZED, snoozed_until__lte=now)
    away = Q(state=State.SNOOZED) & ~Q(snoozed_until__lte=now)
    opened = ~Q(state=State.CLOSED)
    return {
        "needs": Q(state=State.NEEDS_REPLY) | back,
        "mine": Q(owner=user) & opened,
        "unassigned": Q(owner=None) & opened & ~Q(state=State.WAITING),
        "waiting": Q(state=State.WAITING),
        "snoozed": away,
        "unknown": Q(customer=None) & opened,
        "closed": Q(state=State.CLOSED),
    }[which]


def numbers(
    company: Company, which: str, user: User, *, now: datetime
) -> tuple[dict[str, int], list[Tag]]:
    """How many conversations each open queue holds, and what one of them is about; one statement.

    Of the closed ones only what they are about is counted, and only when somebody looks at them.
    """
    opened = [one for one in QUEUES if one != "closed"]
    counted = {one: Count("pk", filter=condition(one, user, now)) for one in opened}
    rows = conversations(company).exclude(state=State.CLOSED).order_by().values("intent")
    rows = list(rows.annotate(**counted))
    counts = {one: sum(row[one] for row in rows) for one in opened}
    if which == "closed":
        closed = conversations(company).filter(state=State.CLOSED, intent__in=INTENTS)
        about = dict(closed.order_by().values_list("intent").annotate(Count("pk")))
    else:
        about = {row["intent"]: row[which] for row in rows if row[which]}
    return counts, [Tag(one, *INTENTS[one], about[one]) for one in INTENTS if one in about]


def queue(
    company: Company,
    which: str,
    user: User,
    *,
    now: datetime,
    words: str = "",
    tag: str = "",
    page: int = 1,
) -> Page:
    """One page of a queue: those who wait longest first, else the newest first."""
    rows = conversations(company).filter(condition(which, user, now))
    if tag:
        rows = rows.filter(intent=tag)
    if words:
        said = Message.objects.filter(thread=OuterRef("pk"), body__icontains=words)
        rows = rows.filter(
            Q(customer__name__icontains=words) | Q(unknown_address__icontains=words) | Exists(said)
        )
    last = (
        Message.objects.filter(thread=OuterRef("pk"))
        .exclude(state__in=threads.UNSAID)
        .order_by("-created_at", "-pk")
    )
    heard = Message.objects.filter(thread=OuterRef("pk"), direction=Direction.IN).order_by("-pk")
    start = (max(page, 1) - 1) * PER_PAGE
    found = list(
        rows.select_related("customer", "owner")
        .annotate(
            last_id=Subquery(last.values("pk")[:1]),
            heard_id=Subquery(heard.values("pk")[:1]),
            has_draft=Exists(Draft.objects.filter(thread=OuterRef("pk"), by=user)),
        )
        .order_by(*_order(which))[start : start + PER_PAGE + 1]
    )
    shown, has_more = found[:PER_PAGE], len(found) > PER_PAGE
    messages = Message.objects.in_bulk([row.last_id for row in shown if row.last_id])
    at_stake = _open_sums([row.customer_id for row in shown if row.customer_id])
    listed = [_row(row, messages.get(row.last_id), at_stake, now) for row in shown]
    return Page(listed, stamp(_row_marks(listed)), has_more)


def next_in(company: Company, which: str, user: User, *, now: datetime) -> Thread | None:
    """Which conversation of a queue comes first now."""
    rows = conversations(company).filter(condition(which, user, now))
    return rows.select_related("company").order_by(*_order(which)).first()


def _order(which: str) -> list[str]:
    return ["needs_reply_since", "pk"] if which == "needs" else ["-last_message_at", "-pk"]


def _row(thread: Thread, last: Message | None, at_stake: dict, now: datetime) -> Row:
    is_waiting = thread.state == State.NEEDS_REPLY or (
        thread.state == State.SNOOZED and bool(thread.snoozed_until) and thread.snoozed_until <= now
    )
    tag, tone = INTENTS.get(thread.intent, ("", ""))
    return Row(
        thread=thread,
        name=str(thread.customer or threads.shown(thread.unknown_address) or "Unknown sender"),
        preview=_preview(last),
        at=(thread.needs_reply_since if is_waiting else None) or thread.last_message_at,
        tag=tag,
        tone=tone,
        is_waiting=is_waiting,
        at_stake=at_stake.get(thread.customer_id),
        has_draft=thread.has_draft,
        heard=thread.heard_id or 0,
    )


def _preview(last: Message | None) -> str:
    if last is None:
        return ""
    words = " ".join((last.body or last.subject).split())[:200] or "(no words)"
    if last.medium == Medium.NOTE:
        return f"Note: {words}"
    return f"We: {words}" if last.direction == Direction.OUT else words


def _row_marks(rows: Iterable[Row]):
    for row in rows:
        yield (
            row.thread.pk,
            row.thread.state,
            row.thread.owner_id,
            row.thread.intent,
            row.preview,
            row.is_waiting,
            row.at_stake,
            row.has_draft,
            row.heard,
        )


def stamp(marks: Iterable) -> str:
    return hashlib.sha256(repr(list(marks)).encode("utf-8", "replace")).hexdigest()[:16]


def _open_sums(customer_ids: list[int]) -> dict[int, Decimal]:
    rows = (
        Invoice.objects.open()
        .filter(customer__in=customer_ids)
        .order_by()
        .values_list("customer")
        .annotate(sum=Sum("balance"))
    )
    return dict(rows)
