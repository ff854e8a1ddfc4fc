"""Money at Stripe, written down: one row per PaymentIntent, whatever events speak of it.

Every door hands in the payment as it was just read from Stripe, never as an event told it. States
move forward only, so events may come doubled, late and in any order.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.audit import log
from arbook.companies.models import Company, Role
from arbook.gateways.stripe_shapes import CardPayment
from arbook.outbox import outbox
from arbook.upsert import is_key
from invoices import cadence, holds, tasks
from invoices.models import Hold, Invoice, Task
from reconciliation import posting, setbacks, telling
from reconciliation.models import CheckoutAttempt, Match, StripePayment

State = StripePayment.State
METHODS = {"card": "card", "us_bank_account": "bank debit (ACH)"}


@transaction.atomic
def observe(company: Company, seen: CardPayment, *, now: datetime) -> StripePayment | None:
    """Write down where a payment stands; None while there is nothing to say about it yet."""
    attempt = _attempt(company, seen.metadata)
    state = _state(seen)
    if state is None:
        return None
    StripePayment.objects.bulk_create(
        [
            StripePayment(
                company=company,
                intent=seen.id,
                attempt=attempt,
                customer=attempt.link.customer if attempt else None,
                amount=seen.received or seen.amount,
                currency=seen.currency,
                state=State.IN_FLIGHT,
                started_at=now,
                # Set below; an empty method marks a row that nobody has judged yet.
                method="",
            )
        ],
        ignore_conflicts=True,
    )
    payment = (
        StripePayment.objects.select_for_update(of=["self"])
        .select_related("company", "customer", "attempt__link")
        .get(company=company, intent=seen.id)
    )
    is_new = not payment.method
    payment.method = METHODS.get(seen.method, seen.method or "Stripe")
    payment.charge = seen.charge or payment.charge
    payment.fee = seen.fee if seen.fee is not None else payment.fee
    payment.payer_email = (seen.customer_email or payment.payer_email)[:254]
    if payment.state != State.SUCCEEDED and (is_new or state != payment.state):
        _move(payment, seen, state, now)
    payment.save()
    return payment


def _attempt(company: Company, metadata: dict) -> CheckoutAttempt | None:
    """Our own attempt, named by the metadata we gave it: the event may outrun our own answer."""
    number = str(metadata.get("attempt", ""))
    if metadata.get("company") != str(company.uuid) or not is_key(number):
        return None
    return (
        CheckoutAttempt.objects.of(company)
        .select_related("link__customer")
        .filter(pk=int(number))
        .first()
    )


def _state(seen: CardPayment) -> str | None:
    if seen.state == "succeeded":
        return State.SUCCEEDED
    if seen.state == "processing":
        return State.IN_FLIGHT
    if seen.state == "canceled" or seen.failure_code:
        return State.FAILED
    return None


def _move(payment: StripePayment, seen: CardPayment, state: str, now: datetime) -> None:
    payment.state = state
    payment.amount = seen.received or seen.amount
    if state == State.IN_FLIGHT:
        _started(payment, now)
    elif state == State.SUCCEEDED:
        _succeeded(payment, now)
    else:
        # After a declined card Stripe's page stays open: it can be tried again, and must be closed
        # when nothing is owed any more.
        if payment.attempt and payment.attempt.state == CheckoutAttempt.State.PROCESSING:
            _close_attempt(payment, CheckoutAttempt.State.FAILED)
        setbacks.failed(payment, seen, now)


def _match(payment: StripePayment, now: datetime) -> list[Invoice]:
    """Tie the money to the invoices its page was opened for, in their order, up to its amount."""
    if payment.attempt is None:
        return []
    invoices = {
        invoice.pk: invoice
        for invoice in Invoice.objects.of(payment.company).filter(
            pk__in=[pk for pk, _ in payment.attempt.parts]
        )
    }
    left, matched = payment.amount, []
    for pk, written in payment.attempt.parts:
        part = min(left, Decimal(written))
        if pk not in invoices or part <= 0:
            continue
        Match.objects.update_or_create(
            payment=payment,
            invoice=invoices[pk],
            defaults={
                "company": payment.company,
                "amount": part,
                "source": Match.Source.CHECKOUT,
                "accepted_at": now,
            },
        )
        left -= part
        matched.append(invoices[pk])
    return matched


def _started(payment: StripePayment, now: datetime) -> None:
    """A bank debit is on its way: quiet, and not paid."""
    invoices = _match(payment, now)
    _close_attempt(payment, CheckoutAttempt.State.PROCESSING)
    entry = telling.record(
        payment,
        "money.in_flight",
        f"{money.words(payment.amount, payment.currency)} is on its way by {payment.method}",
        invoices,
        now,
    )
    with log.because(entry.pk):
        for invoice in invoices:
            holds.place(
                invoice,
                reason=Hold.Reason.IN_FLIGHT,
                # Ending it asks for money that is already under way.
                lift_role=Role.MANAGER,
                source=telling.source_of(payment),
                note=f"{money.words(payment.amount, payment.currency)} by {payment.method},"
                " not settled yet",
                by=None,
                now=now,
            )


def _succeeded(payment: StripePayment, now: datetime) -> None:
    """The money is there: match it, stop asking, have it posted, say thank you."""
    payment.settled_at = now
    payment.failure = ""
    invoices = _match(payment, now)
    _close_attempt(payment, CheckoutAttempt.State.COMPLETE)
    entry = telling.record(
        payment,
        "money.captured",
        f"{money.words(payment.amount, payment.currency)} was paid by {payment.method}",
        invoices,
        now,
    )
    with log.because(entry.pk):
        tasks.finish_key(
            payment.company, f"failed:{payment.intent}", by=None, now=now, outcome="Paid after all"
        )
        if payment.customer is None or not invoices:
            _ask_a_person(payment, now)
            return
        for invoice in invoices:
            holds.place(
                invoice,
                reason=Hold.Reason.IN_FLIGHT,
                # Ending it asks for money that is already under way.
                lift_role=Role.MANAGER,
                source=telling.source_of(payment),
                note="paid, on its way into QuickBooks",
                by=None,
                now=now,
            )
        _cancel_reminders(payment, now)
        posting.intend(payment, now=now)
        outbox.enqueue(
            "messaging.receipt",
            key=f"receipt:{payment.pk}",
            company=payment.company,
            payload={"payment": payment.pk},
            now=now,
        )
        outbox.enqueue(
            "messaging.revisit",
            key=f"revisit:{payment.customer_id}:{entry.pk}",
            company=payment.company,
            payload={"customer": payment.customer_id},
            now=now,
        )


def _cancel_reminders(payment: StripePayment, now: datetime) -> None:
    paid = [
        match.invoice_id
        for match in payment.matches.select_related("invoice")
        if match.amount >= match.invoice.balance
    ]
    cadence.cancel(paid, reason=f"paid by {payment.method}", now=now)


def _close_attempt(payment: StripePayment, state: str) -> None:
    if payment.attempt and payment.attempt.state != CheckoutAttempt.State.COMPLETE:
        payment.attempt.state = state
        payment.attempt.save(update_fields=["state"])


def _ask_a_person(payment: StripePayment, now: datetime) -> None:
    tasks.open_task(
        payment.company,
        kind=Task.Kind.MONEY,
        key=f"match:{payment.intent}",
        title=f"{money.words(payment.amount, payment.currency)} at Stripe is tied to no invoice",
        detail="It did not come through one of our pay links. Match it, or record it by hand.",
        customer=payment.customer,
        amount=payment.amount,
        now=now,
    )
