"""Paying in parts: an agreement laid over invoices, with its instalments."""

from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User
from customers.models import Customer
from invoices.models.books import Invoice


def _amount(**options) -> models.DecimalField:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class PaymentPlanQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def live(self):
        """Proposed, approved or running."""
        return self.filter(state__in=PaymentPlan.LIVE)

    def running(self):
        """Accepted by the customer, neither kept nor broken."""
        return self.filter(state=PaymentPlan.State.ACCEPTED)


class PaymentPlan(CompanyOwned):
    """What a customer pays in parts; the invoices rest while it is kept."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "waits for a manager"
        APPROVED = "approved", "offered to the customer"
        ACCEPTED = "accepted", "running"
        KEPT = "kept"
        BROKEN = "broken"
        CANCELLED = "cancelled"

    LIVE = (State.PROPOSED, State.APPROVED, State.ACCEPTED)
    OFFER = timedelta(days=14)
    """How long a plan may be approved and accepted."""
    GRACE = timedelta(days=3)
    """An instalment is missed when it has not come these days after its own."""
    MOST_MISSED = 2

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="plans")
    total = _amount()
    why = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    offered_until = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    # What the customer wrote as their name when they accepted.
    accepted_as = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)

    objects = PaymentPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="plan_is_positive"),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state__in=["proposed", "approved", "accepted"]),
                name="one_live_plan",
            ),
        ]

    def __str__(self) -> str:
        return f"Payment plan of {self.customer}"

    def get_absolute_url(self) -> str:
        return reverse("invoices:plan", args=[self.company.slug, self.pk])

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def source(self) -> str:
        """What its holds and touches name as where they come from."""
        return f"plan:{self.pk}"


class PlanInvoice(CompanyOwned):
    """An invoice a plan covers, and what was open on it when the plan was made."""

    plan = models.ForeignKey(PaymentPlan, models.CASCADE, related_name="parts")
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="plan_parts")
    amount = _amount()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "invoice"], name="one_part_per_invoice"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_part_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice}"


class Installment(CompanyOwned):
    """One payment of a plan; money fills them oldest first."""

    plan = models.ForeignKey(PaymentPlan, models.CASCADE, related_name="installments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount = _amount()
    paid = _amount(default=Decimal("0.00"))
    # Missed once is remembered, also when the money comes later.
    missed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_installment_per_number"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="installment_is_positive"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("amount")), name="installment_not_overpaid"
            ),
        ]

    def __str__(self) -> str:
        return f"Instalment {self.number}, {self.amount} by {self.due_on}"

    @property
    def is_paid(self) -> bool:
        return self.paid >= self.amount

    @property
    def left(self) -> Decimal:
        return self.amount - self.paid
