"""A message of which no vendor can say whether it left: a person looked, and says which."""

from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import User
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from invoices import cadence, tasks
from invoices.models import Reminder
from messaging import approving, recording, threads
from messaging.models import Message

State = Message.State


class NotInDoubt(Exception):
    """The message's fate is known already. The text is fit for the screen."""


def is_in_doubt(row: Message) -> bool:
    """Approved, and its intent is dead: it keeps its place until a person says what happened."""
    return row.state == State.APPROVED and bool(_dead(row))


@transaction.atomic
def it_left(message: Message, *, by: User, now: datetime) -> None:
    """It reached the customer's phone or mailbox: the touch counts as taken."""
    row = _close(message, "it left", now)
    row.state, row.handed_over_at, row.settled_at = State.HANDED_OVER, now, now
    row.save(update_fields=["state", "handed_over_at", "settled_at"])
    cadence.settle(row.reminder_ids(), state=Reminder.State.SENT, now=now)
    _say(row, "message.sent", f"{by} saw that it left: {row}.", by, now)


@transaction.atomic
def it_did_not_leave(message: Message, *, by: User, now: datetime) -> None:
    """Nobody got it: what is still due is proposed anew, an answer waits to be written again."""
    row = _close(message, "it did not leave", now)
    row.state, row.settled_at = State.WITHDRAWN, now
    row.notice = "Not sent: a person looked and it had not left."
    row.save(update_fields=["state", "settled_at", "notice"])
    _say(row, "message.withdrawn", f"{by} saw that it did not leave: {row}.", by, now)
    if row.purpose == Message.Purpose.REPLY:
        threads.needs_reply(threads.locked(row.thread), since=now)
    elif row.customer_id:
        key = f"revisit:{row.customer_id}:doubt:{row.pk}"
        outbox.enqueue_many(
            [outbox.Wanted("messaging.revisit", key, row.company, {"customer": row.customer_id})],
            now=now,
        )


def _dead(row: Message) -> list[int]:
    """The dead intents that were to send the message, a receipt's by the key it was given."""
    effects = Effect.objects.of(row.company).filter(
        state=Effect.State.DEAD, kind__startswith="messaging."
    )
    return [one.pk for one in effects if Message.objects.sent_by(one).filter(pk=row.pk).exists()]


def _close(message: Message, outcome: str, now: datetime) -> Message:
    row = (
        Message.objects.select_for_update(of=("self",))
        .select_related("company", "customer", "thread")
        .get(pk=message.pk)
    )
    dead = _dead(row)
    effects = Effect.objects.filter(pk__in=dead)
    # Held from here on: somebody may have it tried again at this moment.
    still = list(effects.filter(state=Effect.State.DEAD).select_for_update(of=("self",)))
    if row.state != State.APPROVED or not dead or len(still) < len(dead):
        raise NotInDoubt("What became of this message is known already.")
    effects.update(state=Effect.State.CANCELLED, error=f"A person says {outcome}.", finished_at=now)
    approving.free_key(effects.filter(payload__has_key="message"))
    return row


def _say(row: Message, verb: str, said: str, by: User, now: datetime) -> None:
    log.record(verb, said, about=recording.about(row), by=by, at=now, company=row.company)
    tasks.finish_key(row.company, f"message:{row.pk}", by=by, now=now, outcome=said[:300])
