"""A customer says it is paid: which money in the books or at Stripe they may mean, and why.

What a person refused for the same claim is remembered and not offered again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from arbook import money
from arbook.audit import log
from arbook.companies.models import User
from customers.models import Channel
from invoices import holds, tasks
from invoices.models import Hold, Invoice, Payment, PaymentLine, Task
from reconciliation import refused_pairs
from reconciliation.models import StripePayment

BEFORE, MOST = timedelta(days=90), 6
LEAST = 40
"""Below this many points nothing is worth a look."""
BOOKS, STRIPE = "books", "stripe"


class LikelyRefused(Exception):
    """The money cannot be named like this. The message is fit for the screen."""


@dataclass(frozen=True)
class Likely:
    """One payment, how well it fits, and the terms of that."""

    kind: str
    pk: int
    what: str
    amount: Decimal
    currency: str
    on: date
    score: int
    terms: tuple[tuple[str, int], ...]
    unapplied: Decimal = money.ZERO

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.pk}"


def of(task: Task, *, today: date) -> list[Likely]:
    """The payments that fit a claim, the best first. Of equal ones a person says which."""
    company, customer = task.company, task.customer
    if customer is None:
        return []
    wanted, others = _amounts(task)
    not_these, nor_these = refused_pairs.payments(task)
    said_on = company.local_date(task.opened_at)
    rows = Payment.objects.of(company).filter(
        is_void=False, is_deleted=False, total__gt=0, paid_on__gte=said_on - BEFORE
    )
    rows = rows.exclude(pk__in=not_these)
    # Somebody else's payment counts only when it is exactly the sum: perhaps booked wrongly.
    rows = rows.filter(
        Q(customer=customer) | Q(total__in=wanted, paid_on__gte=said_on - BEFORE / 3)
    )
    named = _on_invoice(task.invoice)
    found = [
        _of_books(row, task, (wanted, others), said_on, named)
        for row in rows.select_related("customer")[:200]
    ]
    addresses = customer.contacts.filter(channel=Channel.EMAIL).values("address")
    captured = (
        StripePayment.objects.of(company)
        .exclude(state=StripePayment.State.FAILED)
        .exclude(pk__in=nor_these)
        .filter(started_at__date__gte=said_on - BEFORE)
        .filter(Q(customer=customer) | Q(customer=None, payer_email__in=addresses)
                | Q(customer=None, amount__in=wanted))
        .prefetch_related("matches")
    )  # fmt: skip
    found += [_of_stripe(row, task, (wanted, others), said_on) for row in captured[:50]]
    fitting = [one for one in found if one.score >= LEAST]
    return sorted(fitting, key=lambda one: (-one.score, -one.on.toordinal(), one.name))[:MOST]


@transaction.atomic
def found(task: Task, name: str, *, by: User, now: datetime) -> Task:
    """This is the money they mean. What of it is not tied yet waits for somebody."""
    chosen = next(
        (one for one in of(task, today=task.company.local_date(now)) if one.name == name), None
    )
    if chosen is None:
        raise LikelyRefused("This payment is not there any more. Look again.")
    day = f"{chosen.on:%b} {chosen.on.day}"
    sum_ = money.words(chosen.amount, chosen.currency)
    done = tasks.finish(task, by=by, now=now, outcome=f"It is {chosen.what}, {sum_} of {day}.")
    if chosen.unapplied > 0:
        _have_it_applied(done, chosen, by, now)
    return done


@transaction.atomic
def not_this(task: Task, name: str, *, by: User, now: datetime) -> None:
    """This payment is for something else; the claim stays open."""
    chosen = [one for one in of(task, today=task.company.local_date(now)) if one.name == name]
    if not chosen:
        raise LikelyRefused("This payment is not there any more. Look again.")
    _refuse(task, chosen, by, now)


@transaction.atomic
def offer_again(task: Task, *, by: User, now: datetime) -> int:
    """What was refused for this claim may be meant after all; returns how many."""
    count, _ = refused_pairs.of(task).delete()
    if count:
        log.record(
            "payment.offered_again",
            f"Payments refused for this claim are offered again: {count}.",
            about=[task, task.customer],
            by=by,
            at=now,
        )
    return count


@transaction.atomic
def not_found(task: Task, *, by: User, now: datetime) -> Task:
    """No such money is there: reminders go on at the step due now, and none of it comes back."""
    done = tasks.finish(task, by=by, now=now, outcome="No such payment was found; reminders go on.")
    _refuse(done, of(done, today=done.company.local_date(now)), by, now)
    return done


def _refuse(task: Task, rows: list[Likely], by: User, now: datetime) -> None:
    refused_pairs.remember(
        task,
        books=[one.pk for one in rows if one.kind == BOOKS],
        stripe=[one.pk for one in rows if one.kind == STRIPE],
        by=by,
        now=now,
    )
    for one in rows:
        log.record(
            "payment.refused",
            f"{one.what}, {money.words(one.amount, one.currency)}, is not what"
            f" {task.customer} meant.",
            about=[task, task.customer, *([task.invoice] if task.invoice else [])],
            by=by,
            at=now,
        )


def _have_it_applied(task: Task, chosen: Likely, by: User, now: datetime) -> None:
    rest = money.words(chosen.unapplied, chosen.currency)
    work = tasks.open_task(
        task.company,
        kind=Task.Kind.MONEY,
        key=f"apply:{chosen.name}",
        title=f"Apply {rest} of {chosen.what} in QuickBooks",
        detail=f"{task.customer} meant this payment. It is tied to no invoice yet.",
        customer=task.customer,
        invoice=task.invoice,
        amount=chosen.unapplied,
        owner=by,
        due_on=task.company.local_date(now) + timedelta(days=1),
        now=now,
    )
    # Whoever has paid is not asked again because we are slow.
    holds.place(
        task.invoice or task.customer,
        reason=Hold.Reason.PAID_CLAIM,
        note="paid, not yet applied in QuickBooks",
        source=tasks.hold_source(work),
        by=by,
        now=now,
    )


def _amounts(task: Task) -> tuple[list[Decimal], list[Decimal]]:
    """Sums they probably speak of (what was said, the invoice's, all that is open), and others."""
    rows = Invoice.objects.open().filter(customer=task.customer)
    opened = list(rows.values_list("balance", flat=True))
    sums = {task.amount, sum(opened, money.ZERO)}
    if task.invoice:
        sums |= {task.invoice.balance, task.invoice.total}
    wanted = sorted(one for one in sums if one and one > 0)
    return wanted, sorted(set(opened) - set(wanted))


def _on_invoice(invoice: Invoice | None) -> set[int]:
    """Payments that settle a part of the invoice."""
    if invoice is None:
        return set()
    rows = PaymentLine.objects.filter(
        payment__company=invoice.company_id,
        document_type="Invoice",
        document_id=invoice.quickbooks_id,
    )
    return set(rows.values_list("payment", flat=True))


def _of_books(row: Payment, task: Task, sums, said_on, named) -> Likely:
    customer, words = task.customer, task.detail
    terms = [_amount_term(row.total, *sums), _day_term(row.paid_on, said_on)]
    terms.append(
        ("their payment", 15)
        if row.customer_id == customer.pk
        else (f"booked for {row.customer}", -10)
    )
    if row.unapplied > 0:
        terms.append(("tied to no invoice yet", 10))
    if row.pk in named:
        terms.append(("on this invoice", 10))
    if row.reference and row.reference.casefold() in words.casefold():
        terms.append((f"they named {row.reference}", 20))
    what = f"payment {row.reference or row.quickbooks_id}"
    return _likely(
        BOOKS, row.pk, what, row.total, row.currency, row.paid_on, terms, unapplied=row.unapplied
    )


def _of_stripe(row: StripePayment, task: Task, sums, said_on) -> Likely:
    customer, invoice = task.customer, task.invoice
    day = task.company.local_date(row.settled_at or row.started_at)
    terms = [_amount_term(row.amount, *sums), _day_term(day, said_on)]
    if row.customer_id == customer.pk:
        terms.append(("through their pay link", 20))
    elif row.payer_email:
        terms.append((f"from {row.payer_email}", 15))
    if invoice and any(match.invoice_id == invoice.pk for match in row.matches.all()):
        terms.append(("on this invoice", 10))
    what = f"{row.method or 'payment'} at Stripe, {row.get_state_display()}"
    return _likely(STRIPE, row.pk, what, row.amount, row.currency, day, terms)


def _likely(kind, pk, what, amount, currency, on, terms, **more) -> Likely:
    terms = tuple(one for one in terms if one[1])
    score = max(0, sum(points for _, points in terms))
    return Likely(kind, pk, what, amount, currency, on, score, terms, **more)


def _amount_term(amount: Decimal, wanted: list[Decimal], others: list[Decimal]) -> tuple[str, int]:
    if amount in wanted:
        return "exactly the amount", 50
    if amount in others:
        return "the amount of another invoice", 20
    if not wanted:
        return "", 0
    nearest = min(wanted, key=lambda one: abs(one - amount))
    off = abs(nearest - amount)
    points = 40 if off <= nearest / 100 else 20 if off <= nearest / 20 else -30
    return f"{money.words(off)} off", points


def _day_term(day: date, said_on: date) -> tuple[str, int]:
    days = abs((said_on - day).days)
    when = "the same day" if not days else f"{days} day{'s'[: days != 1]} apart"
    return when, 25 if days <= 5 else 15 if days <= 14 else 5 if days <= 45 else 0
