"""Reasons to be quiet: placed by people and events, lifted by who may, gone when time is up."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.access import role_in
from arbook.companies.models import Company, Role, User
from arbook.outbox import outbox
from customers.models import Customer
from invoices.models import Hold, Invoice


class HoldRefused(Exception):
    """The hold cannot be placed or lifted. The message is fit for the screen."""


@transaction.atomic
def place(
    subject: Invoice | Customer,
    *,
    reason: str,
    by: User | None,
    now: datetime,
    until: datetime | date | None = None,
    note: str = "",
    source: str = "",
    lift_role: int = Role.BOOKKEEPER,
) -> Hold:
    """Be quiet about an invoice or a whole customer; a day as ``until`` is quiet to its end.

    The same source and reason hold once: placed again, the end and the note are brought up to date.
    """
    invoice = subject if isinstance(subject, Invoice) else None
    customer = invoice.customer if invoice else subject
    company = customer.company
    until = _end_of(until, company)
    if until and until <= now:
        raise HoldRefused("A pause ends in the future.")
    what = {
        "customer": customer,
        "invoice": invoice,
        "reason": reason,
        "source": source[:120],
        "lifted_at": None,
    }
    # The customer's row queues two placements of the same thing.
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    known = Hold.objects.filter(**what).first()
    if known and known.until and known.until <= now:
        _close(known, by=None, now=now, reason="its time was up")
        known = None
    if known:
        if (known.until, known.note) == (until, note[:300] or known.note):
            return known
        known.until, known.note = until, note[:300] or known.note
        known.save(update_fields=["until", "note"])
        hold, said = known, "Pause changed"
    else:
        hold = Hold.objects.create(
            company=company,
            until=until,
            note=note[:300],
            lift_role=lift_role,
            placed_at=now,
            placed_by=by,
            **what,
        )
        said = "Reminders paused"
    entry = log.record(
        "hold.placed",
        f"{said} for {invoice or 'the whole customer'}: {describe(hold)}.",
        about=_about(hold),
        by=by,
        at=now,
        hold=hold.pk,
        reason=reason,
        until=until.isoformat() if until else None,
        source=source,
    )
    revisit(hold.company, hold.customer_id, entry, now=now)
    return hold


@transaction.atomic
def lift(hold: Hold, *, by: User | None, now: datetime, reason: str) -> Hold:
    """End a hold; a person needs the role it names, and always says why."""
    reason = reason.strip()
    if not reason:
        raise HoldRefused("Say why the pause ends.")
    hold = (
        Hold.objects.select_for_update(of=("self",))
        .select_related("company", "customer", "invoice")
        .get(pk=hold.pk)
    )
    if hold.lifted_at:
        raise HoldRefused("This pause has already ended.")
    if by is not None and (role_in(by, hold.company) or 0) < hold.lift_role:
        raise HoldRefused(f"Only a {Role(hold.lift_role).label} may end this pause.")
    return _close(hold, by=by, now=now, reason=reason)


@transaction.atomic
def lift_source(
    company: Company, source: str, *, by: User | None = None, now: datetime, reason: str
) -> int:
    """End every hold that one thing placed, because that thing is over; returns how many."""
    rows = list(
        Hold.objects.of(company)
        .filter(source=source[:120], lifted_at=None)
        .exclude(source="")
        .select_for_update(of=("self",))
        .select_related("company", "customer", "invoice")
    )
    for hold in rows:
        _close(hold, by=by, now=now, reason=reason)
    return len(rows)


def active(
    company: Company, customer_ids: Iterable[int], *, now: datetime
) -> dict[int, list[Hold]]:
    """Holds in force by customer, on them or on one of their invoices; each customer has a list."""
    found: dict[int, list[Hold]] = {pk: [] for pk in customer_ids}
    for hold in (
        Hold.objects.of(company)
        .active(now)
        .filter(customer__in=list(found))
        .select_related("invoice", "placed_by")
    ):
        found[hold.customer_id].append(hold)
    return found


@transaction.atomic
def expire(company: Company, *, now: datetime) -> int:
    """Close holds whose time is up, so that what they kept back is looked at again."""
    rows = list(
        Hold.objects.of(company)
        .filter(lifted_at=None, until__lte=now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("company", "customer", "invoice")
    )
    if not rows:
        return 0
    for hold in rows:
        hold.lifted_at, hold.lifted_reason = now, "its time was up"
    Hold.objects.bulk_update(rows, ["lifted_at", "lifted_reason"])
    entries = log.record_many(
        [
            (
                Entry(
                    company=company,
                    verb="hold.lifted",
                    said=_ended(hold),
                    at=now,
                    data={"hold": hold.pk},
                ),
                _about(hold),
            )
            for hold in rows
        ]
    )
    outbox.enqueue_many(
        [
            _wanted(company, hold.customer_id, entry)
            for hold, entry in {
                h.customer_id: (h, e) for h, e in zip(rows, entries, strict=True)
            }.values()
        ],
        now=now,
    )
    return len(rows)


def revisit(company: Company, customer_id: int, entry: Entry, *, now: datetime) -> None:
    """Have what is prepared for a customer looked at again, because of what ``entry`` says."""
    outbox.enqueue_many([_wanted(company, customer_id, entry)], now=now)


def describe(hold: Hold) -> str:
    """The hold in words: why, a note, until when."""
    words = hold.get_reason_display()
    if hold.note:
        words = f"{words} ({hold.note.rstrip('.')})"
    if hold.until:
        # An end at midnight means the day before, whole.
        last = (hold.until - timedelta(microseconds=1)).astimezone(hold.company.zone)
        end = hold.until.astimezone(hold.company.zone)
        day = f"{last:%a} {last:%b} {last.day}"
        clock = "" if end.time() == time.min else f" {end:%H:%M}"
        words = f"{words} until {day}{clock}"
    return words


def _end_of(until: datetime | date | None, company: Company) -> datetime | None:
    if until is None or isinstance(until, datetime):
        return until
    return datetime.combine(until + timedelta(days=1), time.min, tzinfo=company.zone)


def _close(hold: Hold, *, by: User | None, now: datetime, reason: str) -> Hold:
    hold.lifted_at, hold.lifted_by, hold.lifted_reason = now, by, reason[:300]
    Hold.objects.filter(pk=hold.pk).update(lifted_at=now, lifted_by=by, lifted_reason=reason[:300])
    entry = log.record("hold.lifted", _ended(hold), about=_about(hold), by=by, at=now, hold=hold.pk)
    revisit(hold.company, hold.customer_id, entry, now=now)
    return hold


def _ended(hold: Hold) -> str:
    why = hold.lifted_reason.rstrip(".")
    return f"Pause of {hold.invoice or 'the whole customer'} ended: {why}. It was {describe(hold)}."


def _about(hold: Hold) -> list:
    return [row for row in (hold.invoice, hold.customer) if row is not None]


def _wanted(company: Company, customer_id: int, entry: Entry) -> outbox.Wanted:
    return outbox.Wanted(
        "messaging.revisit",
        f"revisit:{customer_id}:{entry.pk}",
        company,
        {"customer": customer_id},
    )
