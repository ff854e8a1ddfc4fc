"""Days counted from the day a reply was received."""

import calendar
from datetime import date, timedelta


def next_weekday(weekday: int, received: date) -> date:
    """The next such weekday after the day; Monday is 0."""
    return received + timedelta(days=(weekday - received.weekday() - 1) % 7 + 1)


def week_after(weekday: int, received: date) -> date:
    """The weekday of the Monday-to-Sunday week that follows."""
    monday = received - timedelta(days=received.weekday()) + timedelta(days=7)
    return monday + timedelta(days=weekday)


def month_end(day: date, months: int = 0) -> date:
    """The last day of the day's month, or of one that many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def months_on(day: date, months: int) -> date:
    """The same day that many months later, or the last of a shorter month."""
    last = month_end(day, months)
    return last.replace(day=min(day.day, last.day))


def day_of_month(number: int, received: date) -> date | None:
    """The next such day of a month after the day; None when there is none."""
    if not 1 <= number <= 31:
        return None
    for months in range(4):
        last = month_end(received, months)
        if number <= last.day and last.replace(day=number) > received:
            return last.replace(day=number)
    return None


def calendar_day(year: str | None, month: int, day: int, received: date) -> date | None:
    """The day of a month; without a year the next one, None when there is none."""
    if year:
        full = int(year) + (2000 if len(year) == 2 else 0)
        return date(full, month, day)
    for candidate_year in range(received.year, received.year + 5):
        try:
            candidate = date(candidate_year, month, day)
        except ValueError:
            continue
        if candidate >= received:
            return candidate
    return None


def friday(received: date) -> date:
    """The Friday of the week, or of the next one on a weekend."""
    return received + timedelta(days=(4 - received.weekday()) % 7)


def sunday(received: date) -> date:
    """The Sunday that ends the week."""
    return received + timedelta(days=6 - received.weekday())
