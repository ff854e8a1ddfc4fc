"""Work for a person."""

from datetime import date

from django.db import models
from django.db.models import Q

from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User
from customers.models import Customer
from invoices.models.books import Invoice


class TaskQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def open(self):
        return self.filter(done_at=None)

    def waiting(self, today: date):
        """Open and not snoozed past today."""
        return self.open().filter(Q(snoozed_until=None) | Q(snoozed_until__lte=today))


class Task(CompanyOwned):
    """Something a person must do, with a reason in one sentence."""

    class Kind(models.TextChoices):
        VERIFY_PAYMENT = "verify_payment", "Verify a payment"
        ANSWER = "answer", "Answer"
        CALL = "call", "Call"
        FIX_DATA = "fix_data", "Fix data"
        PAYMENT_FAILED = "payment_failed", "Payment failed"
        CHARGEBACK = "chargeback", "Card dispute"
        MONEY = "money", "Money to match"
        REFUND = "refund", "Refund"
        OTHER = "other", "Other"

    kind = models.CharField(max_length=14, choices=Kind)
    # What it is about (``payment:pi_1``): the same thing opens one task.
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    detail = models.CharField(max_length=500, blank=True)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="tasks")
    invoice = models.ForeignKey(Invoice, models.SET_NULL, null=True, related_name="tasks")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    due_on = models.DateField(null=True)
    snoozed_until = models.DateField(null=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=300, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "key"], condition=Q(done_at=None), name="one_open_task_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.title
