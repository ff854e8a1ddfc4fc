"""From what is due to what leaves: one proposal for each customer, or a decision that says why not.

Running it again changes only what the facts changed. What people do with proposals is in
``approving`` and offered here too, so that callers need one name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from arbook import money
from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from customers.models import Contact, Customer
from invoices import cadence
from invoices.models import Reminder
from messaging import approving, decisions, drafting, facts
from messaging.approving import (
    Approved,
    MessageRefused,
    approve,
    edit,
    effect_key,
    exclude,
    pause,
    skip,
    withdraw,
)
from messaging.drafting import Draft
from messaging.models import Decision, Message, MessageLine, Thread

__all__ = [
    "Approved",
    "MessageRefused",
    "Prepared",
    "approve",
    "edit",
    "exclude",
    "pause",
    "prepare",
    "revisit",
    "skip",
    "withdraw",
]

State = Message.State

OVER_LIMIT, AMOUNT_CHANGED = "over_limit", "amount_changed"
FIRST_CONTACT, VIP_NEARBY, NORMAL = "first_contact", "vip_nearby", "normal"

CONTENT = [
    "medium",
    "contact",
    "address",
    "test_address",
    "template",
    "template_version",
    "subject",
    "body",
    "total",
    "pay_link",
    "is_edited",
    "content_hash",
    "segments",
    "attention",
    "notice",
    "send_after",
]
PLANNED_AGAIN = timedelta(days=2)


@dataclass(frozen=True)
class Prepared:
    """What one run did."""

    proposed: int = 0
    updated: int = 0
    withdrawn: int = 0
    approved: int = 0
    stopped: int = 0


@transaction.atomic
def prepare(
    company: Company, *, now: datetime, customer_ids: Iterable[int] | None = None
) -> Prepared:
    """Look at what is due (of these customers, or of all) and bring proposals in line."""
    drafting.lock(company)
    _plan_after_sending(company, now)
    due = cadence.due(company, today=company.local_date(now))
    waiting = Message.objects.of(company).filter(
        purpose=Message.Purpose.REMINDER, state__in=[State.PROPOSED, State.APPROVED]
    )
    if customer_ids is not None:
        customer_ids = sorted(set(customer_ids))
        due = due.filter(invoice__customer__in=customer_ids)
        waiting = waiting.filter(customer__in=customer_ids)
    messages = {
        row.customer_id: row
        for row in waiting.select_related("company").select_for_update(of=("self",))
    }
    messages, leaving = _still_here(messages)
    ids = (set(due.values_list("invoice__customer_id", flat=True)) | set(messages)) - leaving
    gathered = facts.gather(
        company,
        ids,
        now=now,
        also=_lines_of(messages),
        approved=[pk for pk, row in messages.items() if row.approved_by_id],
    )
    drafts = drafting.draft_all(
        company,
        gathered,
        now=now,
        edited={pk: row for pk, row in messages.items() if row.is_edited},
    )
    done = _Run(company, now, messages, drafts, _near_vip(company, drafts)).write()
    decisions.forget(company, keep=ids | leaving, among=customer_ids)
    return done


def revisit(company: Company, customer_ids: Iterable[int], *, now: datetime) -> Prepared:
    """Look again at what is proposed to these customers."""
    return prepare(company, now=now, customer_ids=customer_ids)


def _near_vip(company: Company, drafts: dict[int, Draft]) -> set[int]:
    """Customers who share an address or a family with one whom nobody may remind."""
    silent = Customer.objects.of(company).do_not_dun()
    families = set(silent.values_list("quickbooks_id", "parent_quickbooks_id"))
    if not families:
        return set()
    rows = Contact.objects.filter(customer__in=silent).exclude(address="")
    addresses = set(rows.values_list("address", flat=True))
    heads = {parent or own for own, parent in families}
    own = Customer.objects.filter(pk__in=list(drafts)).values_list(
        "pk", "quickbooks_id", "parent_quickbooks_id"
    )
    related = {pk for pk, key, parent in own if (parent or key) in heads}
    return related | {
        pk for pk, draft in drafts.items() if draft.wanted and draft.wanted.address in addresses
    }


def _lines_of(messages: dict[int, Message]) -> dict[int, list[int]]:
    """The invoices that waiting messages name, by customer."""
    named: dict[int, list[int]] = {}
    rows = MessageLine.objects.filter(message__in=[row.pk for row in messages.values()])
    for pk, invoice in rows.values_list("message__customer_id", "invoice_id"):
        named.setdefault(pk, []).append(invoice)
    return named


def _plan_after_sending(company: Company, now: datetime) -> None:
    """The next touch of invoices whose last one just left: planned for a batch, not one by one."""
    sent = Reminder.objects.of(company).filter(
        state=Reminder.State.SENT, settled_at__gt=now - PLANNED_AGAIN
    )
    next_ones = Reminder.objects.of(company).planned().values("invoice")
    ids = list(sent.exclude(invoice__in=next_ones).values_list("invoice_id", flat=True).distinct())
    if ids:
        cadence.plan(company, now=now, invoice_ids=ids)


def _still_here(messages: dict[int, Message]) -> tuple[dict[int, Message], set[int]]:
    """Messages that can still be changed, and the customers whose message a worker already has."""
    keys = {effect_key(row.pk): pk for pk, row in messages.items() if row.state == State.APPROVED}
    states = dict(
        Effect.objects.select_for_update().filter(key__in=list(keys)).values_list("key", "state")
    )
    leaving = {pk for key, pk in keys.items() if states.get(key) != Effect.State.PENDING}
    return {pk: row for pk, row in messages.items() if pk not in leaving}, leaving


@dataclass
class _Run:
    """One run's writing, in bulk."""

    company: Company
    now: datetime
    messages: dict[int, Message]
    drafts: dict[int, Draft]
    near_vip: set[int]

    def write(self) -> Prepared:
        passing = {pk: draft for pk, draft in self.drafts.items() if draft.passed}
        fresh = self._propose({pk: one for pk, one in passing.items() if pk not in self.messages})
        changed = self._update({pk: one for pk, one in passing.items() if pk in self.messages})
        gone = self._withdraw({pk: row for pk, row in self.messages.items() if pk not in passing})
        ready = [
            row
            for row in [*fresh, *changed]
            if row.state == State.PROPOSED and self._machine_may_approve(row)
        ]
        approved = approving.approve(ready, by=None, now=self.now) if ready else None
        named = {row.customer_id: row.pk for row in [*fresh, *changed]}
        named |= {pk: row.pk for pk, row in self.messages.items() if pk in passing}
        decisions.store(
            self.company,
            {pk: draft.verdict for pk, draft in self.drafts.items()},
            stage=Decision.Stage.PLAN,
            now=self.now,
            messages=named,
        )
        return Prepared(
            proposed=len(fresh),
            updated=len(changed),
            withdrawn=len(gone),
            approved=approved.count if approved else 0,
            stopped=len(self.drafts) - len(passing),
        )

    def _machine_may_approve(self, row: Message) -> bool:
        verdict = self.drafts[row.customer_id].verdict
        if self.company.mode == Company.Mode.DRY_RUN:
            return True
        return self.company.mode == Company.Mode.AUTOMATIC and not verdict.needs_person

    def _propose(self, drafts: dict[int, Draft]) -> list[Message]:
        if not drafts:
            return []
        threads = threads_of(self.company, drafts)
        rows = []
        for pk, draft in drafts.items():
            row = Message(
                company=self.company,
                thread_id=threads[pk],
                customer_id=pk,
                direction=Message.Direction.OUT,
                purpose=Message.Purpose.REMINDER,
                state=State.PROPOSED,
                created_at=self.now,
            )
            fill(row, draft)
            row.attention = self._attention(draft)
            rows.append(row)
        Message.objects.bulk_create(rows)
        self._lines(rows)
        self._record(rows, "message.proposed", lambda row: f"Prepared: {_words(row, self.drafts)}")
        return rows

    def _update(self, drafts: dict[int, Draft]) -> list[Message]:
        changed, returned = [], []
        for pk, draft in drafts.items():
            row = self.messages[pk]
            if row.content_hash == draft.composed.content_hash:
                continue
            was = row.total
            if row.state == State.APPROVED:
                # What a person approved and what the machine approved alike: not this any more.
                if not approving.take_back([row], "the facts changed", self.now):
                    continue
                approving.unapprove(row, "")
                returned.append(row)
            fill(row, draft)
            row.attention = self._attention(draft)
            if was != row.total:
                row.attention = AMOUNT_CHANGED
                old, new = (money.words(x, self.company.currency) for x in (was, row.total))
                row.notice = f"The amount changed from {old} to {new}."
            elif not row.notice:
                row.notice = "The text changed."
            if draft.trouble:
                row.notice = f"{row.notice} {draft.trouble}"[:300]
            changed.append(row)
        Message.objects.bulk_update(
            changed, list(dict.fromkeys([*CONTENT, *approving.UNAPPROVED])), batch_size=500
        )
        if changed:
            MessageLine.objects.filter(message__in=[row.pk for row in changed]).delete()
            self._lines(changed)
            self._record(changed, "message.changed", lambda row: f"{row.notice} {row}.")
        return changed

    def _withdraw(self, rows: dict[int, Message]) -> list[Message]:
        gone = []
        for pk, row in rows.items():
            draft = self.drafts.get(pk)
            verdict = draft.verdict if draft else None
            if row.state == State.APPROVED:
                # A stop of the whole company passes; its messages wait and look again.
                if verdict and verdict.is_company_wide:
                    continue
                if not approving.take_back([row], "it may not leave any more", self.now):
                    continue
            row.state, row.settled_at = State.WITHDRAWN, self.now
            row.notice = verdict.sentence[:300] if verdict else "Nothing is due any more."
            gone.append(row)
        Message.objects.bulk_update(gone, ["state", "settled_at", "notice"], batch_size=500)
        self._record(gone, "message.withdrawn", lambda row: f"Not sent: {row.notice}")
        return gone

    def _attention(self, draft: Draft) -> str:
        if any(one.check == "limit" and one.result == "wait" for one in draft.verdict.checks):
            return OVER_LIMIT
        if not draft.facts.was_texted and not draft.facts.was_mailed:
            return FIRST_CONTACT
        if draft.facts.customer_id in self.near_vip:
            return VIP_NEARBY
        return NORMAL

    def _lines(self, rows: list[Message]) -> None:
        MessageLine.objects.bulk_create(
            [
                MessageLine(
                    message=row,
                    invoice_id=one.id,
                    reminder_id=one.step.reminder_id if one.step else None,
                    amount=one.asked,
                )
                for row in rows
                for one in self.drafts[row.customer_id].verdict.lines
            ]
        )

    def _record(self, rows: list[Message], verb: str, words) -> None:
        if not rows:
            return
        lines: dict[int, list[MessageLine]] = {}
        for line in MessageLine.objects.filter(message__in=[row.pk for row in rows]):
            lines.setdefault(line.message_id, []).append(line)
        log.record_many(
            [
                (
                    Entry(
                        company=self.company,
                        verb=verb,
                        said=words(row),
                        at=self.now,
                        data={"message": row.pk, "hash": row.content_hash},
                    ),
                    approving.about(row, lines.get(row.pk, [])),
                )
                for row in rows
            ]
        )


