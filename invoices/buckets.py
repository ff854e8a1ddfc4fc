"""Buckets of days past due, as data, and the arithmetic that puts documents into them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from arbook.money import ZERO
from invoices.receivable import Document


@dataclass(frozen=True)
class Bucket:
    """Days past due from ``first`` to ``last``; None is without end."""

    label: str
    first: int | None
    last: int | None

    def holds(self, days: int) -> bool:
        return (self.first is None or days >= self.first) and (
            self.last is None or days <= self.last
        )


@dataclass(frozen=True)
class BucketSet:
    """Buckets side by side without gap or overlap: each begins the day after the one before."""

    key: str
    label: str
    buckets: tuple[Bucket, ...]

    @classmethod
    def of(cls, key: str, label: str, parts: Sequence[tuple[str, int | None]]) -> "BucketSet":
        """From labels and last days in rising order; the last bucket has no end."""
        buckets, first = [], None
        for name, last in parts:
            buckets.append(Bucket(name, first, last))
            first = None if last is None else last + 1
        ends = [one.last for one in buckets]
        if not ends or ends[-1] is not None or None in ends[:-1] or ends[:-1] != sorted(ends[:-1]):
            raise ValueError("Buckets have rising last days, and only the last one has no end.")
        return cls(key, label, tuple(buckets))

    def place(self, days: int) -> int:
        """Which bucket a document so many days past due stands in."""
        return next(n for n, bucket in enumerate(self.buckets) if bucket.holds(days))

    @property
    def lasts(self) -> list[int]:
        """The last days of all buckets but the endless one."""
        return [one.last for one in self.buckets if one.last is not None]


STANDARD = BucketSet.of(
    "standard",
    "1–30 / 31–60 / 61–90 / 90+",
    [("Current", 0), ("1–30", 30), ("31–60", 60), ("61–90", 90), ("90+", None)],
)
EARLY = BucketSet.of(
    "early",
    "0–7 / 8–14 / 15–30 / 30+",
    [("Not due", -1), ("0–7", 7), ("8–14", 14), ("15–30", 30), ("30+", None)],
)
RISK = BucketSet.of(
    "risk",
    "1–30 / 31–60 / 60+",
    [("Current", 0), ("1–30", 30), ("31–60", 60), ("60+", None)],
)
SETS = {one.key: one for one in (STANDARD, EARLY, RISK)}


@dataclass(frozen=True)
class Sums:
    """Amounts by bucket, the credits (zero or negative) and what is left of both together."""

    amounts: tuple[Decimal, ...]
    credits: Decimal = ZERO
    count: int = 0

    @property
    def debits(self) -> Decimal:
        return sum(self.amounts, ZERO)

    @property
    def total(self) -> Decimal:
        return self.debits + self.credits


@dataclass
class _Open:
    amounts: list[Decimal]
    credits: Decimal = ZERO
    count: int = 0
    oldest: int | None = None

    def add(self, amount: Decimal, days: int, place: int) -> None:
        self.count += 1
        if amount < 0:
            self.credits += amount
            return
        self.amounts[place] += amount
        self.oldest = days if self.oldest is None else max(self.oldest, days)


@dataclass(frozen=True)
class Aged:
    """Documents put into buckets: for each customer, and all of them together."""

    bucket_set: BucketSet
    totals: Sums
    by_customer: dict[int | None, Sums] = field(default_factory=dict)


def age(documents: Iterable[Document], *, as_of: date, bucket_set: BucketSet = STANDARD) -> Aged:
    """Put documents of one currency into buckets by their days past due on ``as_of``."""
    width = len(bucket_set.buckets)
    all_of_them, customers = _Open([ZERO] * width), {}
    for one in documents:
        days = (as_of - one.ages_from).days
        place = bucket_set.place(days)
        own = customers.setdefault(one.customer_id, _Open([ZERO] * width))
        for part in (all_of_them, own):
            part.add(one.amount, days, place)
    return Aged(
        bucket_set,
        _sums(all_of_them),
        {customer: _sums(part) for customer, part in customers.items()},
    )


def _sums(part: _Open) -> Sums:
    return Sums(tuple(part.amounts), part.credits, part.count)
