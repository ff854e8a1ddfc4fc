"""What happened to messages, told on their own, the customer's and the invoices' timelines."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import User
from customers.models import Customer
from invoices.models import Invoice
from messaging.models import Message, MessageLine


def record(
    rows: Sequence[Message],
    verb: str,
    words: Callable[[Message], str],
    *,
    by: User | None,
    now: datetime,
    causes: Mapping[int, int | None] | None = None,
) -> list[Entry]:
    """One entry for each message, in a constant number of statements.

    ``causes`` names the entry each customer's goes back to, where the work at hand has no one.
    """
    if not rows:
        return []
    lines: dict[int, list[MessageLine]] = defaultdict(list)
    for line in MessageLine.objects.filter(message__in=[row.pk for row in rows]):
        lines[line.message_id].append(line)
    return log.record_many(
        [
            (
                Entry(
                    company_id=row.company_id,
                    verb=verb,
                    said=words(row),
                    at=now,
                    by=by,
                    data={"message": row.pk, "hash": row.content_hash},
                    cause_id=(causes or {}).get(row.customer_id),
                ),
                about(row, lines[row.pk]),
            )
            for row in rows
        ]
    )


def about(message: Message, lines: Iterable[MessageLine] | None = None) -> list:
    """The rows on whose timelines a message belongs."""
    lines = message.lines.all() if lines is None else lines
    customer = [Customer(pk=message.customer_id)] if message.customer_id else []
    return [message, *customer, *(Invoice(pk=line.invoice_id) for line in lines)]
