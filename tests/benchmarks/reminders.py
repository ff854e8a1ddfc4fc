"""From approval to handed over: how often QuickBooks is read and how many statements a text costs.

Counts, not seconds, so the simulated vendors may run in this very process. Statements are all that
PostgreSQL is told from the approving click to the last outcome, BEGIN and COMMIT included, in every
thread.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created

from arbook.outbox import drain
from arbook.sandbox import Sandbox
from arbook.sandbox import clock as movable
from messaging.models import Message
from tests.benchmarks.measure import Ratio
from tests.messaging.desk import Desk

SIZES = (100, 1_000)
MOST_READS = 12
MOST_STATEMENTS = 8


def run(sizes: tuple[int, ...] = SIZES) -> list[Ratio]:
    """Reads of QuickBooks and statements a message, for each number of approved reminders."""
    ratios = []
    with Sandbox(None, settings.SANDBOX_PORT, settings.SANDBOX_SMTP_PORT) as sandbox:
        for size in sizes:
            call_command("flush", interactive=False, verbosity=0)
            sandbox.reset()
            ratios += measure(Desk(sandbox), size)
            movable.reset()
    return ratios


def measure(desk: Desk, size: int) -> list[Ratio]:
    """Approve and hand over this many texts, one for each customer."""
    propose(desk, size)
    messages = list(Message.objects.of(desk.company).proposed())
    desk.sandbox.faults.forget()
    with counted() as statements:
        desk.approve(*messages)
        desk.pass_undo()
        began = perf_counter()
        drain.drain(now=lambda: desk.now, kinds=["messaging.send"])
        took = perf_counter() - began
    sent = Message.objects.of(desk.company).filter(state=Message.State.HANDED_OVER).count()
    if sent != size:
        raise RuntimeError(f"{sent} of {size} reminders left.")
    reads = desk.sandbox.faults.count("quickbooks")
    how = f"{size:,} approved reminders, {size / took:.0f} a second with vendors in this process"
    return [
        Ratio(f"QuickBooks reads for {size:,} reminders", reads, MOST_READS, False, how),
        Ratio(f"statements a message for {size:,}", len(statements) / size, MOST_STATEMENTS, False),
    ]


def propose(desk: Desk, size: int) -> None:
    """So many customers with one invoice each, all with consent, all with a text proposed."""
    from customers.models import Channel, ConsentEvent, Contact

    for number in range(size):
        desk.owes(f"Customer{number} Ltd", "100.00", mobile=f"+1860556{number:04d}")
    desk.read()
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            company=desk.company,
            channel=Channel.SMS,
            address=address,
            direction=ConsentEvent.Direction.GIVEN,
            source=ConsentEvent.Source.PAY_PAGE,
            at=desk.now,
        )
        for address in Contact.objects.of(desk.company)
        .filter(channel=Channel.SMS)
        .values_list("address", flat=True)
    )
    desk.prepare()


@contextmanager
def counted() -> Iterator[deque]:
    """Every statement of every connection of this process, while it lasts."""
    log: deque = deque()

    def watch(connection, **kwargs):
        connection.queries_log, connection.force_debug_cursor = log, True

    before = connection.queries_log
    watch(connection)
    connection_created.connect(watch)
    try:
        yield log
    finally:
        connection_created.disconnect(watch)
        connection.queries_log, connection.force_debug_cursor = before, False
