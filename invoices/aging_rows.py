"""The aging as rows of SQL: sums by customer or single documents, a page at a time.

The statements sum in the database; however many invoices there are, only the rows of one page come
here, and the sums over all of them in one row for each currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from arbook.companies.models import Company
from arbook.money import ZERO
from invoices import receivable
from invoices.buckets import STANDARD, BucketSet, Sums

CUSTOMER, INVOICE = "customer", "invoice"
CREDITS = "credits"
CUSTOMER_ORDERS = {"customer": "customer.name", "oldest": "oldest"}
DOCUMENT_ORDERS = {
    "customer": "customer.name",
    "document": "chosen.number",
    "dated_on": "dated_on",
    "due_on": "ages_from",
    "days": "days",
    "amount": "amount",
}


@dataclass(frozen=True)
class Asked:
    """Which aging is wanted. ``cell`` is the number of a bucket, ``credits``, or empty for all."""

    company: Company
    today: date
    as_of: date
    bucket_set: BucketSet = STANDARD
    by: str = CUSTOMER
    currency: str = ""
    customer_id: int | None = None
    cell: str = ""
    words: str = ""

    @property
    def is_past(self) -> bool:
        return self.as_of < self.today

    @property
    def shown_currency(self) -> str:
        return self.currency or self.company.currency

    @property
    def is_narrowed(self) -> bool:
        return bool(self.customer_id or self.cell or self.words)


@dataclass(frozen=True)
class Row:
    """What one customer owes, by bucket."""

    customer_id: int
    customer: str
    sums: Sums
    oldest: int | None

    @property
    def total(self) -> Decimal:
        return self.sums.total


@dataclass(frozen=True)
class DocumentRow:
    """One document of the receivable with its age."""

    customer_id: int
    customer: str
    kind: str
    key: int
    name: str
    number: str
    dated_on: date
    due_on: date
    days: int
    bucket: str
    amount: Decimal


# The whole is read once: its sums by currency and one page of its rows come in one answer. Rows
# of sums have no customer; their array holds the buckets, the credits and the documents.
_CUSTOMERS = """,
chosen AS MATERIALIZED (
    SELECT currency, customer_id, {sums}, count(*) AS documents,
           max(%(day)s - ages_from) FILTER (WHERE amount > 0) AS oldest
    FROM documents WHERE true {where} GROUP BY currency, customer_id
)
(SELECT NULL::bigint, currency, count(*)::int, ARRAY[{totals}, sum(documents)]
 FROM chosen GROUP BY currency)
UNION ALL
(SELECT chosen.customer_id, customer.name, chosen.oldest, ARRAY[{names}, chosen.documents]
 FROM chosen JOIN customers_customer customer ON customer.id = chosen.customer_id
 WHERE chosen.currency = %(currency)s
 ORDER BY {order}, customer.name, chosen.customer_id {window})"""

_DOCUMENTS = """,
chosen AS MATERIALIZED (
    SELECT documents.*, %(day)s - ages_from AS days FROM documents WHERE true {where}
)
(SELECT NULL::bigint, currency, count(*)::int, ARRAY[{sums}, count(*)], NULL::text, NULL::bigint,
        NULL::text, NULL::text, NULL::date, NULL::date, NULL::numeric
 FROM chosen GROUP BY currency)
