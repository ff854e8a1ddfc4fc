"""Where the ordinary plan does not apply: contested amounts and given words."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Q

from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User
from invoices.models.books import Invoice


class Dispute(CompanyOwned):
    """An amount of an invoice the customer contests; the rest keeps moving."""

    class State(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"
        # Opened by mistake: it never was one.
        UNDONE = "undone", "taken back"

    class Kind(models.TextChoices):
        PRICE = "price", "Price"
        QUANTITY = "quantity", "Quantity or missing items"
        QUALITY = "quality", "Quality or damage"
        NOT_RECEIVED = "not_received", "Not received"
        NOT_ORDERED = "not_ordered", "Not ordered"
        DUPLICATE = "duplicate", "Billed twice"
        TAX = "tax", "Tax or fees"
        OTHER = "other", "Other"

    class Ending(models.TextChoices):
        CREDITED = "credited", "Credited in QuickBooks"
        PARTLY = "partly", "Credited in part"
        REJECTED = "rejected", "Rejected: the amount is owed"
        SETTLED = "settled", "Nothing is open any more"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="disputes")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    # What QuickBooks has credited of it since, read back; that much is not contested any more.
    credited = models.DecimalField(
        max_digits=14, decimal_places=2, default=Decimal("0.00"), db_default=Decimal("0.00")
    )
    # The invoice's total when it was opened: a smaller one later is a correction.
    total_then = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OTHER, db_default="other")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True, default="", db_default="")
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

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def contested(self) -> Decimal:
        """What is still set aside."""
        return max(self.amount - self.credited, Decimal("0.00"))


class Evidence(CompanyOwned):
    """What somebody put beside a dispute: a note, a picture, a document. Kept as it came."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="evidence")
    note = models.CharField(max_length=1000, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=60, blank=True)
    content = models.BinaryField(default=bytes)
    size = models.PositiveIntegerField(default=0)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.file_name or self.note[:60]


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
        # Recorded by mistake: nobody kept or broke it.
        UNDONE = "undone", "taken back"

    GRACE = timedelta(days=2)

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="promises")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    # The word it took the place of, which counts again when this one is taken back.
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

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
