"""From approval to handed over: how often QuickBooks is read and how many statements a text costs.

Counts, not seconds, so the simulated vendors may run in this very process. Statements are all that
PostgreSQL is told from the approving click to the last outcome, BEGIN and COMMIT included, in every
thread. For growth the same reminders are sent again from books with many more invoices in them.
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

REMINDERS = 1_000
SIZES = (1_000, 100_000)
MOST_READS = 12
MOST_STATEMENTS = 8


def run(sizes: tuple[int, ...] = SIZES, reminders: int = REMINDERS) -> list[Ratio]:
    """Reads of QuickBooks and statements a message, in books of each number of invoices."""
    ratios, took = [], {}
    with Sandbox(None, settings.SANDBOX_PORT, settings.SANDBOX_SMTP_PORT) as sandbox:
        for size in sizes:
            call_command("flush", interactive=False, verbosity=0)
            sandbox.reset()
            reads, statements, took[size] = hand_over(Desk(sandbox), reminders, among=size)
            ratios += [reads, statements]
            movable.reset()
    few, many = sizes[0], sizes[-1]
    how = f"{took[few]:.1f} s, then {took[many]:.1f} s"
    name = f"reminders, time among {many:,} invoices to {few:,}"
    return [*ratios, Ratio(name, took[many] / took[few], how=how)]


def measure(desk: Desk, size: int) -> list[Ratio]:
    """Reads and statements a message for this many reminders."""
    return [*hand_over(desk, size)[:2]]


def hand_over(desk: Desk, size: int, *, among: int = 0) -> tuple[Ratio, Ratio, float]:
    """Approve and hand over this many texts, one for each customer; how many seconds it took.

    ``among`` is how many invoices the company has in all, the rest of them paid long ago.
    """
    propose(desk, size)
    _fill(desk, among - size)
    messages = list(Message.objects.of(desk.company).proposed())
    # What Twilio tells afterwards is no part of handing over, should a server of ours listen.
    desk.sandbox.delivery.hold()
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
    name = f"{size:,} reminders among {max(among, size):,} invoices"
    how = f"{size / took:.0f} a second with vendors in this process"
    cost = len(statements) / size
    return (
        Ratio(f"{name}, QuickBooks reads", reads, MOST_READS, False, how),
        Ratio(f"{name}, statements a message", cost, MOST_STATEMENTS, False),
        took,
    )


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
    # The job that asks Lookup ahead has been here.
    Contact.objects.of(desk.company).update(line_type="mobile", line_checked_at=desk.now)


def _fill(desk: Desk, count: int) -> None:
    """Paid invoices of the same customers, for weight."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO invoices_invoice (company_id, customer_id, quickbooks_id, sync_token,"
            " number, issued_on, due_on, total, balance, currency, terms, bill_email, email_status,"
            " memo, online_payment, is_void, is_deleted, read_at, closed_on)"
            " SELECT company_id, customer_id, 'paid-' || id || '-' || n, '0', 'P' || n,"
            " issued_on - 400, due_on - 400, total, 0, currency, '', '', '', '', false, false,"
            " false, read_at, due_on - 400"
            " FROM invoices_invoice, generate_series(1, %s) AS n"
            " WHERE company_id = %s AND balance > 0 LIMIT %s",
            [count, desk.company.pk, max(count, 0)],
        )
        cursor.execute("ANALYZE invoices_invoice")


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
