"""Whether the company may send at all: not stopped, QuickBooks answers, the books are fresh."""

from datetime import timedelta

from messaging.checks.answer import Case, Check, Concern

SENDING = Concern("company", "Sending is on", "company")
CONNECTION = Concern("connection", "QuickBooks connected", "connections")
BOOKS_FRESH = Concern("books_fresh", "Books are fresh", "QuickBooks")


def sending(case: Case) -> Check:
    facts = case.facts.company
    if facts.stop:
        said = facts.stop.said(facts.zone)
        return SENDING.stops("stopped", said, facts.stop.since, until=facts.stop.until)
    return SENDING.passes("on", "Sending is on.")


def connection(case: Case) -> Check:
    books = case.facts.company.books
    if not books.is_usable:
        return CONNECTION.stops("not connected", f"{books.said}.", books.read_at)
    return CONNECTION.passes("connected", "QuickBooks answers.", books.read_at)


def books_fresh(case: Case) -> Check:
    facts = case.facts.company
    if facts.books_read_at is None:
        return BOOKS_FRESH.stops("never read", "The books have not been read yet.")
    age = case.facts.now - facts.books_read_at
    if age > facts.books_max_age:
        most = _age(facts.books_max_age)
        said = f"The books were last read {_age(age)} ago; the limit is {most}."
        return BOOKS_FRESH.stops(_age(age), said, facts.books_read_at)
    said = f"The books were read {_age(age)} ago."
    return BOOKS_FRESH.passes(f"{_age(age)} old", said, facts.books_read_at)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return f"{max(int(age.total_seconds()), 0)} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
