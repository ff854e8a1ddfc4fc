"""Reading QuickBooks into the mirror: once in full, then only what changed.

Pages are written as they come, each in its own transaction; no vendor call happens inside one.
One reading of a company runs at a time, and a second one says so.
"""

import gc
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from arbook import wall
from arbook.audit import log
from arbook.companies.models import Company
from arbook.gateways import quickbooks
from arbook.gateways.errors import Refused, VendorError
from arbook.gateways.quickbooks import QuickBooks
from arbook.gateways.quickbooks_shapes import Changes, Deleted, Page, Preferences
from customers.models import Customer
from invoices import books_reading, cadence, mirror
from invoices.mirror import Found
from invoices.models import BooksState, CreditMemo, Invoice, JournalLine, Payment, PaymentLine

# Windows of change data capture overlap: its times have whole seconds, its answers some delay.
OVERLAP = timedelta(minutes=5)
# QuickBooks looks back 30 days; with less than a day to spare everything is read.
LOOK_BACK = timedelta(days=29)
LOCK_CLASS = 7201
PAGES_OF_OBJECTS = 200_000

FIELDS = {
    "Customer": "customers",
    "Invoice": "invoices",
    "Payment": "payments",
    "CreditMemo": "credit_memos",
    "JournalEntry": "journal_lines",
}


@dataclass
class SyncReport:
    """What one reading did: rows by entity and outcome, and the time it took."""

    kind: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Another reading of the same company was under way."""
        return self.kind == "busy"

    @property
    def said(self) -> str:
        """The counts in a line for the command and the record."""
        if self.is_busy:
            return "already running"
        parts = []
        for entity, counts in self.counts.items():
            words = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
            parts.append(f"{entity}: {words or 'nothing new'}")
        return "; ".join(parts) or "nothing changed"

    def add(self, entity: str, **numbers: int) -> None:
        known = self.counts.setdefault(entity, {})
        for name, number in numbers.items():
            known[name] = known.get(name, 0) + number

    def take(self, done: dict[str, mirror.Applied]) -> None:
        for entity, applied in done.items():
            self.add(
                entity,
                created=applied.created,
                updated=applied.updated,
                unchanged=applied.unchanged,
            )


def run(company: Company, *, now: datetime) -> SyncReport:
    """Read in full the first time, after 30 days away or when asked to, else what changed."""
    books, _ = BooksState.objects.get_or_create(company=company)
    since = books.changes_until
    if books.needs_full or not books.full_synced_at or not since or now - since > LOOK_BACK:
        return full(company, now=now)
    return changes(company, now=now)


def full(company: Company, *, now: datetime) -> SyncReport:
    """Read everything; what the books no longer have is marked as deleted."""
    with _alone(company) as free:
        if not free:
            return SyncReport("busy")
        with _noted(company, now), _few_collections():
            return _full(company, quickbooks.of(company), now)


def changes(company: Company, *, now: datetime) -> SyncReport:
    """Read what changed since the last reading, deletions included."""
    with _alone(company) as free:
        if not free:
            return SyncReport("busy")
        with _noted(company, now):
            return _changes(company, quickbooks.of(company), now)


def _full(company: Company, gateway: QuickBooks, now: datetime) -> SyncReport:
    started, report = time.monotonic(), SyncReport("full")
    books, _ = BooksState.objects.get_or_create(company=company)
    is_first = books.full_synced_at is None
    # The server's own time: what changes while we page is asked for again from here on.
    watermark = gateway.changes(now).watermark
    preferences = _preferences(gateway)
    customers: set[str] = set()
    for entity in FIELDS:
        _read_all(company, gateway, entity, report, customers, now=now, quiet=is_first)
    report.seconds = time.monotonic() - started
    with transaction.atomic():
        if is_first:
            # The tables were empty a moment ago: the planner has to learn that they are not.
            _analyze()
            cadence.plan(company, now=now)
        log.record(
            "books.read",
            f"QuickBooks was read in full: {report.said}.",
            about=[company],
            by=None,
            at=now,
            company=company,
            counts=report.counts,
        )
        BooksState.objects.filter(company=company).update(
            full_synced_at=now,
            changes_until=watermark,
            last_read_at=now,
            needs_full=False,
            counts=report.counts,
            home_currency=(preferences and preferences.home_currency) or company.currency,
            closed_until=preferences and preferences.book_close_date,
            error="",
        )
    return report


def _read_all(
    company: Company,
    gateway: QuickBooks,
    entity: str,
    report: SyncReport,
    customers: set[str],
    *,
    now: datetime,
    quiet: bool = False,
) -> None:
    """Every record of an entity; what the books no longer have is marked as deleted.

    ``customers`` are the ids read so far; those of customers are added.
    """
    seen: set[str] = set()
    for page in gateway.pages(entity):
        seen |= books_reading.present(entity, page)
        found = _found(entity, page)
        if entity == "Customer":
            customers.update(row.id for row in page.rows)
        elif not customers.issuperset([row.customer_id for row in page.rows]):
            found = books_reading.with_customers(company, gateway, found)
        report.take(_take_page(company, found, now=now, quiet=quiet))
        if page.broken:
            report.add(entity, broken=len(page.broken))
    gone = _vanished(company, gateway, entity, seen)
    if gone and entity == "Customer":
        left = Found(deleted=[Deleted(entity, one, None) for one in sorted(gone)])
        mirror.take(company, _with_orphans(company, gateway, left), now=now, quiet=quiet)
        report.add(entity, deleted=len(gone))
    elif gone:
        with transaction.atomic():
            touched = mirror.remove(company, entity, gone, now=now, quiet=quiet)
            mirror.after_change(company, touched, now=now)
        report.add(entity, deleted=len(gone))


def _preferences(gateway: QuickBooks) -> Preferences | None:
    """Switches of the books; None where they may not be read, which keeps nothing from going on."""
    try:
        return gateway.preferences()
    except Refused:
        return None


def _changes(company: Company, gateway: QuickBooks, now: datetime) -> SyncReport:
    started, report = time.monotonic(), SyncReport("changes")
    since = BooksState.objects.get(company=company).changes_until - OVERLAP
    changed = gateway.changes(since)
    customers: set[str] = set()
    for entity in [one for one in FIELDS if one in changed.truncated]:
        # The answer was cut off, and what was deleted shows nowhere else: everything is read.
        _read_all(company, gateway, entity, report, customers, now=now)
    found = books_reading.with_customers(company, gateway, _all(changed))
    found = _with_orphans(company, gateway, found)
    with transaction.atomic():
        report.take(mirror.take(company, found, now=now))
        for entity, count in Counter(one.entity for one in changed.deleted).items():
            report.add(entity, deleted=count)
        BooksState.objects.filter(company=company).update(
            changes_until=changed.watermark, last_read_at=now, error=""
        )
    report.seconds = time.monotonic() - started
    return report


@transaction.atomic
def _take_page(
    company: Company, found: Found, *, now: datetime, quiet: bool = False
) -> dict[str, mirror.Applied]:
    """One page, not waiting for the disk: the last commit of a reading brings all of them there,
    and a reading that did not get so far is done again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
    return mirror.take(company, found, now=now, quiet=quiet)


