"""How money reaches the books once: intended, posted with one request id, read back, verified.

The body of a request is frozen before its first use, because QuickBooks answers a repeated request
id with its first answer. Only after a definite refusal is a new request made, with a new id.
"""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from arbook import money
from arbook.audit import log
from arbook.gateways.quickbooks_shapes import BookInvoice, BookPayment
from arbook.outbox import outbox
from invoices import holds, tasks
from invoices.models import Hold, Task
from reconciliation.models import Posting, StripePayment

# QuickBooks takes 50 characters for a request id and 21 for a payment reference.
TASK = "posting:"
"""With the posting's number, the key of the task for what QuickBooks did not take as asked."""

_REQUESTS = uuid.UUID("5c1f6a0e-6f0e-4f0f-9d39-3f6d5b0f7a11")


def request_id(payment: StripePayment, *, turn: int) -> str:
    """The same for every try of one intent; ``turn`` counts definite refusals."""
    name = f"{payment.company.uuid}:{payment.intent}:{turn}"
    return f"arb-{uuid.uuid5(_REQUESTS, name).hex}"


def intend(payment: StripePayment, *, now: datetime) -> Posting:
    """Want the payment recorded in QuickBooks; wanting it twice is wanting it once."""
    short = uuid.uuid5(_REQUESTS, f"{payment.company.uuid}:{payment.intent}").hex[:12].upper()
    made, is_new = Posting.objects.get_or_create(
        payment=payment,
        defaults={
            "company": payment.company,
            "request_id": request_id(payment, turn=1),
            "reference": f"ST-{short}",
            "intended_at": now,
        },
    )
    if is_new:
        outbox.enqueue(
            "reconciliation.post_payment",
            key=f"post:{payment.pk}",
            company=payment.company,
            payload={"posting": made.pk},
            # The payments of one customer reach the books one after the other.
            lane=f"post:{payment.customer_id}",
            now=now,
        )
    return made


def allocate(
    amount: Decimal, wanted: list[tuple[str, Decimal]], books: dict[str, BookInvoice | None]
) -> list[tuple[str, Decimal]]:
    """What of the amount goes on which invoice: never more than QuickBooks says is open there.

    What finds no place stays unapplied as the customer's credit. Pure.
    """
    left, parts = amount, []
    for invoice_id, part in wanted:
        book = books.get(invoice_id)
        open_there = book.balance if book and not book.is_void else money.ZERO
        given = min(left, part, open_there)
        if given > 0:
            parts.append((invoice_id, given))
            left -= given
    return parts


@transaction.atomic
def freeze(posting: Posting, books: dict[str, BookInvoice | None], *, now: datetime) -> Posting:
    """Fix what will be asked for, from books just read; asking again later asks the same."""
    posting = _locked(posting)
    if posting.intended:
        return posting
    wanted = [
        (match.invoice.quickbooks_id, match.amount)
        for match in posting.payment.matches.select_related("invoice").order_by("pk")
    ]
    parts = allocate(posting.payment.amount, wanted, books)
    posting.intended = {
        "customer": payer(posting.payment, parts, books),
        "paid_on": str(posting.company.local_date(posting.payment.settled_at or now)),
        "total": str(posting.payment.amount),
        "applied": [[invoice_id, str(part)] for invoice_id, part in parts],
    }
    posting.save(update_fields=["intended"])
    return posting


def payer(payment: StripePayment, parts, books: dict[str, BookInvoice | None]) -> str:
    """Whose money it is by the books' ids: who owes what it settles now, else who paid.

    A link outlives its customer: QuickBooks takes nothing for one that was merged into another.
    """
    owing = {books[invoice_id].customer_id for invoice_id, _ in parts}
    if len(owing) == 1:
        return owing.pop()
    return (payment.customer.merged_into or payment.customer).quickbooks_id


@transaction.atomic
def refused(posting: Posting, *, error: str, turn: int) -> Posting:
    """QuickBooks surely did not take it: prepare another request under a new id."""
    posting = _locked(posting)
    if posting.state == Posting.State.INTENDED and posting.turn == turn:
        posting.turn = turn + 1
        posting.request_id = request_id(posting.payment, turn=posting.turn)
        posting.intended = {}
        posting.error = error
        posting.save(update_fields=["turn", "request_id", "intended", "error"])
    return posting


def _locked(posting: Posting) -> Posting:
    return (
        Posting.objects.select_for_update(of=["self"])
        .select_related("company", "payment__customer__merged_into", "payment__company")
        .get(pk=posting.pk)
    )


