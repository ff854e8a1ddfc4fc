"""When and how much: a sum cut into equal instalments, and a proposal that says why."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from statistics import median

from arbook import money
from customers.models import Customer
from invoices import disputes
from invoices.models import Invoice, Payment

WEEK, FORTNIGHT, MONTH = "week", "fortnight", "month"
EVERY = {WEEK: "every week", FORTNIGHT: "every two weeks", MONTH: "every month"}
FEWEST, MOST = 2, 24
USUALLY = 3
"""Instalments for somebody of whom we know no payment."""
LONGEST = 12
"""What a proposal offers at most; a person may write more."""
FIRST_AFTER = timedelta(days=7)
LOOK_BACK = timedelta(days=730)


@dataclass(frozen=True)
class Due:
    on: date
    amount: Decimal


@dataclass(frozen=True)
class Proposal:
    """What arbook would offer, and the sentence that explains it."""

    invoices: list[Invoice]
    total: Decimal
    count: int
    every: str
    first_on: date
    why: str
    dues: list[Due]


def schedule(total: Decimal, *, count: int, every: str, first_on: date) -> list[Due]:
    """Equal instalments that add up to the cent; the last one takes what does not divide.

    Raises ValueError with a sentence.
    """
    if not FEWEST <= count <= MOST:
        raise ValueError(f"A plan has {FEWEST} to {MOST} instalments.")
    if every not in EVERY:
        raise ValueError("Choose how often an instalment is due.")
    part = (total / count).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    if part <= 0:
        raise ValueError("The amount is too small for so many instalments.")
    last = total - part * (count - 1)
    return [Due(_day(first_on, every, n), part if n < count - 1 else last) for n in range(count)]


def proposal(customer: Customer, *, today: date) -> Proposal | None:
    """What fits how this customer pays: their usual amount, at their usual distance."""
    rows = list(Invoice.objects.open().filter(customer=customer).order_by("due_on", "pk"))
    contested = disputes.disputed_amounts(row.pk for row in rows)
    home = customer.company.currency
    rows = [row for row in rows if row.currency == home and row.pk not in contested]
    total = sum((row.balance for row in rows), money.ZERO)
    if total <= 0:
        return None
    payments = list(
        Payment.objects.filter(
            customer=customer, is_void=False, is_deleted=False, paid_on__gte=today - LOOK_BACK
        )
        .exclude(total__lte=0)
        .order_by("paid_on")
        .values_list("paid_on", "total")
    )
    every = _usual_distance([day for day, _ in payments])
    currency = customer.company.currency
    if payments:
        usual = money.quantize(Decimal(median([amount for _, amount in payments])))
        count = min(max(-(-total // usual), FEWEST), LONGEST)
        so = (
            f"{customer} usually pays {money.words(usual, currency)} at a time ({_known(payments)})"
        )
    else:
        count, so = USUALLY, f"No payment of {customer} is known"
    count, first_on = int(count), today + FIRST_AFTER
    dues = schedule(total, count=count, every=every, first_on=first_on)
    why = (
        f"{so}; {money.words(total, currency)} makes {count} instalments of"
        f" {money.words(dues[0].amount, currency)}, {EVERY[every]}."
    )
    return Proposal(rows, total, count, every, first_on, why, dues)


def _known(payments: list) -> str:
    if len(payments) == 1:
        return "one payment"
    return f"the median of {len(payments)} payments since {payments[0][0]:%b %Y}"


def _usual_distance(days: list[date]) -> str:
    gaps = [(after - before).days for before, after in pairwise(sorted(set(days)))]
    if not gaps:
        return MONTH
    gap = median(gaps)
    return WEEK if gap <= 10 else FORTNIGHT if gap <= 20 else MONTH


def _day(first_on: date, every: str, n: int) -> date:
    if every != MONTH:
        return first_on + timedelta(weeks=n * (1 if every == WEEK else 2))
    years, month = divmod(first_on.month - 1 + n, 12)
    year, month = first_on.year + years, month + 1
    # The 31st is the last day where a month is shorter.
    return date(year, month, min(first_on.day, monthrange(year, month)[1]))
