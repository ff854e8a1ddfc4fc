"""Which invoices a conversation is about: what a person ticked, else what was read."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import User
from invoices.models import Invoice
from messaging import threads
from messaging.models import Message, Thread


@transaction.atomic
def tick(thread: Thread, *, invoices: Iterable[int], by: User, now: datetime) -> None:
    """Say which invoices the conversation is about; the keys of others are left out."""
    if thread.customer_id is None:
        raise threads.ThreadRefused("First say whose number this is.")
    thread = threads.locked(thread)
    rows = Invoice.objects.filter(customer=thread.customer, pk__in=list(invoices))
    chosen = list(rows.select_related("company").order_by("pk"))
    if set(thread.invoices.values_list("pk", flat=True)) == {row.pk for row in chosen}:
        return
    thread.invoices.set(chosen)
    named = ", ".join(str(row) for row in chosen)
    said = f"The conversation is about {named}." if named else "About no invoice in particular."
    log.record("thread.ticked", said, about=threads.about(thread), by=by, at=now)


def ticked(thread: Thread, opened: Iterable[Invoice]) -> set[int]:
    """The ticked ones of the open invoices; until a person ticks, the one the last reply names."""
    opened = list(opened)
    chosen = set(thread.invoices.values_list("pk", flat=True)) & {row.pk for row in opened}
    if chosen or not opened:
        return chosen
    last = thread.messages.filter(direction=Message.Direction.IN).order_by("created_at").last()
    named = last.reading.get("invoice") if last else None
    return {row.pk for row in opened if named and row.number == named}
