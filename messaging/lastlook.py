"""The last look before anything leaves: fresh books, the gate again, the text made again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from arbook import clock, money
from arbook.companies import stops
from arbook.companies.models import Company
from arbook.gateways import errors, quickbooks, twilio
from arbook.gateways.quickbooks_shapes import BookInvoice, Deleted
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from invoices import mirror
from invoices.models import Invoice
from messaging import (
    approving,
    attention,
    decisions,
    drafting,
    facts,
    gate,
    line_checks,
    meanwhile,
    proposals,
    stopped,
)
from messaging.drafting import Draft
from messaging.hand_over import Dropped, Ready, ready_mail, ready_text, result_with
from messaging.models import Decision, Message, MessageLine, Thread

FRESH = timedelta(seconds=60)
"""How old a reading of the books may be when a message is handed over."""
BOOKS_AWAY = timedelta(minutes=2)
"""When books that did not answer are asked again."""


def prepare(company: Company, effects: list[Effect], *, now: datetime) -> dict[str, Any]:
    """Look once for a whole chunk: one reading of QuickBooks, one gathering of facts."""
    began_at = clock.system()
    keys = {effect.payload["message"]: effect.key for effect in effects}
    prepared: dict[str, Any] = {
        key: Dropped(pk, "It was not approved any more.", is_closed=True)
        for pk, key in keys.items()
    }
    company = Company.objects.get(pk=company.pk)
    messages = list(
        Message.objects.of(company)
        .filter(pk__in=list(keys), state=Message.State.APPROVED)
        .prefetch_related("lines__invoice__customer", "lines__reminder")
        .order_by("pk")
    )
    if wait := stopped.held(company, now):
        return prepared | {keys[message.pk]: wait for message in messages}
    if not messages:
        return prepared
    if wait := meanwhile.held(company, now=now):
        return prepared | {keys[message.pk]: wait for message in messages}
    # Before the books: their reading must be fresh when the text leaves.
    unknown = line_checks.at_the_wire(company, messages, now=now)
    prepared |= {keys[pk]: wait for pk, wait in unknown.items()}
    messages = [message for message in messages if message.pk not in unknown]
    if not messages:
        return prepared
    read_at = clock.system()
    try:
        books = read_books(company, [line.invoice for one in messages for line in one.lines.all()])
    except (errors.Unreachable, errors.Throttled) as away:
        # However long the books are away: an approval waits, and nothing leaves unread.
        wait = Later(now + BOOKS_AWAY, f"The books cannot be read: {away}")
        return prepared | {keys[message.pk]: wait for message in messages}
    _update_mirror(company, messages, books, now)
    look = _Look(company, messages, books, began_at, read_at, now)
    return prepared | {keys[pk]: outcome for pk, outcome in look.outcomes().items()}


def read_books(company: Company, invoices: list[Invoice]) -> quickbooks.InvoicesRead:
    """The invoices as QuickBooks has them now; None for those that are gone or cannot be read."""
    ids = sorted({invoice.quickbooks_id for invoice in invoices})
    found = quickbooks.of(company).read_invoices(ids)
    for one in ids:
        found.setdefault(one, None)
    return found


def _update_mirror(company, messages, books, now) -> None:
    """Where the books and the mirror differ, the mirror learns it at once."""
    rows = {
        line.invoice.quickbooks_id: line.invoice for one in messages for line in one.lines.all()
    }
    moved = [book for key, book in books.items() if book is not None and _differs(rows[key], book)]
    gone = [
        key
        for key, book in books.items()
        if book is None and key not in books.broken and not rows[key].is_deleted
    ]
    if moved or gone:
        deleted = [Deleted("Invoice", key, None) for key in gone]
        mirror.take(company, mirror.Found(invoices=moved, deleted=deleted), now=now)


def _differs(row: Invoice, book: BookInvoice) -> bool:
    return (
        row.balance != book.balance
        or row.total != book.total
        or row.is_void != book.is_void
        or row.is_deleted
        or row.due_on != book.due_on
        or row.number != book.number
        or row.customer.quickbooks_id != book.customer_id
    )


@dataclass
class _Look:
    company: Company
    messages: list[Message]
    books: dict[str, BookInvoice | None]
    began_at: datetime
    read_at: datetime
    now: datetime

    def outcomes(self) -> dict[int, Any]:
        """What becomes of each message, by its key."""
        by_customer = {one.customer_id: one for one in self.messages}
        gathered = facts.gather(
            self.company,
            by_customer,
            now=self.now,
            stage=facts.WIRE,
            only={
                one.customer_id: [line.invoice_id for line in one.lines.all()]
                for one in self.messages
            },
            books=self.books,
            books_read_at=self.now,
            approved=[one.customer_id for one in self.messages if one.approved_by_id],
        )
        drafts = drafting.draft_all(
            self.company,
            gathered,
            now=self.now,
            edited={one.customer_id: one for one in self.messages if one.is_edited},
        )
        outcomes: dict[int, Any] = {}
        ready: list[Message] = []
        rewritten: list[Message] = []
        later: list[Message] = []
        for message in self.messages:
            draft = drafts[message.customer_id]
            outcome = self._judge(message, draft)
            if isinstance(outcome, Later):
                message.send_after = outcome.at
                later.append(message)
            if draft.passed and draft.composed.content_hash != message.content_hash:
                proposals.fill(message, draft)
                rewritten.append(message)
            if outcome is None:
                ready.append(message)
            outcomes[message.pk] = outcome
        self._write(rewritten, later, ready, drafts)
        decisions.store(
            self.company,
            {pk: draft.verdict for pk, draft in drafts.items()},
            stage=Decision.Stage.WIRE,
            now=self.now,
            messages={one.customer_id: one.pk for one in self.messages},
        )
        client = None
        if any(one.medium == Message.Medium.SMS for one in ready):
            client = twilio.of(self.company)
        for message in ready:
            outcomes[message.pk] = self._ready(message, drafts[message.customer_id], client)
        return outcomes

    def _judge(self, message: Message, draft: Draft) -> Dropped | Later | None:
        """None when it may leave as it is drafted."""
        verdict = draft.verdict
        if not draft.passed:
            if verdict.stopped_by == "company":
                # Somebody pressed it while we looked.
                at = verdict.until or self.now + gate.AGAIN
                return Later(at, f"{stops.HELD}{verdict.sentence}")
            if verdict.is_company_wide:
                return Later(self.now + gate.AGAIN, verdict.sentence)
            if verdict.stopped_by == "hours" and verdict.until:
                return Later(verdict.until, verdict.sentence)
            if verdict.stopped_by == "limit":
                return Dropped(message.pk, verdict.sentence, True, attention.OVER_LIMIT)
            return Dropped(message.pk, verdict.sentence)
        is_as_approved = draft.composed.content_hash == message.approved_hash
        if message.approved_by_id:
            if is_as_approved:
                return None
            said = self._changed(message, draft)
            return Dropped(message.pk, said, True, attention.AMOUNT_CHANGED)
        if approving.machine_may(self.company, needs_person=verdict.needs_person):
            return None
        said = "Not sent: it was approved by machine, and a person has to say yes now."
        return Dropped(message.pk, said, True, message.attention)

    def _changed(self, message: Message, draft: Draft) -> str:
        if message.total != draft.composed.total:
            old, new = (
                money.words(amount, self.company.currency)
                for amount in (message.total, draft.composed.total)
            )
            return f"Not sent: the amount changed from {old} to {new} after it was approved."
        if message.address != draft.wanted.address or message.medium != draft.wanted.medium:
            return f"Not sent: it would now go to {draft.wanted.address}."
        return "Not sent: the text changed after it was approved."

    def _ready(self, message: Message, draft: Draft, client) -> Ready | Later:
        lines = [
            MessageLine(invoice_id=one.id, reminder_id=one.step.reminder_id if one.step else None)
            for one in draft.verdict.lines
        ]
        more = {"read_at": self.read_at, "result": result_with(message, lines)}
        language = draft.wanted.customer.language
        if message.medium == Message.Medium.EMAIL:
            return ready_mail(
                self.company, message, link=draft.wanted.link, language=language, **more
            )
        return ready_text(
            self.company,
            message,
            client,
            place=draft.facts.place,
            now=self.now,
            began_at=self.began_at,
            **more,
        )

    @transaction.atomic
    def _write(self, rewritten, later, ready, drafts) -> None:
        Message.objects.bulk_update(rewritten, proposals.CONTENT, batch_size=500)
        Message.objects.bulk_update(later, ["send_after"], batch_size=500)
        if rewritten:
            proposals.rewrite_lines(rewritten, drafts)
        Thread.objects.filter(pk__in=[row.thread_id for row in ready]).update(
            last_message_at=self.now
        )
