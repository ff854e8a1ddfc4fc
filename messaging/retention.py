"""Words of old messages go, and the facts behind old decisions; that there was one stays.

Nothing goes while something about the customer is open: an unanswered thread, a dispute, a
promise, a task, money on its way or not yet in the books; nor what was said about an invoice that
is still owed.
"""

from datetime import datetime

from django.db.models import Q

from arbook.audit import redactions
from arbook.audit.models import Mention
from arbook.companies import keeping
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from invoices.models import Dispute, Escalation, Hold, Invoice, PromiseToPay, Task
from messaging.models import Decision, Draft, KeptLetter, Message, Thread
from reconciliation.models import Posting, StripePayment

State = Message.State

FINAL = [
    State.HANDED_OVER,
    State.DELIVERED,
    State.FAILED,
    State.SKIPPED,
    State.WITHDRAWN,
    State.RECEIVED,
]
UNANSWERED = [Thread.State.NEEDS_REPLY, Thread.State.SNOOZED]
UNDONE = [Effect.State.PENDING, Effect.State.IN_FLIGHT, Effect.State.UNSURE, Effect.State.DEAD]
# Sentences of the record that repeat what a message says.
QUOTING = ("reply.received", "thread.noted", "consent.asked")
# What a reading keeps: which intent it was, and the effect that wrote a receipt or letter.
READING = ("intent", "effect", "payment", "escalation")


def age_out(company: Company, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take the words out of old messages and the facts out of old decisions; returns how many."""
    months = company.keep_messages_months
    line, said = keeping.months_before(now, months), keeping.removed_after(months, "months")
    busy = open_customers(company, now)
    messages = (
        Message.objects.of(company)
        .filter(created_at__lt=line, state__in=FINAL, removed_at=None)
        .exclude(thread__state__in=UNANSWERED)
        .exclude(customer__in=busy)
        .exclude(pk__in=_undone(company))
        # What was asked for stays readable as long as it is owed.
        .exclude(lines__invoice__in=Invoice.objects.of(company).open())
    )
    decisions = (
        Decision.objects.of(company)
        .filter(at__lt=line, is_current=False, shortened_at=None)
        .exclude(customer__in=busy)
    )

    drafts = Draft.objects.of(company).filter(kept_at__lt=line)

    def remove_words(batch: list[Message]) -> None:
        remove(batch, said, now=now)
        redact_quotes(company, batch, said, now=now)

    return {
        "messages": keeping.in_batches(messages, remove_words, dry_run=dry_run),
        "decisions": keeping.in_batches(
            decisions, lambda batch: shorten(batch, said, now=now), dry_run=dry_run
        ),
        "drafts": keeping.in_batches(drafts, _throw_away, dry_run=dry_run),
    }


def _throw_away(batch: list[Draft]) -> None:
    Draft.objects.filter(pk__in=[one.pk for one in batch]).delete()


def open_customers(company: Company, now: datetime) -> set[int]:
    """Customers with something open, whose words may be needed."""
    of = {"company": company}
    rows = [
        Thread.objects.filter(**of, state__in=UNANSWERED).values_list("customer", flat=True),
        Dispute.objects.filter(**of, state=Dispute.State.OPEN).values_list(
            "invoice__customer", flat=True
        ),
        PromiseToPay.objects.filter(**of, state=PromiseToPay.State.OPEN).values_list(
            "invoice__customer", flat=True
        ),
        Hold.objects.filter(**of)
        .active(now)
        .exclude(reason=Hold.Reason.PERSON)
        .values_list("customer", flat=True),
        Escalation.objects.filter(**of, closed_at=None).values_list("customer", flat=True),
        Task.objects.filter(**of).open().values_list("customer", flat=True),
        unmatched(company).values_list("customer", flat=True),
    ]
    return {pk for row in rows for pk in row if pk}


def unmatched(company: Company):
    """Money at Stripe that is on its way or does not yet stand in the books as it should."""
    settled = Q(posting__state=Posting.State.VERIFIED) | Q(state=StripePayment.State.FAILED)
    rows = StripePayment.objects.of(company)
    return rows.exclude(pk__in=rows.filter(settled).values("pk"))


def _undone(company: Company) -> list[int]:
    """Messages that an effect still has to do with."""
    rows = Effect.objects.filter(company=company, state__in=UNDONE, payload__has_key="message")
    return [pk for pk in rows.values_list("payload__message", flat=True) if isinstance(pk, int)]


def remove(rows: list[Message], said: str, *, now: datetime) -> None:
    """Put the sentence in place of what messages say; who, when and how much stays."""
    for row in rows:
        row.body = said if row.body else ""
        row.subject, row.removed_at = "", now
        row.reading = {name: row.reading[name] for name in READING if name in row.reading}
    Message.objects.bulk_update(rows, ["body", "subject", "removed_at", "reading"])
    # The whole mail with its files goes with its words.
    KeptLetter.objects.filter(message__in=[row.pk for row in rows]).delete()


def redact_quotes(company: Company, rows: list[Message], said: str, *, now: datetime) -> None:
    """Take the same words out of the record's sentences that repeat them."""
    mentions = Mention.objects.filter(
        subject_type=Message._meta.label_lower, subject_id__in=[row.pk for row in rows]
    )
    quoting = {
        one.entry_id: one.entry
        for one in mentions.filter(entry__verb__in=QUOTING, entry__company=company).select_related(
            "entry"
        )
    }
    words = [
        redactions.Words(
            entry,
            f"What was written is not kept any more. {said}",
            {name: value for name, value in entry.data.items() if name in ("message", "intent")},
        )
        for entry in quoting.values()
    ]
    redactions.redact_all(words, company=company, by=None, reason=said, now=now)


def shorten(rows: list[Decision], said: str, *, now: datetime) -> None:
    """Keep which checks passed and which stopped; what they had read goes."""
    for row in rows:
        row.checks = [one | {"value": "", "sentence": said, "source": ""} for one in row.checks]
        row.shortened_at = now
    Decision.objects.bulk_update(rows, ["checks", "shortened_at"])
