"""What charts are fed with, and their geometry in percent and pixels; the templates only draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, log10

from arbook.web import figures


@dataclass(frozen=True)
class Week:
    """One bar: what we expect (P50) with its range, what falls due, and what came in."""

    label: str
    expected: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    due: Decimal | None = None
    actual: Decimal | None = None
    url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Slice:
    """One part of a whole: a bucket of the aging strip. ``step`` 0 to 4 picks its colour."""

    label: str
    amount: Decimal
    step: int
    url: str = ""
    count: int | None = None


@dataclass(frozen=True)
class Bar:
    """A drawn week: x values in percent of the width, y values in pixels."""

    week: Week
    x: float
    width: float
    middle: float
    top: float
    height: float
    low: float | None
    high: float | None
    due_top: float | None
    due_height: float | None
    is_past: bool
    is_odd: bool
    words: str


@dataclass(frozen=True)
class WeeklyBars:
    bars: list[Bar] = field(default_factory=list)
    ticks: list[tuple[float, str]] = field(default_factory=list)
    height: int = 220
    base: float = 190
    label_y: float = 208
    words: str = ""


@dataclass(frozen=True)
class Part:
    slice: Slice
    x: float
    width: float
    share: Decimal


@dataclass(frozen=True)
class AgingStrip:
    parts: list[Part] = field(default_factory=list)
    total: Decimal = Decimal(0)
    words: str = ""


@dataclass(frozen=True)
class Sparkline:
    points: str = ""
    area: str = ""
    words: str = ""


def weekly_bars(weeks: Sequence[Week], currency: str = "USD") -> WeeklyBars:
    """Bars on a common scale with a rounded top; x leaves room for the scale at the left."""
    top, base, left = 14.0, 190.0, 9.0
    if not weeks:
        return WeeklyBars(words="No weeks to show.")
    tallest = max(
        max(w.expected, w.high or 0, w.due or 0, w.actual or 0, Decimal(0)) for w in weeks
    )
    ceiling = _round_up(tallest)
    slot = (100 - left) / len(weeks)

    def y(amount: Decimal | int) -> float:
        return round(base - float(max(amount, 0) / ceiling) * (base - top), 1)

    bars = []
    for number, week in enumerate(weeks):
        shown = week.expected if week.actual is None else week.actual
        x = left + slot * number + slot * 0.18
        width = slot * 0.64
        bars.append(
            Bar(
                week=week,
                x=round(x, 2),
                width=round(width, 2),
                middle=round(x + width / 2, 2),
                top=y(shown),
                height=round(base - y(shown), 1),
                low=None if week.low is None else y(week.low),
                high=None if week.high is None else y(week.high),
                due_top=None if week.due is None else y(week.due),
                due_height=None if week.due is None else round(base - y(week.due), 1),
                is_past=week.actual is not None,
                is_odd=number % 2 == 1,
                words=week.title or _week_words(week, currency),
            )
        )
    ticks = [(y(ceiling * n / 4), figures.money_short(ceiling * n / 4, currency)) for n in range(5)]
    return WeeklyBars(bars=bars, ticks=ticks, base=base, words="; ".join(bar.words for bar in bars))


def aging_strip(slices: Sequence[Slice], currency: str = "USD") -> AgingStrip:
    """Parts side by side that fill the whole width; credits (negative parts) take no width."""
    total = sum((s.amount for s in slices), Decimal(0))
    drawn = sum((max(s.amount, Decimal(0)) for s in slices), Decimal(0))
    parts, x = [], 0.0
    for piece in slices:
        width = float(max(piece.amount, Decimal(0)) / drawn) * 100 if drawn else 0.0
        share = piece.amount / total if total else Decimal(0)
        parts.append(Part(piece, round(x, 3), round(width, 3), share))
        x += width
    words = ", ".join(f"{s.label} {figures.money(s.amount, currency)}" for s in slices)
    return AgingStrip(parts, total, words)


def sparkline(values: Sequence[Decimal | float | int], words: str = "") -> Sparkline:
    """A line in a box of 100 by 24."""
    if len(values) < 2:
        return Sparkline(words=words or "Too few values for a line.")
    low, high = min(values), max(values)
    spread = float(high - low) or 1.0
    points = [
        f"{100 * n / (len(values) - 1):.1f},{22 - 20 * float(value - low) / spread:.1f}"
        for n, value in enumerate(values)
    ]
    line = " ".join(points)
    return Sparkline(line, f"0,24 {line} 100,24", words or f"From {values[0]} to {values[-1]}")


def _round_up(amount: Decimal) -> Decimal:
    """The next friendly ceiling of a scale: 1, 2, 3, 4, 6, 8 or 10 times a power of ten."""
    if amount <= 0:
        return Decimal(100)
    power = Decimal(10) ** int(log10(float(amount)))
    for step in (1, 2, 3, 4, 6, 8, 10):
        if amount <= step * power:
            return step * power
    return ceil(amount / power) * power


def _week_words(week: Week, currency: str) -> str:
    words = f"{week.label}: {figures.money(week.expected, currency)} expected"
    if week.low is not None and week.high is not None:
        low, high = (
            figures.money_short(week.low, currency),
            figures.money_short(week.high, currency),
        )
        words += f" ({low} to {high})"
    if week.actual is not None:
        words += f", {figures.money(week.actual, currency)} came"
    return words
