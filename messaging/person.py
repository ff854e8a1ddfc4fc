"""What was said to and by a person, and what the gate decided about them."""

from datetime import datetime

from django.db.models import Q

from arbook.companies.models import User
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers.person import SAID, Person, names
from messaging import approving, closing, recording, retention
from messaging.models import (
    CHANNEL_OF,
    Decision,
    Draft,
    KeptLetter,
    LetterFile,
    Message,
    Thread,
    TriageCorrection,
)

State = Message.State

LEAVING = [State.PROPOSED, State.APPROVED]
# What would write to them. Postings and what else the books need goes on.
SENDS = ("messaging.send", "messaging.receipt", "messaging.letter", "messaging.plan_offer")


def talks(person: Person):
    """Their conversation, and those of strangers with one of their addresses."""
    theirs = Q(unknown_address__in=person.addresses, customer=None)
    if person.customer:
        theirs |= Q(customer=person.customer)
    return Thread.objects.filter(theirs, company=person.company)


def messages(person: Person):
    """Everything said in them, and whatever else went to or came from their addresses."""
    theirs = Q(thread__in=talks(person)) | Q(address__in=person.addresses)
    if person.customer:
        theirs |= Q(customer=person.customer)
    return Message.objects.filter(theirs, company=person.company).exclude(
        address="", removed_at__isnull=False
    )


def corrections(person: Person):
    """What people said their replies mean."""
    return TriageCorrection.objects.filter(message__in=messages(person))


def decisions(person: Person):
    if person.customer is None:
        return Decision.objects.none()
    return Decision.objects.filter(customer=person.customer)


def export(person: Person) -> dict[str, list[dict]]:
    """Messages word for word, receipts among them, and decisions in words."""
    fields = [
        *("created_at", "direction", "medium", "purpose", "state", "address", "subject", "body"),
        *("total", "handed_over_at", "settled_at", "vendor_id", "approved_by__email"),
    ]
    rows = list(messages(person).order_by("created_at", "pk").values(*fields))
    return {
        "messages": [row for row in rows if row["purpose"] != Message.Purpose.RECEIPT],
        "receipts": [row for row in rows if row["purpose"] == Message.Purpose.RECEIPT],
        "conversations": list(
            talks(person)
            .order_by("pk")
            .values("id", "state", "intent", "outcome", "next_step", "last_message_at")
        ),
        "mails in full": list(
            KeptLetter.objects.filter(message__in=messages(person))
            .order_by("pk")
            .values("message__created_at", "message__subject", "text", "size")
        ),
        "files in mails": list(
            LetterFile.objects.filter(letter__message__in=messages(person))
            .order_by("pk")
            .values("letter__message__created_at", "name", "content_type", "size", "note")
        ),
        "readings put right": list(
            corrections(person)
            .order_by("pk")
            .values("message__created_at", "read_intent", "right_intent", "by__email", "at")
        ),
        "answers not sent yet": list(
            Draft.objects.filter(thread__in=talks(person))
            .order_by("pk")
            .values("kept_at", "medium", "body", "by__email")
        ),
        "decisions": list(
            decisions(person)
            .order_by("at", "pk")
            .values("at", "stage", "passed", "sentence", "stopped_by", "rules_version")
        ),
    }


def mentions(person: Person) -> dict[str, set[int]]:
    theirs = Q(thread__in=talks(person)) | Q(address__in=person.addresses)
    if person.customer:
        theirs |= Q(customer=person.customer)
    said = Message.objects.filter(theirs, company=person.company)
    return {
        "messaging.message": set(said.values_list("pk", flat=True)),
        "messaging.thread": set(talks(person).values_list("pk", flat=True)),
    }


def count(person: Person, *, now: datetime) -> dict[str, int]:
    """How many rows an erasure takes words out of, and what it takes back."""
    return {
        "messages": messages(person).count(),
        "decisions": decisions(person).filter(shortened_at=None).count(),
        "messages on their way": messages(person).filter(state__in=LEAVING).count(),
        "readings put right": corrections(person).count(),
        "answers not sent yet": Draft.objects.filter(thread__in=talks(person)).count(),
    }


