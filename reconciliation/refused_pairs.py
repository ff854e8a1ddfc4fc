"""Money a person said a claim does not mean: remembered, and not offered for that claim again."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from arbook.companies.models import CompanyOwned, User
from customers.models import Customer
from invoices.models import Invoice, Payment, Task


class RefusedPair(CompanyOwned):
    """One payment, in the books or at Stripe, and what it does not pay.

    Without an invoice it is refused where the customer named none.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    invoice = models.ForeignKey(Invoice, models.CASCADE, null=True, related_name="+")
    payment = models.ForeignKey(Payment, models.CASCADE, null=True, related_name="+")
    stripe_payment = models.ForeignKey(
        "reconciliation.StripePayment", models.CASCADE, null=True, related_name="+"
    )
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "invoice", "payment", "stripe_payment"],
                name="one_refusal_of_a_pair",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(payment=None) ^ Q(stripe_payment=None), name="one_payment_refused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment or self.stripe_payment} is not for {self.invoice or self.customer}"


def of(task: Task):
    """What was refused for the claim of a task."""
    return RefusedPair.objects.of(task.company).filter(customer=task.customer, invoice=task.invoice)


def payments(task: Task) -> tuple[list[int], list[int]]:
    """Payments in the books and at Stripe that are not offered."""
    rows = list(of(task).values_list("payment", "stripe_payment"))
    return [one for one, _ in rows if one], [other for _, other in rows if other]


def remember(task: Task, *, books: list[int], stripe: list[int], by: User, now: datetime) -> None:
    """Keep that none of these is meant; what is known already stays as it was."""
    about = {
        "company": task.company,
        "customer": task.customer,
        "invoice": task.invoice,
        "refused_by": by,
        "refused_at": now,
    }
    RefusedPair.objects.bulk_create(
        [
            *(RefusedPair(**about, payment_id=one) for one in books),
            *(RefusedPair(**about, stripe_payment_id=one) for one in stripe),
        ],
        ignore_conflicts=True,
    )
