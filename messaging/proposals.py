"""Writing what one run found: proposals made, brought in line, withdrawn; some approved at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from arbook import money
from arbook.companies.models import Company
from messaging import approving, attention, decisions, recording, threads
from messaging.drafting import Draft
from messaging.models import Decision, Message, MessageLine

State = Message.State

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


@dataclass(frozen=True)
class Prepared:
    """What one run did."""

    proposed: int = 0
    updated: int = 0
    withdrawn: int = 0
    approved: int = 0
    stopped: int = 0


@dataclass
class Run:
    """One run's writing, in bulk."""

    company: Company
    now: datetime
    messages: dict[int, Message]
    drafts: dict[int, Draft]
    near_vip: set[int]
    causes: Mapping[int, int | None] = field(default_factory=dict)

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
        return approving.machine_may(self.company, needs_person=verdict.needs_person)

    def _propose(self, drafts: dict[int, Draft]) -> list[Message]:
        if not drafts:
            return []
        known = threads.of_customers(self.company, drafts)
        rows = []
        for pk, draft in drafts.items():
            row = Message(
                company=self.company,
                thread_id=known[pk],
                customer_id=pk,
                direction=Message.Direction.OUT,
                purpose=Message.Purpose.REMINDER,
                state=State.PROPOSED,
                created_at=self.now,
            )
            fill(row, draft)
            row.attention = attention.of(draft, self.near_vip)
            rows.append(row)
        Message.objects.bulk_create(rows)
        write_lines(rows, self.drafts)
        self._record(rows, "message.proposed", lambda row: f"Prepared: {self._words(row)}")
        return rows

    def _update(self, drafts: dict[int, Draft]) -> list[Message]:
        changed = []
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
            fill(row, draft)
            row.attention = attention.of(draft, self.near_vip)
            if was != row.total:
                row.attention = attention.AMOUNT_CHANGED
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
            rewrite_lines(changed, self.drafts)
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

    def _record(self, rows: list[Message], verb: str, words: Callable[[Message], str]) -> None:
        recording.record(rows, verb, words, by=None, now=self.now, causes=self.causes)

    def _words(self, row: Message) -> str:
        amount = money.words(row.total, self.company.currency)
        what = "text" if row.medium == Message.Medium.SMS else "e-mail"
        count = len(self.drafts[row.customer_id].verdict.lines)
        over = "one invoice" if count == 1 else f"{count} invoices"
        return f"{what} over {amount} for {over}."


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


def rewrite_lines(rows: list[Message], drafts: Mapping[int, Draft]) -> None:
    """Name other invoices or amounts than before."""
    MessageLine.objects.filter(message__in=[row.pk for row in rows]).delete()
    write_lines(rows, drafts)


def write_lines(rows: list[Message], drafts: Mapping[int, Draft]) -> None:
    """Name the invoices of each message."""
    MessageLine.objects.bulk_create(
        [
            MessageLine(
                message=row,
                invoice_id=one.id,
                reminder_id=one.step.reminder_id if one.step else None,
                amount=one.asked,
            )
            for row in rows
            for one in drafts[row.customer_id].verdict.lines
        ]
    )
