"""Money that is on its way: captured or started at Stripe, not yet standing in the books."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from arbook.companies.models import Company
from reconciliation.models import Match, Posting, StripePayment


def by_invoice(company: Company, invoice_ids: Iterable[int]) -> dict[int, Decimal]:
    """What is on its way to each invoice; invoices without any are left out."""
    flying: dict[int, Decimal] = defaultdict(Decimal)
    rows = (
        Match.objects.of(company)
        .filter(invoice__in=list(invoice_ids))
        .exclude(payment__state=StripePayment.State.FAILED)
        .exclude(payment__posting__state=Posting.State.VERIFIED)
        .values_list("invoice_id", "amount")
    )
    for invoice_id, amount in rows:
        flying[invoice_id] += amount
    return dict(flying)