def erase(person: Person, *, by: User | None, now: datetime, with_name: bool) -> dict[str, int]:
    """Take back what has not left, end the conversation, take the words out."""
    # What is being handed over, or may have been, is looked up by its words: it goes the next time.
    busy = set(in_hand(person).values_list("payload__message", flat=True))
    rows = [one for one in messages(person).select_for_update(of=("self",)) if one.pk not in busy]
    taken_back = _take_back(person, [row for row in rows if row.state in LEAVING], by, now)
    for thread in talks(person):
        _end(thread, by, now)
    drafts, _ = Draft.objects.filter(thread__in=talks(person)).delete()
    # What was put right was put right about words that go.
    put_right, _ = TriageCorrection.objects.filter(message__in=rows).delete()
    retention.remove(rows, SAID, now=now)
    for row in rows:
        row.address, row.error, row.notice = "", "", ""
    Message.objects.bulk_update(rows, ["address", "error", "notice"], batch_size=500)
    found = names(person, with_name=with_name)
    answers = list(decisions(person).filter(shortened_at=None))
    retention.shorten(answers, SAID, now=now)
    named = [one for one in decisions(person) if found.cover(one.sentence) != one.sentence]
    for one in named:
        one.sentence = found.cover(one.sentence)[:300]
    Decision.objects.bulk_update(named, ["sentence"], batch_size=500)
    return {
        "messages": len(rows),
        "decisions": len(answers),
        "messages on their way": taken_back,
        "readings put right": put_right,
        "answers not sent yet": drafts,
    }


def _take_back(person: Person, rows: list[Message], by: User | None, now: datetime) -> int:
    """Nothing leaves any more; what nobody knows the fate of is let rest."""
    approving.take_back([row for row in rows if row.state == State.APPROVED], SAID, now)
    outbox.cancel(undone(person).filter(state=Effect.State.PENDING), reason=SAID, now=now)
    for effect in undone(person).filter(state=Effect.State.DEAD):
        outbox.give_up(effect, reason=SAID, by=by, now=now)
    for row in rows:
        row.state, row.settled_at = State.WITHDRAWN, now
    Message.objects.bulk_update(rows, ["state", "settled_at"], batch_size=500)
    recording.record(rows, "message.withdrawn", lambda row: f"Not sent. {SAID}", by=by, now=now)
    return len(rows)


def in_hand(person: Person):
    """Effects that are writing to them at this moment, or may have."""
    return undone(person).filter(state__in=[Effect.State.IN_FLIGHT, Effect.State.UNSURE])


def addresses(person: Person) -> set[tuple[str, str]]:
    """Every address something was said to or came from, also those no contact has any more."""
    rows = messages(person).exclude(address="").values_list("medium", "address").distinct()
    return {(CHANNEL_OF[medium].value, one) for medium, one in rows if medium in CHANNEL_OF}


def unfinished(person: Person) -> int:
    """Messages that are leaving at this moment, or of which nobody knows yet whether they left."""
    return in_hand(person).count()


def undone(person: Person):
    """Effects that would still write to them."""
    keys = list(messages(person).values_list("pk", flat=True))
    theirs = Q(payload__message__in=keys)
    if person.customer:
        payments = list(person.customer.stripe_payments.values_list("pk", flat=True))
        letters = list(person.customer.escalations.values_list("pk", flat=True))
        theirs |= Q(payload__payment__in=payments) | Q(payload__escalation__in=letters)
    return Effect.objects.filter(
        theirs, company=person.company, kind__in=SENDS, state__in=retention.UNDONE
    )


def _end(thread: Thread, by: User | None, now: datetime) -> None:
    if thread.state != Thread.State.CLOSED:
        closing.close(thread, outcome=Thread.Outcome.NOTHING, next_step=SAID, by=by, now=now)
    Thread.objects.filter(pk=thread.pk).update(
        next_step=SAID,
        intent="",
        unknown_address=f"erased-{thread.pk}" if thread.unknown_address else "",
    )
