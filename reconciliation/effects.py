"""What reconciliation does outside: record a payment in QuickBooks, close a Stripe page."""

from datetime import datetime

from arbook import clock, money
from arbook.gateways import errors, quickbooks, stripe
from arbook.gateways.quickbooks_shapes import BookPayment
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, effect
from invoices import mirror
from reconciliation import checkout, posting
from reconciliation.models import CheckoutAttempt, Posting

# A body QuickBooks refused because the invoice moved meanwhile is worked out again, this often.
MOST_TURNS = 4
# Tries an hour apart at last: books that are away for a weekend get their money by themselves.
DAYS_OF_TRIES = 120


def _posting(one: Effect) -> Posting:
    return Posting.objects.select_related("company", "payment__customer").get(
        pk=one.payload["posting"]
    )


def _find(one: Effect, now: datetime) -> dict | None:
    """Whether a posting in doubt stands in QuickBooks."""
    row = _posting(one)
    books = quickbooks.of(row.company)
    found = books.find_payment(row.reference)
    return _settle(row, books, found, now) if found else None


def _settle(row: Posting, books, found: BookPayment, now: datetime) -> dict:
    """Read back what was recorded, and let the mirror see it."""
    read = books.read_payment(found.id)
    if read is None:
        raise errors.Unknown(f"QuickBooks payment {found.id} cannot be read back.")
    touched = books.read_invoices(
        [part.txn_id for part in read.applied if part.txn_type == "Invoice"]
    )
    seen = mirror.Found(invoices=list(touched.values()), payments=[read])
    mirror.take(row.company, seen, now=now)
    posting.mark_posted(row, read, now=now)
    return {
        "quickbooks_id": read.id,
        "reference": row.reference,
        "total": str(money.quantize(read.total)),
        "applied": sorted(
            [part.txn_id, str(money.quantize(part.amount))]
            for part in read.applied
            if part.txn_type == "Invoice" and part.amount
        ),
    }


def _preview_posting(one: Effect, now: datetime) -> Foretold:
    """What QuickBooks would hold afterwards; what it holds already is not posted again."""
    row = _posting(one)
    books = quickbooks.of(row.company)
    found = books.find_payment(row.reference)
    if found:
        said = f"QuickBooks holds it already, as payment {found.id}. Nothing would be posted again."
        known = {"quickbooks_id": found.id, "reference": row.reference}
        return Foretold([said], happens=False, result=known)
    if not row.intended:
        wanted = row.payment.matches.values_list("invoice__quickbooks_id", flat=True)
        row = posting.freeze(row, books.read_invoices(list(wanted)), now=now)
    currency = row.payment.currency
    numbers = dict(row.payment.matches.values_list("invoice__quickbooks_id", "invoice__number"))
    parts = [(one, money.quantize(part)) for one, part in row.intended["applied"]]
    left = row.payment.amount - sum(part for _, part in parts)
    sentences = [
        f"Would post a payment of {money.words(row.payment.amount, currency)}"
        f" by {row.payment.customer}, dated {row.intended['paid_on']}.",
        *(
            f"{money.words(part, currency)} of it on invoice {numbers.get(invoice) or invoice}."
            for invoice, part in parts
        ),
    ]
    if left:
        sentences.append(f"{money.words(left, currency)} would stay unapplied, as credit.")
    known = {
        "reference": row.reference,
        "total": str(money.quantize(row.payment.amount)),
        "applied": sorted([invoice, str(part)] for invoice, part in parts),
    }
    return Foretold(sentences, result=known)


def _failed(one: Effect, error: Exception, now: datetime) -> None:
    posting.mark_failed(_posting(one), error=str(error), now=now)


@effect(
    "reconciliation.post_payment",
    rank=10,
    resolve=_find,
    failed=_failed,
    preview=_preview_posting,
    chunk=16,
    max_attempts=DAYS_OF_TRIES,
)
def post_payment(one: Effect, prepared) -> dict:
    """Record one captured payment in QuickBooks, exactly once."""
    now = clock.now()
    row = _posting(one)
    books = quickbooks.of(row.company)
    if one.attempts > 1 or row.state != Posting.State.INTENDED:
        # Somebody has tried before: look before asking again, however long ago it was.
        found = books.find_payment(row.reference)
        if found:
            return _settle(row, books, found, now)
    for _ in range(MOST_TURNS):
        if not row.intended:
            wanted = row.payment.matches.values_list("invoice__quickbooks_id", flat=True)
            row = posting.freeze(row, books.read_invoices(list(wanted)), now=now)
        try:
            made = books.record_payment(
                request_id=row.request_id,
                customer_id=row.intended["customer"],
                paid_on=datetime.fromisoformat(row.intended["paid_on"]).date(),
                total=row.payment.amount,
                applied=[
                    (invoice_id, money.quantize(part))
                    for invoice_id, part in row.intended["applied"]
                ],
                reference=row.reference,
                note=f"arbook {row.payment.intent}",
                currency=row.payment.currency,
            )
        except errors.Refused as refusal:
            if row.turn >= MOST_TURNS or not _has_moved(refusal):
                raise
            row = posting.refused(row, error=str(refusal), turn=row.turn)
            continue
        return _settle(row, books, made, now)
    raise errors.Refused("QuickBooks refused every way of applying this payment.")


def _has_moved(refusal: errors.Refused) -> bool:
    """A business rule (6000), or an invoice that is gone (610, 2500): the books moved meanwhile."""
    return refusal.code.startswith("6") or refusal.code == "2500"


def _preview_closing(one: Effect, now: datetime) -> Foretold:
    attempt = CheckoutAttempt.objects.select_related("company").get(pk=one.payload["attempt"])
    amount = money.words(attempt.amount, attempt.currency)
    return Foretold([f"Would close the page at Stripe over {amount}."])


@effect("reconciliation.expire_checkout", preview=_preview_closing, chunk=16, rank=10)
def expire_checkout(one: Effect, prepared) -> dict:
    """Close a Stripe page whose amount is no longer what is owed."""
    attempt = CheckoutAttempt.objects.select_related("company").get(pk=one.payload["attempt"])
    page = stripe.of(attempt.company).expire_checkout(attempt.session_id)
    checkout.page_seen(attempt, page)
    return {"state": page.state}