def _analyze() -> None:
    models = (Customer, Invoice, Payment, PaymentLine, CreditMemo, JournalLine)
    # Only who owns tables may count them.
    with wall.outside(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")


def _found(entity: str, page: Page) -> Found:
    return Found(**{FIELDS[entity]: page.rows}, journal_ids=page.journal_ids, broken=page.broken)


def _all(changed: Changes) -> Found:
    return Found(
        customers=changed.customers,
        invoices=changed.invoices,
        payments=changed.payments,
        credit_memos=changed.credit_memos,
        journal_lines=changed.journal_lines,
        journal_ids=changed.journal_ids,
        deleted=changed.deleted,
        broken=changed.broken,
    )


def _with_orphans(company: Company, gateway: QuickBooks, found: Found) -> Found:
    """A customer that went may have been merged: who owns its open invoices is read again."""
    gone = [one.id for one in found.deleted if one.entity == "Customer"]
    if not gone:
        return found
    owned = dict(
        Invoice.objects.of(company)
        .open()
        .filter(customer__quickbooks_id__in=gone)
        .values_list("quickbooks_id", "customer__quickbooks_id")
    )
    wanted = set(owned) - {row.id for row in found.invoices}
    if wanted:
        page = books_reading.by_ids(gateway, "Invoice", wanted)
        found = replace(found, invoices=[*found.invoices, *page.rows])
    found = replace(found, merged=[*found.merged, *_merged(owned, found)])
    return books_reading.with_customers(company, gateway, found)


def _merged(owned: dict[str, str], found: Found) -> list[tuple[str, str]]:
    """Customers that went and whose open invoices all belong to one other by now: this is all that
    change data capture tells of a merge, and what people decided about them must not be lost."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in found.invoices:
        if row.id in owned:
            owners[owned[row.id]].add(row.customer_id)
    return [
        (old, new) for old, (new, *others) in sorted(owners.items()) if not others and new != old
    ]


def _vanished(company: Company, gateway: QuickBooks, entity: str, seen: set[str]) -> set[str]:
    """Records we hold that no page showed and that the books, asked by id, do not have either."""
    if entity == "JournalEntry":
        rows = JournalLine.objects.of(company).filter(is_deleted=False)
        ours = set(rows.values_list("journal_id", flat=True))
    else:
        model = {
            "Customer": Customer,
            "Invoice": Invoice,
            "Payment": Payment,
            "CreditMemo": CreditMemo,
        }[entity]
        rows = model.objects.of(company).filter(is_deleted=False)
        ours = set(rows.values_list("quickbooks_id", flat=True))
    missing = ours - seen
    if not missing:
        return set()
    # Paging is no snapshot: a row that moved between two pages is still there when asked for.
    return missing - books_reading.present(entity, books_reading.by_ids(gateway, entity, missing))


@contextmanager
def _alone(company: Company) -> Iterator[bool]:
    """Whether we are the only reader of this company; the lock goes with the session if we die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, company.pk])
        free = cursor.fetchone()[0]
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, company.pk])


@contextmanager
def _few_collections() -> Iterator[None]:
    """A page is tens of thousands of objects without a cycle, which the garbage collector would
    walk through again and again: a fifth of the whole reading."""
    usual = gc.get_threshold()
    gc.set_threshold(PAGES_OF_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _noted(company: Company, now: datetime) -> Iterator[None]:
    """A vendor's error stays readable beside the mirror, and goes on to the caller."""
    try:
        yield
    except VendorError as error:
        BooksState.objects.update_or_create(company=company, defaults={"error": str(error)})
        raise
