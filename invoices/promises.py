"""Promises to pay: a dated word keeps us quiet, is recalled the day before, kept or broken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, Sum

from arbook import money
from arbook.audit import log
from arbook.companies.models import Company, User
from customers.models import Customer
from invoices import agreed_touches, holds, tasks
from invoices.models import Hold, Invoice, PaymentLine, PromiseToPay, Task

State = PromiseToPay.State
NOTES = ("before-promise",)
MAY_LACK = Decimal("1.00")
"""The most that may lack of a promised amount (and never above a hundredth of it): a rounding."""


class PromiseRefused(Exception):
    """The promise cannot be taken. The message is fit for the screen."""


@transaction.atomic
def record_promise(
    *, invoice: Invoice, amount: Decimal, due_on: date, by: User | None, now: datetime
) -> PromiseToPay:
    """Take a promise in place of the open one; stay quiet until its grace has passed."""
    invoice = (
        Invoice.objects.select_for_update(of=("self",))
        .select_related("company", "customer__company")
        .get(pk=invoice.pk)
    )
    if not invoice.is_open:
        raise PromiseRefused(f"{invoice} has nothing left to pay.")
    if amount <= 0:
        raise PromiseRefused("A promise is for an amount above zero.")
    if amount > invoice.balance:
        left = money.words(invoice.balance, invoice.currency)
        raise PromiseRefused(f"{invoice} has only {left} open.")
    if due_on < invoice.company.local_date(now):
        raise PromiseRefused("A promise cannot be due in the past.")

    old = invoice.promises.open().first()
    if old:
        _close(old, State.REPLACED, now, by=by, said=None)
    promise = invoice.promises.create(
        company=invoice.company, amount=amount, due_on=due_on, made_at=now, replaces=old
    )
    log.record(
        "promise.made",
        f"{_words(promise, invoice)} is promised by {due_on:%b} {due_on.day}.",
        about=[promise, invoice, invoice.customer],
        by=by,
        at=now,
        amount=str(amount),
        due_on=due_on.isoformat(),
    )
    promise.invoice = invoice
    _rest(promise, until=promise.quiet_until, by=by, now=now)
    _plan_note(promise, now)
    return promise


@transaction.atomic
def take_back(promise: PromiseToPay, *, by: User, now: datetime) -> PromiseToPay:
    """Nobody gave this word; the one it replaced counts again. What was sent stays sent."""
    promise = (
        PromiseToPay.objects.select_for_update(of=("self",))
        .select_related("company", "invoice__customer__company", "replaces")
        .get(pk=promise.pk)
    )
    if promise.state != State.OPEN:
        raise PromiseRefused(f"This promise is {promise.get_state_display().lower()} already.")
    _close(promise, State.UNDONE, now, by=by, said=f"Promise taken back: {_words(promise)}.")
    old = promise.replaces
    if old and old.state == State.REPLACED and promise.invoice.is_open:
        old.invoice, old.company, old.state = promise.invoice, promise.company, State.OPEN
        old.save(update_fields=["state"])
        if old.quiet_until >= old.company.local_date(now):
            _rest(old, until=old.quiet_until, by=by, now=now)
        _plan_note(old, now)
    return promise


@transaction.atomic
def settle(invoice_ids: Iterable[int], *, now: datetime) -> int:
    """Find promises kept by money that has come; returns how many."""
    kept = 0
    for promise in _open().filter(invoice__in=list(invoice_ids)):
        if promise.invoice.is_void or promise.invoice.is_deleted:
            gone = f"{promise.invoice} is not in the books any more; nobody owes its promise."
            _close(promise, State.UNDONE, now, said=gone)
        elif not promise.invoice.is_open or paid_since(promise) >= enough(promise):
            _close(promise, State.KEPT, now, said=f"Promise kept: {_words(promise)}.")
            kept += 1
        else:
            _plan_note(promise, now)
    return kept


@transaction.atomic
def evaluate(company: Company, *, now: datetime) -> tuple[int, int]:
    """Judge the open promises of a company; returns how many were kept and broken."""
    today = company.local_date(now)
    rows = _open().filter(company=company)
    kept = settle(rows.values_list("invoice", flat=True), now=now)
    broken = 0
    for promise in rows.filter(due_on__lt=today - PromiseToPay.GRACE):
        if _money_is_coming(promise, now):
            # A bank debit begun in time is judged when it has settled or failed.
            continue
        came = paid_since(promise)
        missing = _money(promise, promise.amount - came)
        _close(
            promise,
            State.BROKEN,
            now,
            said=f"Promise broken: {missing if came else _words(promise)} did not come by"
            f" {promise.due_on:%b} {promise.due_on.day}.",
        )
        tasks.open_task(
            company,
            kind=Task.Kind.CALL,
            key=_source(promise),
            title=f"Broken promise of {promise.invoice.customer}",
            detail=f"{_words(promise)} was promised by {promise.due_on:%b} {promise.due_on.day}"
            f"; {missing} is missing.",
            invoice=promise.invoice,
            amount=promise.amount - came,
            due_on=today,
            now=now,
        )
        broken += 1
    return kept, broken


def paid_since(promise: PromiseToPay) -> Decimal:
    """Money the books have put on the invoice since the promise was made."""
    day = promise.company.local_date(promise.made_at)
    found = PaymentLine.objects.filter(
        payment__company=promise.company_id,
        document_type="Invoice",
        document_id=promise.invoice.quickbooks_id,
        payment__is_void=False,
        payment__is_deleted=False,
        payment__paid_on__gte=day,
    ).filter(Q(payment__books_updated_at=None) | Q(payment__books_updated_at__gte=promise.made_at))
    return found.aggregate(sum=Sum("amount"))["sum"] or money.ZERO


@dataclass(frozen=True)
class Record:
    """How often a customer kept their word."""

    kept: int
    judged: int

    @property
    def rate(self) -> int | None:
        return round(100 * self.kept / self.judged) if self.judged else None


def record_of(customer: Customer) -> Record:
    """Promises kept among those that were judged."""
    counts = dict(
        PromiseToPay.objects.filter(
            invoice__customer=customer, state__in=[State.KEPT, State.BROKEN]
        )
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    return Record(counts.get(State.KEPT, 0), sum(counts.values()))


def _money_is_coming(promise: PromiseToPay, now: datetime) -> bool:
    rows = Hold.objects.of(promise.company).active(now).filter(reason=Hold.Reason.IN_FLIGHT)
    return rows.filter(invoice=promise.invoice).exists()


def _rest(promise: PromiseToPay, *, until: date, by: User | None = None, now: datetime) -> None:
    holds.place(
        promise.invoice,
        reason=Hold.Reason.PROMISE,
        until=until,
        note=f"{_money(promise, promise.amount)} by {promise.due_on:%b} {promise.due_on.day}",
        source=_source(promise),
        by=by,
        now=now,
    )


def _plan_note(promise: PromiseToPay, now: datetime) -> None:
    """One friendly word before the day, unless it was promised for at once."""
    made_on = promise.company.local_date(promise.made_at)
    agreed_touches.plan(
        promise.company,
        _source(promise),
        parts={promise.invoice_id: promise.amount - paid_since(promise)},
        anchor_on=promise.due_on,
        keys=NOTES,
        not_before=made_on + timedelta(days=1),
        last_on=promise.due_on - timedelta(days=1),
        now=now,
    )


def enough(promise: PromiseToPay) -> Decimal:
    """How much keeps the promise."""
    return promise.amount - min(MAY_LACK, money.quantize(promise.amount / 100))


def _open():
    return PromiseToPay.objects.open().select_related("company", "invoice__customer")


def _source(promise: PromiseToPay) -> str:
    return f"promise:{promise.pk}"


def _money(promise: PromiseToPay, amount: Decimal) -> str:
    return money.words(amount, promise.invoice.currency)


def _words(promise: PromiseToPay, invoice: Invoice | None = None) -> str:
    invoice = invoice or promise.invoice
    return f"{money.words(promise.amount, invoice.currency)} of {invoice}"


def _close(
    promise: PromiseToPay,
    state: str,
    now: datetime,
    *,
    by: User | None = None,
    said: str | None,
) -> None:
    promise.state = state
    promise.save(update_fields=["state"])
    over = f"the promise is {State(state).label.lower()}"
    agreed_touches.cancel(promise.company, _source(promise), reason=over, now=now)
    if said:
        log.record(
            f"promise.{state}",
            said,
            about=[promise, promise.invoice, promise.invoice.customer],
            by=by,
            at=now,
        )
    holds.lift_source(
        promise.company,
        _source(promise),
        by=by,
        now=now,
        reason=over,
    )
