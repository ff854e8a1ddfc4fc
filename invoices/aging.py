"""The aging: the receivable of any day by days past due, with credits in a column of their own.

Buckets and credits always add up to the receivable. Amounts in other currencies stand apart and are
never added to it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arbook.companies.models import Company
from invoices.aging_rows import CUSTOMER, Asked, DocumentRow, Row, Rows
from invoices.buckets import STANDARD, BucketSet, Sums
from invoices.models import BooksState, DriftFinding


@dataclass(frozen=True)
class AgingTable:
    """The whole aging of a day: its rows, their sums, and other currencies apart."""

    as_of: date
    bucket_set: BucketSet
    rows: list[Row | DocumentRow]
    totals: Sums
    elsewhere: dict[str, Sums]

    @property
    def receivable(self) -> Decimal:
        return self.totals.total


@dataclass(frozen=True)
class Drift:
    """Where the last comparison with QuickBooks' own report left a difference."""

    checked_at: object
    amount: Decimal
    findings: list[DriftFinding]
    count: int


def table(
    company: Company,
    *,
    as_of: date,
    today: date | None = None,
    bucket_set: BucketSet = STANDARD,
    by: str = CUSTOMER,
) -> AgingTable:
    """The aging with all its rows; ``as_of`` before ``today`` (default: the same day) is worked
    back from what came later, see ``invoices.receivable``.
    """
    rows = Rows(Asked(company, today or as_of, as_of, bucket_set, by))
    return AgingTable(as_of, bucket_set, list(rows), rows.totals, rows.elsewhere)


def drift_of(company: Company, *, most: int = 20) -> Drift | None:
    """The standing difference to QuickBooks' aging report, with its documents; None without one."""
    books = BooksState.objects.filter(company=company).first()
    if books is None or books.drift_checked_at is None:
        return None
    found = DriftFinding.objects.of(company).filter(is_current=True)
    shown = list(found.select_related("customer")[: most + 1])
    if not shown and not books.drift_amount:
        return None
    count = len(shown) if len(shown) <= most else found.count()
    return Drift(books.drift_checked_at, books.drift_amount, shown[:most], count)