@transaction.atomic
def mark_posted(posting: Posting, found: BookPayment, *, now: datetime) -> Posting:
    """Write down what QuickBooks holds now, compare it with what was asked, and let go."""
    posting = _locked(posting)
    if posting.state == Posting.State.VERIFIED:
        return posting
    posting.quickbooks_id = found.id
    posting.posted_at = posting.posted_at or now
    posting.read_back_at = now
    posting.found = {
        "total": str(found.total),
        "unapplied": str(found.unapplied),
        "applied": [
            [line.txn_id, str(line.amount)]
            for line in found.applied
            if line.txn_type == "Invoice" and line.amount
        ],
    }
    agrees = Decimal(posting.found["total"]) == posting.payment.amount and sorted(
        posting.found["applied"]
    ) == sorted(_as_cents(posting.intended.get("applied", [])))
    posting.state = Posting.State.VERIFIED if agrees else Posting.State.DIFFERS
    posting.error = "" if agrees else "QuickBooks holds something else than was asked for."
    posting.save()
    _say(posting, found, now)
    return posting


def _as_cents(parts: list) -> list:
    return [[invoice_id, str(money.quantize(part))] for invoice_id, part in parts]


def _say(posting: Posting, found: BookPayment, now: datetime) -> None:
    payment = posting.payment
    invoices = [match.invoice for match in payment.matches.select_related("invoice")]
    numbers = ", ".join(invoice.number or invoice.quickbooks_id for invoice in invoices)
    entry = log.record(
        "money.posted",
        f"{money.words(payment.amount, payment.currency)} recorded in QuickBooks as payment "
        f"{found.id} on invoice {numbers}, read back",
        about=[posting, payment, *invoices, payment.customer],
        by=None,
        at=now,
        company=posting.company,
        quickbooks_id=found.id,
        request_id=posting.request_id,
    )
    with log.because(entry.pk):
        holds.lift_source(
            posting.company, f"payment:{payment.intent}", now=now, reason="It stands in QuickBooks."
        )
        tasks.finish_key(
            posting.company, f"{TASK}{posting.pk}", by=None, now=now, outcome="It is in QuickBooks."
        )
        if posting.state == Posting.State.DIFFERS:
            _open_task(posting, Task.Kind.MONEY, "was recorded differently from what we asked", now)
        elif found.unapplied > 0:
            _open_task(
                posting,
                Task.Kind.REFUND,
                f"paid {money.words(found.unapplied, payment.currency)} more than was open",
                now,
            )


def _open_task(posting: Posting, kind: str, what: str, now: datetime, detail: str = "") -> Task:
    payment = posting.payment
    return tasks.open_task(
        posting.company,
        kind=kind,
        key=f"{TASK}{posting.pk}",
        title=f"{payment.customer}: {money.words(payment.amount, payment.currency)} {what}",
        detail=detail
        or f"QuickBooks payment {posting.quickbooks_id}, reference {posting.reference}.",
        customer=payment.customer,
        amount=payment.amount,
        now=now,
    )


@transaction.atomic
def mark_failed(posting: Posting, *, error: str, now: datetime) -> None:
    """No further try by itself: a person must see to it, and the invoices rest until then."""
    posting = _locked(posting)
    posting.state = Posting.State.FAILED
    posting.error = error
    posting.save(update_fields=["state", "error"])
    payment = posting.payment
    log.record(
        "money.posting_failed",
        f"QuickBooks did not take {money.words(payment.amount, payment.currency)}: {error}",
        about=[posting, payment, payment.customer],
        by=None,
        at=now,
        company=posting.company,
    )
    task = _open_task(
        posting,
        Task.Kind.MONEY,
        "could not be recorded in QuickBooks",
        now,
        detail=f"{error} Record it there by hand with the reference {posting.reference}. Reminders"
        " of its invoices rest until this is done.",
    )
    # From now on the task keeps the invoices quiet, so that finishing it lets them go on.
    holds.lift_source(
        posting.company, f"payment:{payment.intent}", now=now, reason="A person sees to it."
    )
    for match in payment.matches.select_related("invoice__customer"):
        holds.place(
            match.invoice,
            reason=Hold.Reason.IN_FLIGHT,
            source=tasks.hold_source(task),
            note="paid, and not taken by QuickBooks",
            by=None,
            now=now,
        )
