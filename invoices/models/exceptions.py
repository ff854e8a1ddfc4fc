"""Where the ordinary plan does not apply: contested amounts and given words."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q

from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User
from invoices.models.books import Invoice


class Dispute(CompanyOwned):
    """An amount of an invoice the customer contests; the rest keeps moving."""

    class State(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="disputes")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_is_positive"),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state="open"), name="one_open_dispute"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice} disputed"


class PromiseQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def open(self):
        return self.filter(state=PromiseToPay.State.OPEN)


class PromiseToPay(CompanyOwned):
    """A customer's word that an amount will be paid by a day."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        BROKEN = "broken"
        REPLACED = "replaced"

    GRACE = timedelta(days=2)

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="promises")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_is_positive"),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state="open"), name="one_open_promise"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice} promised by {self.due_on}"

    @property
    def quiet_until(self) -> date:
        return self.due_on + self.GRACE
