"""People put right what triage read: kept as examples, counted in a report."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from arbook.audit import log
from arbook.companies.models import Company, User
from customers import consent
from messaging import threads
from messaging.corrected import TriageCorrection
from messaging.models import CHANNEL_OF, Message, Thread
from messaging.triage.reading import INTENTS, NAMES

COUNTED = timedelta(days=90)
MOST_RECENT = 30
CHOICES = [(intent, NAMES[intent].capitalize()) for intent in INTENTS]


class CorrectionRefused(Exception):
    """The reading cannot be put right; the message is fit for the screen."""


@transaction.atomic
def correct(message: Message, *, intent: str, by: User, now: datetime) -> TriageCorrection:
    """A person says what a reply means; said again, the last word holds.

    Somebody who wants no more messages gets none from here on. The other way round nothing is
    given back: that needs words of the customer's own.
    """
    if intent not in NAMES:
        raise CorrectionRefused("Choose what the reply means.")
    if message.direction != Message.Direction.IN or not message.reading.get("intent"):
        raise CorrectionRefused("Only replies are read.")
    if message.removed_at:
        raise CorrectionRefused("Its words were taken out; there is nothing left to read.")
    thread = threads.locked(message.thread)
    read = message.reading["intent"]
    kept, _ = TriageCorrection.objects.update_or_create(
        message=message,
        defaults={
            "company": message.company,
            "read_intent": read,
            "right_intent": intent,
            "by": by,
            "at": now,
        },
    )
    # Beside what was read, so that a conversation needs no further statement to show it.
    message.reading["right_intent"] = intent
    message.save(update_fields=["reading"])
    log.record(
        "reply.corrected",
        f"The reply {NAMES[intent]}, says {by}."
        if read != intent
        else f"The reply was read rightly, says {by}: it {NAMES[intent]}.",
        about=threads.about(thread, message),
        by=by,
        at=now,
        read=read,
        right=intent,
    )
    newest = thread.messages.filter(direction=Message.Direction.IN).order_by("-created_at", "-pk")
    if newest.first() == message and thread.intent != intent:
        thread.intent = intent
        thread.save(update_fields=["intent"])
    if intent == "stop" and not message.reading.get("opt_out") and message.address:
        _silence(thread, message, by=by, now=now)
    return kept


def _silence(thread: Thread, message: Message, *, by: User, now: datetime) -> None:
    channel = CHANNEL_OF[message.medium]
    if consent.standing(thread.company, channel, message.address).is_withdrawn:
        return
    consent.withdraw(
        thread.company,
        channel=channel,
        address=message.address,
        source="staff",
        wording=message.body,
        evidence={"message": message.pk},
        by=by,
        now=now,
        about=threads.about(thread, message),
    )


@dataclass(frozen=True)
class Line:
    """How often one intent was read, and how often that was right."""

    intent: str
    name: str
    read: int
    wrong: int
    missed: int

    @property
    def right(self) -> int:
        return self.read - self.wrong

    @property
    def percent(self) -> int | None:
        return round(100 * self.right / self.read) if self.read else None


@dataclass(frozen=True)
class Record:
    """How well the replies of the last days were read, as far as people have dealt with them."""

    lines: list[Line]
    read: int
    wrong: int
    confirmed: int
    confusions: list[tuple[str, str, int]]
    recent: list[TriageCorrection]

    @property
    def percent(self) -> int | None:
        return round(100 * (self.read - self.wrong) / self.read) if self.read else None


def record(company: Company, *, now: datetime) -> Record:
    """Count replies that somebody has dealt with: uncorrected, a reading counts as right."""
    seen = Message.objects.of(company).filter(
        ~Q(thread__state=Thread.State.NEEDS_REPLY) | Q(triage_correction__isnull=False),
        direction=Message.Direction.IN,
        created_at__gte=now - COUNTED,
        reading__has_key="intent",
    )
    rows = seen.values_list("reading__intent", "triage_correction__right_intent")
    count = Counter((read, right or read) for read, right in rows)
    made = _said(company, now)
    lines = [_line(intent, count) for intent in INTENTS]
    confused = Counter({pair: number for pair, number in count.items() if pair[0] != pair[1]})
    return Record(
        lines=[line for line in lines if line.read or line.missed],
        read=count.total(),
        wrong=confused.total(),
        confirmed=sum(one.read_intent == one.right_intent for one in made),
        confusions=[
            (NAMES.get(read, read), NAMES.get(right, right), number)
            for (read, right), number in confused.most_common(10)
        ],
        recent=[one for one in made if one.read_intent != one.right_intent][:MOST_RECENT],
    )


def _line(intent: str, count: Counter) -> Line:
    read = sum(number for (said, _), number in count.items() if said == intent)
    return Line(
        intent=intent,
        name=NAMES[intent],
        read=read,
        wrong=read - count[intent, intent],
        missed=sum(
            number for (said, right), number in count.items() if right == intent and said != intent
        ),
    )


def _said(company: Company, now: datetime) -> list[TriageCorrection]:
    rows = TriageCorrection.objects.filter(company=company, message__created_at__gte=now - COUNTED)
    return list(rows.select_related("message", "message__thread", "by").order_by("-at", "-pk"))


def examples(company: Company) -> Iterator[str]:
    """What people said, as labelled JSON lines; replies without words any more are left out.

    The facts are those that were read, except where they hang on the intent that was wrong.
    """
    rows = TriageCorrection.objects.filter(company=company, message__removed_at=None)
    for one in rows.select_related("message").order_by("pk").iterator():
        reading = one.message.reading
        is_right = one.read_intent == one.right_intent
        yield (
            json.dumps(
                {
                    "id": f"m{one.message_id}",
                    "channel": CHANNEL_OF[one.message.medium].value,
                    "received": company.local_date(one.message.created_at).isoformat(),
                    "text": one.message.body,
                    "intent": one.right_intent,
                    "secondary": reading.get("secondary", []) if is_right else [],
                    "opt_out": one.right_intent == "stop",
                    "must_pause": one.right_intent not in {"start", "thanks", "copy"},
                    "promise_date": reading.get("promise_date") if is_right else None,
                    "promise_amount": reading.get("promise_amount") if is_right else None,
                    "invoice": reading.get("invoice"),
                },
                ensure_ascii=False,
            )
            + "\n"
        )
