"""One conversation: what was said on every channel, and what happened beside it."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from arbook.audit.models import Entry
from messaging import inbox, quiet_hours, threads, ways
from messaging.models import Message, Thread

LONGEST_TALK = 200
Direction, Medium = Message.Direction, Message.Medium

# What happened beside the words, as grey lines between them.
BESIDE = (
    "hold.placed",
    "hold.lifted",
    "consent.given",
    "consent.withdrawn",
    "consent.asked",
    "promise.made",
    "promise.kept",
    "promise.broken",
    "promise.undone",
    "dispute.opened",
    "dispute.resolved",
    "dispute.undone",
    "thread.closed",
    "thread.reopened",
    "thread.assigned",
    "thread.snoozed",
    "thread.woke",
    "thread.linked",
    "thread.joined",
    "contact.wrong_person",
    "task.opened",
    "money.captured",
)


@dataclass(frozen=True)
class Item:
    """One thing in a conversation: a message, or a line about what happened."""

    at: datetime
    text: str
    message: Message | None = None
    by: str = ""
    status: str = ""
    failed: bool = False
    is_out: bool = False
    is_note: bool = False
    is_call: bool = False
    subject: str = ""
    tag: str = ""
    tone: str = ""
    words: str = ""
    """The customer's own words that the reading rests on."""
    may_cancel: bool = False
    is_removed: bool = False
    """The words are not kept any more; the text says since when."""


@dataclass(frozen=True)
class Talk:
    """A conversation as it stands. ``newest`` is what the writer of an answer has seen."""

    items: list[Item]
    stamp: str
    newest: int
    is_cut: bool = False


def read(thread: Thread, *, now: datetime) -> Talk:
    """The words of a thread and what happened beside them, oldest first."""
    rows = list(
        thread.messages.exclude(state__in=threads.UNSAID)
        .select_related("approved_by")
        .order_by("-created_at", "-pk")[: LONGEST_TALK + 1]
    )
    is_cut = len(rows) > LONGEST_TALK
    rows = rows[:LONGEST_TALK]
    for row in rows:
        row.company = thread.company
    items = [_item(row, now) for row in rows]
    if rows:
        items += _beside(thread, since=rows[-1].created_at)
    items.sort(key=lambda item: (item.at, item.message is None))
    marks = [(one.text, one.status, one.failed, one.at, _right(one.message)) for one in items]
    newest = max((row.pk for row in rows), default=0)
    return Talk(items, inbox.stamp(marks), newest, is_cut)


def _right(message: Message | None) -> str:
    """What a person said a reply means."""
    return message.reading.get("right_intent", "") if message else ""


def _item(row: Message, now: datetime) -> Item:
    item = _whole(row, now)
    return replace(item, is_removed=True) if row.removed_at else item


def _whole(row: Message, now: datetime) -> Item:
    if row.medium == Medium.NOTE:
        return Item(row.created_at, row.body, row, by=f"Note by {row.approved_by}", is_note=True)
    if row.medium == Medium.CALL:
        who = f"Call by {row.approved_by}" if row.direction == Direction.OUT else "They called"
        return Item(row.created_at, row.body or "(nothing was written down)", row, by=who,
                    is_call=True, is_out=row.direction == Direction.OUT)  # fmt: skip
    if row.direction == Direction.IN:
        tag, tone = inbox.INTENTS.get(row.reading.get("intent"), ("", ""))
        words = row.reading.get("evidence") or ""
        pictures = len(row.reading.get("media") or [])
        text = row.body or (f"({pictures} picture{'s'[: pictures != 1]})" if pictures else "")
        return Item(
            row.created_at,
            text or "(no words)",
            row,
            by=threads.shown(row.address),
            subject=row.subject,
            tag=tag,
            tone=tone,
            words=words if words.strip() != row.body.strip() else "",
        )
    return Item(
        row.handed_over_at or row.created_at,
        row.body,
        row,
        by=_author(row),
        status=_fate(row, now),
        failed=row.state == Message.State.FAILED,
        is_out=True,
        subject=row.subject,
        may_cancel=row.purpose == Message.Purpose.REPLY
        and row.state == Message.State.APPROVED
        and bool(row.send_after and row.send_after > now),
    )


def _author(row: Message) -> str:
    if row.purpose == Message.Purpose.REPLY:
        return str(row.approved_by or "arbook")
    medium = {Medium.SMS: "by text", Medium.EMAIL: "by mail"}.get(row.medium, "")
    return f"{row.get_purpose_display().capitalize() or 'Message'} {medium}".strip()


def _fate(row: Message, now: datetime) -> str:
    test = f", a test to {threads.shown(row.test_address)}" if row.test_address else ""
    match row.state:
        case Message.State.APPROVED if row.error:
            return f"Not known whether it left: {row.error}"
        case Message.State.APPROVED if row.send_after and row.send_after > now:
            place = ways.place_of(row.thread, row.medium, row.address)
            return f"Leaves {quiet_hours.their_time(row.send_after, place)}{test}"
        case Message.State.APPROVED:
            return f"Leaving{test}"
        case Message.State.DELIVERED:
            return f"Delivered{test}"
        case Message.State.FAILED:
            return f"Not delivered: {row.error or row.error_code}{test}"
        case _:
            return f"Sent{test}"


def _beside(thread: Thread, *, since: datetime) -> list[Item]:
    subjects = Q(mentions__subject_type="messaging.thread", mentions__subject_id=thread.pk)
    if thread.customer_id:
        subjects |= Q(
            mentions__subject_type="customers.customer", mentions__subject_id=thread.customer_id
        )
    rows = (
        Entry.objects.filter(subjects, verb__in=BESIDE, at__gte=since)
        .select_related("by")
        .order_by("-at", "-pk")
        .distinct()[:LONGEST_TALK]
    )
    return [Item(row.at, row.said, by=str(row.by) if row.by else "") for row in rows]


def newest(thread: Thread, *, now: datetime, count: int = 4) -> list[Item]:
    """The last words of a thread, newest first."""
    rows = (
        thread.messages.exclude(state__in=threads.UNSAID)
        .select_related("approved_by")
        .order_by("-created_at", "-pk")[:count]
    )
    items = []
    for row in rows:
        row.company = thread.company
        items.append(_item(row, now))
    return items
