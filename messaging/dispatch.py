"""From what is due to what leaves: one proposal for each customer, or a decision that says why not.

Running it again changes only what the facts changed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from arbook.companies.models import Company
from arbook.outbox.models import Effect
from invoices import cadence
from invoices.models import Reminder
from messaging import approving, attention, decisions, drafting, facts, proposals
from messaging.models import Message, MessageLine

PLANNED_AGAIN = timedelta(days=2)


@transaction.atomic
def prepare(
    company: Company,
    *,
    now: datetime,
    customer_ids: Iterable[int] | None = None,
    causes: Mapping[int, int | None] | None = None,
) -> proposals.Prepared:
    """Look at what is due (of these customers, or of all) and bring proposals in line.

    ``causes`` names the entry of the record that each customer's look goes back to.
    """
    drafting.lock(company)
    _plan_after_sending(company, now)
    due = cadence.due(company, today=company.local_date(now))
    waiting = Message.objects.of(company).filter(
        purpose=Message.Purpose.REMINDER, state__in=[Message.State.PROPOSED, Message.State.APPROVED]
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
    near_vip = attention.near_vip(company, drafts)
    done = proposals.Run(company, now, messages, drafts, near_vip, causes or {}).write()
    decisions.forget(company, keep=ids | leaving, among=customer_ids)
    return done


def revisit(
    company: Company,
    customer_ids: Iterable[int],
    *,
    now: datetime,
    causes: Mapping[int, int | None] | None = None,
) -> proposals.Prepared:
    """Look again at what is proposed to these customers."""
    return prepare(company, now=now, customer_ids=customer_ids, causes=causes)


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
    keys = {
        approving.effect_key(row.pk): pk
        for pk, row in messages.items()
        if row.state == Message.State.APPROVED
    }
    states = dict(
        Effect.objects.select_for_update().filter(key__in=list(keys)).values_list("key", "state")
    )
    leaving = {pk for key, pk in keys.items() if states.get(key) != Effect.State.PENDING}
    return {pk: row for pk, row in messages.items() if pk not in leaving}, leaving
