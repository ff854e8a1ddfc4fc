"""Money that is on its way: captured or started at Stripe, not yet standing in the books."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from arbook.companies.models import Company
from invoices.models import Task
from reconciliation import posting
from reconciliation.models import Match, Posting, StripePayment


def by_invoice(company: Company, invoice_ids: Iterable[int]) -> dict[int, Decimal]:
    """What is on its way to each invoice; invoices without any are left out.

    What QuickBooks did not take as we asked counts until the person with its task is done.
    """
    waiting = Task.objects.of(company).open().filter(key=OuterRef("task"))
    a_person_saw_to_it = Q(
        payment__posting__state__in=[Posting.State.FAILED, Posting.State.DIFFERS]
    ) & ~Exists(waiting)
    flying: dict[int, Decimal] = defaultdict(Decimal)
    rows = (
        Match.objects.of(company)
        .filter(invoice__in=list(invoice_ids))
        .exclude(payment__state=StripePayment.State.FAILED)
        .exclude(payment__posting__state=Posting.State.VERIFIED)
        .annotate(
            task=Concat(
                Value(posting.TASK),
                Cast("payment__posting__pk", CharField()),
                output_field=CharField(),
            )
        )
        .exclude(a_person_saw_to_it)
        .values_list("invoice_id", "amount")
    )
    for invoice_id, amount in rows:
        flying[invoice_id] += amount
    return dict(flying)