def fill(row: Message, draft: Draft) -> None:
    """Write a draft into a message; the caller saves ``CONTENT``."""
    composed, wanted, verdict = draft.composed, draft.wanted, draft.verdict
    row.medium = composed.medium
    row.contact_id = verdict.contact.id
    row.address, row.test_address = wanted.address, wanted.test_address
    row.template, row.template_version = composed.template, composed.template_version
    row.subject, row.body = composed.subject, composed.body
    row.total, row.pay_link_id = composed.total, draft.link.pk
    row.is_edited, row.content_hash = draft.is_edited, composed.content_hash
    row.segments, row.send_after = draft.parts, verdict.not_before
    row.notice = ""


def threads_of(company: Company, customer_ids: Iterable[int]) -> dict[int, int]:
    """The thread of each customer, made where there is none."""
    ids = list(customer_ids)
    rows = Thread.objects.of(company).filter(customer__in=ids)
    known = dict(rows.values_list("customer_id", "pk"))
    missing = [pk for pk in ids if pk not in known]
    if missing:
        Thread.objects.bulk_create(
            [Thread(company=company, customer_id=pk) for pk in missing], ignore_conflicts=True
        )
        known = dict(rows.values_list("customer_id", "pk"))
    return known


def _words(row: Message, drafts: dict[int, Draft]) -> str:
    verdict = drafts[row.customer_id].verdict
    amount = money.words(row.total, verdict and drafts[row.customer_id].facts.company.currency)
    what = "text" if row.medium == Message.Medium.SMS else "e-mail"
    count = len(verdict.lines)
    over = "one invoice" if count == 1 else f"{count} invoices"
    return f"{what} over {amount} for {over}."
