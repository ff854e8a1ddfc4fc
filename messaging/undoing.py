"""An act of a person in the inbox taken back as a whole, while its undo bar stands.

The record says what the act was: all of it carries one person and one instant, for one conversation
or for many. What has meanwhile moved on stays as it is, and what was sent stays sent.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from arbook.audit import log
from arbook.audit.models import Entry, Mention
from arbook.companies.models import Company, User
from customers import tags
from customers.models import Customer
from invoices import disputes, holds, promises, taken_back
from invoices.models import Dispute, Hold, PromiseToPay
from messaging import away, thread_keys, threads
from messaging.models import Thread
from messaging.threads import State, ThreadRefused

WITHIN = timedelta(minutes=10)
TOO_LATE = "Too late: an act is taken back within ten minutes."
BACK = {"thread.closed": "the conversation is open again", "thread.snoozed": "it is not put away"}
MOVED_ON = "Things have moved on; there is nothing left to take back."

Undo = Callable[[Entry, Thread | None, User, datetime], str]


def is_undoable(company: Company, *, moment: datetime, by: User) -> bool:
    """Whether the act of this instant did something that can be taken back."""
    return _entries(company, moment, by).exists()


@transaction.atomic
def undo(
    company: Company, *, moment: datetime, by: User, now: datetime
) -> tuple[list[Thread], str]:
    """Take an act back; returns its conversations and what to tell. Raises ThreadRefused."""
    if not moment <= now <= moment + WITHIN:
        raise ThreadRefused(TOO_LATE)
    # The last first: a close after the promise it came of.
    entries = list(_entries(company, moment, by).order_by("-pk"))
    talks = _threads_of(company, entries)
    said = {}
    for entry in entries:
        words = UNDO[entry.verb](entry, talks.get(entry.pk), by, now)
        if words:
            said[words] = said.get(words, 0) + 1
    if not said:
        raise ThreadRefused(MOVED_ON)
    taken_back.pauses(company, moment=moment, by=by, now=now, besides=thread_keys.HOLD_SOURCE)
    taken_back.finished_tasks(company, moment=moment, by=by, now=now)
    told = ", ".join(_counted(words, number) for words, number in reversed(said.items()))
    return list({row.pk: row for row in talks.values()}.values()), f"Taken back: {told}."


def _counted(words: str, number: int) -> str:
    return f"{words} ({number} conversations)" if number > 1 else words


def _entries(company: Company, moment: datetime, by: User):
    return Entry.objects.filter(company=company, at=moment, by=by, verb__in=UNDO)


def _threads_of(company: Company, entries: list[Entry]) -> dict[int, Thread]:
    """The conversation of each entry: named by it, or the one with its customer."""
    kinds = {"messaging.thread": {}, "customers.customer": {}}
    rows = Mention.objects.filter(entry__in=entries, subject_type__in=kinds)
    for entry, kind, pk in rows.values_list("entry", "subject_type", "subject_id"):
        kinds[kind][entry] = pk
    found = Thread.objects.of(company).select_related("company", "customer")
    named = found.in_bulk(list(kinds["messaging.thread"].values()))
    theirs = {
        row.customer_id: row
        for row in found.filter(customer__in=kinds["customers.customer"].values())
    }
    talks = {}
    for entry in entries:
        thread = named.get(kinds["messaging.thread"].get(entry.pk))
        thread = thread or theirs.get(kinds["customers.customer"].get(entry.pk))
        if thread:
            talks[entry.pk] = thread
    return talks


def _subject(entry: Entry, model):
    """The row of this kind that the entry is about."""
    keys = entry.mentions.filter(subject_type=model._meta.label_lower).values("subject_id")
    return model.objects.filter(pk__in=keys, company=entry.company_id).first()


def _closed(entry: Entry, thread: Thread | None, by: User, now: datetime) -> str:
    if thread is None:
        return ""
    row = threads.locked(thread)
    is_same = row.state == State.CLOSED and (row.closed_at, row.closed_by) == (entry.at, by)
    return _as_before(entry, row, by, now) if is_same else ""


def _snoozed(entry: Entry, thread: Thread | None, by: User, now: datetime) -> str:
    if thread is None:
        return ""
    row = threads.locked(thread)
    until = _instant(entry.data.get("until"))
    is_same = row.state == State.SNOOZED and row.snoozed_until == until
    return _as_before(entry, row, by, now) if is_same else ""


def _as_before(entry: Entry, row: Thread, by: User, now: datetime) -> str:
    """Put a conversation back to where it stood; one that was closed waits for an answer."""
    before = entry.data.get("before") or {}
    source = thread_keys.hold_source(row)
    quiet = Hold.objects.of(row.company).filter(source=source)
    if before.get("state") in (State.CLOSED, None):
        away.reopen(row, by=by, now=now)
        return BACK[entry.verb]
    threads.needs_reply(row, since=now)
    row.state = before["state"]
    row.needs_reply_since, row.snoozed_until = _instant(before["since"]), _instant(before["until"])
    row.save()
    if row.customer and quiet.filter(lifted_at=entry.at).exists():
        holds.place(row.customer, reason=Hold.Reason.REPLY, source=source, by=by, now=now)
    elif quiet.filter(placed_at=entry.at).exists():
        holds.lift_source(row.company, source, by=by, now=now, reason=taken_back.REASON)
    log.record("thread.reopened", "Taken up again.", about=threads.about(row), by=by, at=now)
    return BACK[entry.verb]


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _assigned(entry: Entry, thread: Thread | None, by: User, now: datetime) -> str:
    if thread is None or "was" not in entry.data:
        return ""
    row = threads.locked(thread)
    if row.owner_id != entry.data.get("owner"):
        return ""
    was = User.objects.filter(pk=entry.data["was"]).first()
    try:
        threads.assign(row, owner=was, by=by, now=now)
    except ThreadRefused:
        return ""  # who had it works here no more
    return f"{was} looks after it" if was else "nobody looks after it"


def _promised(entry: Entry, thread: Thread | None, by: User, now: datetime) -> str:
    promise = _subject(entry, PromiseToPay)
    if promise is None or promise.state != PromiseToPay.State.OPEN:
        return ""
    promises.take_back(promise, by=by, now=now)
    return "the promise"


def _disputed(entry: Entry, thread: Thread | None, by: User, now: datetime) -> str:
    dispute = _subject(entry, Dispute)
    if dispute is None or not dispute.is_open:
        return ""
    disputes.take_back(dispute, by=by, now=now)
    return "the dispute"


def _tagged(entry: Entry, thread: Thread | None, by: User, now: datetime) -> str:
    customer, name = _subject(entry, Customer), entry.data.get("tag", "")
    if not name or customer is None:
        return ""
    return f"the tag {name}" if tags.take(customer, name=name, by=by, now=now) else ""


def _untagged(entry: Entry, thread: Thread | None, by: User, now: datetime) -> str:
    customer, name = _subject(entry, Customer), entry.data.get("tag", "")
    if not name or customer is None:
        return ""
    tags.put(customer, name=name, by=by, now=now)
    return f"tagged {name} again"


UNDO: dict[str, Undo] = {
    "thread.closed": _closed,
    "thread.snoozed": _snoozed,
    "thread.assigned": _assigned,
    "promise.made": _promised,
    "dispute.opened": _disputed,
    "customer.tagged": _tagged,
    "customer.untagged": _untagged,
}