UNION ALL
(SELECT chosen.customer_id, customer.name, chosen.days, NULL::numeric[], chosen.kind, chosen.key,
        chosen.book_id, chosen.number, chosen.dated_on, chosen.ages_from, chosen.amount
 FROM chosen JOIN customers_customer customer ON customer.id = chosen.customer_id
 WHERE chosen.currency = %(currency)s
 ORDER BY {order}, chosen.kind, chosen.key {window})"""


@dataclass(frozen=True)
class Rows:
    """The rows of an aging, ordered and sliced by the database.

    ``start`` and ``length`` say which slice will be asked for, so that it comes with the sums.
    """

    asked: Asked
    order: tuple[str, ...] = ()
    start: int = 0
    length: int = 0

    @cached_property
    def _first(self) -> tuple[dict[str, tuple[int, Sums]], list[Row | DocumentRow]]:
        return self._read(f"LIMIT {self.length:d} OFFSET {self.start:d}")

    @cached_property
    def by_currency(self) -> dict[str, tuple[int, Sums]]:
        """Number of rows and sums for each currency."""
        return self._first[0]

    @property
    def totals(self) -> Sums:
        """The sums over all rows in the currency asked for."""
        return self._own[1]

    @property
    def _own(self) -> tuple[int, Sums]:
        nothing = (0, Sums((ZERO,) * len(self.asked.bucket_set.buckets)))
        return self.by_currency.get(self.asked.shown_currency, nothing)

    @property
    def elsewhere(self) -> dict[str, Sums]:
        """The sums in every other currency, which are never added to these."""
        own = self.asked.shown_currency
        return {code: sums for code, (_, sums) in sorted(self.by_currency.items()) if code != own}

    def __len__(self) -> int:
        return self._own[0]

    def order_by(self, *names: str) -> "Rows":
        if names == self.order:
            return self
        ordered = replace(self, order=names)
        if "by_currency" in self.__dict__:
            ordered.__dict__["by_currency"] = self.by_currency
        return ordered

    def __getitem__(self, part: slice) -> list[Row | DocumentRow]:
        start, stop = part.start or 0, len(self) if part.stop is None else part.stop
        if "_first" in self.__dict__ and start == self.start and stop <= start + self.length:
            return self._first[1][: stop - start]
        return self._read(f"LIMIT {max(stop - start, 0):d} OFFSET {start:d}")[1]

    def __iter__(self) -> Iterator[Row | DocumentRow]:
        return iter(self._read("")[1])

    def _read(self, window: str) -> tuple[dict[str, tuple[int, Sums]], list[Row | DocumentRow]]:
        asked, by_customer = self.asked, self.asked.by == CUSTOMER
        words = asked.words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        found = receivable.rows(
            (_CUSTOMERS if by_customer else _DOCUMENTS).format(
                sums=self._sums if by_customer else self._sums_alone,
                totals=", ".join(f"sum({name})" for name in self._names),
                names=", ".join(f"chosen.{name}" for name in self._names),
                where=self._where,
                order=self._order,
                window=window,
            ),
            asked.company,
            as_of=asked.as_of if asked.is_past else None,
            day=asked.as_of,
            currency=asked.shown_currency,
            customer=asked.customer_id,
            words=f"%{words}%",
        )
        sums = {row[1]: (row[2], _sums_of(row[3])) for row in found if row[0] is None}
        make = self._customer if by_customer else self._document
        return sums, [make(*row) for row in found if row[0] is not None]

    def _customer(self, pk, name, oldest, parts) -> Row:
        return Row(pk, name, _sums_of(parts), oldest)

    def _document(self, customer, name, days, _, kind, key, book_id, number, dated, due, amount):
        buckets = self.asked.bucket_set
        label = "Credit" if amount < 0 else buckets.buckets[buckets.place(days)].label
        title = f"{receivable.NAMES[kind]} {number or book_id}"
        return DocumentRow(
            customer, name, kind, key, title, number, dated, due, days, label, amount
        )

    @property
    def _names(self) -> list[str]:
        return [f"b{n}" for n in range(len(self.asked.bucket_set.buckets))] + ["credits"]

    @property
    def _parts(self) -> list[str]:
        parts = [
            f"coalesce(sum(amount) FILTER (WHERE amount > 0{_between(one.first, one.last)}), 0)"
            for one in self.asked.bucket_set.buckets
        ]
        return [*parts, "coalesce(sum(amount) FILTER (WHERE amount < 0), 0)"]

    @property
    def _sums(self) -> str:
        return ", ".join(
            f"{part} AS {name}" for part, name in zip(self._parts, self._names, strict=True)
        )

    @property
    def _sums_alone(self) -> str:
        return ", ".join(self._parts)

    @property
    def _where(self) -> str:
        asked = self.asked
        where = " AND customer_id = %(customer)s" if asked.customer_id else ""
        if asked.words:
            where += (
                " AND customer_id IN (SELECT id FROM customers_customer"
                " WHERE company_id = %(company)s AND name ILIKE %(words)s)"
            )
        if asked.cell == CREDITS:
            where += " AND amount < 0"
        elif asked.cell:
            bucket = asked.bucket_set.buckets[int(asked.cell)]
            where += f" AND amount > 0{_between(bucket.first, bucket.last)}"
        return where

    @property
    def _order(self) -> str:
        by_customer = self.asked.by == CUSTOMER
        known = DOCUMENT_ORDERS
        if by_customer:
            total = " + ".join(self._names)
            known = CUSTOMER_ORDERS | {name: name for name in self._names} | {"total": total}
        parts = []
        for name in self.order or (("-total",) if by_customer else ("-days",)):
            column = known.get(name.lstrip("-"))
            if column:
                parts.append(f"{column} {'DESC' if name.startswith('-') else 'ASC'} NULLS LAST")
        return ", ".join(parts) or "customer.name"


def _sums_of(parts: list[Decimal]) -> Sums:
    *amounts, credits, count = parts
    return Sums(tuple(amounts), credits, int(count))


def _between(first: int | None, last: int | None) -> str:
    """Days past due as a range of due dates; whole numbers of our own bucket sets only."""
    low = "" if first is None else f" AND ages_from <= %(day)s - {first:d}"
    high = "" if last is None else f" AND ages_from >= %(day)s - {last:d}"
    return low + high
