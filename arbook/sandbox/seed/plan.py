"""The plan of a company's history: who is billed when, for how much, and pays when.

Each customer has habits: how often it is billed, how large its bills are, on which terms, and how
many days after the due date it usually pays. So a forecast has something to learn.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

MONTHS = 14
OPEN = 70
AGES = ((30, 60, 9), (60, 90, 5), (90, 160, 4))


@dataclass
class Habit:
    """How one customer is billed and pays. Days and spreads in days, size in dollars."""

    every: int
    size: float
    term_days: int
    late: float
    spread: float


@dataclass
class PlannedInvoice:
    customer: str
    on: date
    due: date | None
    total: float
    paid_on: date | None
    part: float | None = None
    parted_on: date | None = None
    void: bool = False
    label: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def habit(rng: random.Random, prices: list[int]) -> Habit:
    """One customer's habits; most pay near the due date, some are always late."""
    late = rng.choices([-4, 1, 6, 14, 27], weights=[3, 5, 5, 3, 1])[0] + rng.uniform(-2, 2)
    return Habit(
        every=rng.choice([16, 21, 28, 30]),
        size=rng.choice(prices) * rng.uniform(0.6, 1.7),
        term_days=rng.choices([0, 15, 30], weights=[2, 4, 4])[0],
        late=late,
        spread=rng.uniform(2, 6),
    )


def weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def history(
    rng: random.Random, customer: str, habits: Habit, today: date, *, all_paid: bool = False
) -> list[PlannedInvoice]:
    """A customer's invoices of the last months; with `all_paid` nothing is left open."""
    plans = []
    day = today - timedelta(days=MONTHS * 30 - rng.randint(0, habits.every))
    while day < today:
        on = weekday(day)
        due = on + timedelta(days=habits.term_days)
        total = round(habits.size * rng.uniform(0.7, 1.35), 2)
        paid = weekday(max(on, due + timedelta(days=round(rng.gauss(habits.late, habits.spread)))))
        plan = PlannedInvoice(customer, on, due, total, paid if paid <= today else None)
        if not (all_paid and plan.paid_on is None):
            plans.append(plan)
        day += timedelta(days=max(7, round(habits.every + rng.gauss(0, 3))))
    return plans


def balance(rng: random.Random, plans: list[PlannedInvoice], today: date, prepared: int) -> None:
    """Bring the open invoices into the wanted number and ages, and pay some only in part."""
    wanted = OPEN - prepared
    for youngest, oldest, number in AGES:
        wanted -= number
        _open_of_age(rng, plans, today, youngest, oldest, number)
    _open_of_age(rng, plans, today, 0, AGES[0][0], wanted)
    recent = [p for p in plans if p.paid_on is None and p.on < today - timedelta(days=6)]
    for plan in rng.sample(recent, k=min(6, len(recent))):
        plan.part = round(plan.total * rng.choice([0.25, 0.4, 0.5]), 2)
        plan.parted_on = weekday(plan.on + timedelta(days=4))


def _open_of_age(
    rng: random.Random,
    plans: list[PlannedInvoice],
    today: date,
    youngest: int,
    oldest: int,
    number: int,
) -> None:
    """Leave just `number` invoices of these ages in days open."""
    found = [plan for plan in plans if youngest <= (today - plan.on).days < oldest]
    still = [plan for plan in found if plan.paid_on is None]
    settled = [plan for plan in found if plan.paid_on]
    for plan in rng.sample(still, k=max(0, len(still) - number)):
        plan.paid_on = weekday(max(plan.on, today - timedelta(days=rng.randint(0, 5))))
    for plan in rng.sample(settled, k=min(len(settled), max(0, number - len(still)))):
        plan.paid_on = None
