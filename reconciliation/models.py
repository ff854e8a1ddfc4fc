"""Money: from the link a customer taps to the payment that stands in QuickBooks."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse

from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User
from customers.models import Customer
from invoices.models import Invoice
from reconciliation.refused_pairs import RefusedPair as RefusedPair


def _amount(**options) -> models.DecimalField:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class PayLink(CompanyOwned):
    """Our own permanent pay page for a set of invoices of one customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="pay_links")
    # The sorted invoice keys: the same set has the same link, in whatever message.
    invoice_set = models.CharField(max_length=2000)
    invoices = models.ManyToManyField(Invoice, related_name="pay_links")
    created_at = models.DateTimeField()
    first_opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "invoice_set"], name="one_link_per_set")
        ]

    def __str__(self) -> str:
        return f"Pay link {self.pk} of {self.customer}"


class CheckoutAttempt(CompanyOwned):
    """One Stripe Checkout page for one exact amount, opened by a tap on a pay link."""

    class State(models.TextChoices):
        OPENING = "opening"
        OPEN = "open"
        PROCESSING = "processing", "in flight"
        COMPLETE = "complete"
        EXPIRED = "expired"
        FAILED = "failed"

    link = models.ForeignKey(PayLink, models.CASCADE, related_name="attempts")
    amount = _amount()
    currency = models.CharField(max_length=3, default="USD")
    # What the amount consists of when the page was opened: [[invoice key, "162.07"], ...]
    parts = models.JSONField(default=list)
    session_id = models.CharField(max_length=255, blank=True)
    url = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPENING)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "session_id"],
                condition=~Q(session_id=""),
                name="one_attempt_per_session",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} through {self.link}"

    @property
    def idempotency_key(self) -> str:
        return f"arbook-pay-{self.company.uuid.hex[:12]}-{self.pk}"


class StripePaymentQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def in_flight(self):
        """Started, not settled: bank debits on their way."""
        return self.filter(state=StripePayment.State.IN_FLIGHT)


class StripePayment(CompanyOwned):
    """Money captured at Stripe: one row per PaymentIntent, whatever events speak of it."""

    class State(models.TextChoices):
        IN_FLIGHT = "in_flight", "in flight"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    intent = models.CharField(max_length=255)
    attempt = models.ForeignKey(
        CheckoutAttempt, models.SET_NULL, null=True, related_name="payments"
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="stripe_payments"
    )
    amount = _amount()
    currency = models.CharField(max_length=3, default="USD")
    state = models.CharField(max_length=9, choices=State)
    method = models.CharField(max_length=40, blank=True)
    charge = models.CharField(max_length=255, blank=True)
    fee = _amount(null=True)
    payer_email = models.CharField(max_length=254, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    refunded = _amount(default=Decimal("0.00"))
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    objects = StripePaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["company", "intent"], name="one_payment_per_intent")
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} by {self.method or 'Stripe'}"

    def get_absolute_url(self) -> str:
        return reverse("reconciliation:payment", args=[self.company.slug, self.pk])


class Match(CompanyOwned):
    """The part of a captured payment that belongs to one invoice, and who says so."""

    class Source(models.TextChoices):
        CHECKOUT = "checkout", "the pay page"
        PERSON = "person", "a person"

    payment = models.ForeignKey(StripePayment, models.CASCADE, related_name="matches")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="matches")
    amount = _amount()
    source = models.CharField(max_length=8, choices=Source)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="one_match_per_invoice"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="match_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.invoice}"


class Posting(CompanyOwned):
    """Our one request to record a payment in QuickBooks, and what was found there afterwards."""

    class State(models.TextChoices):
        INTENDED = "intended"
        POSTED = "posted", "posted, not yet read back"
        VERIFIED = "verified"
        DIFFERS = "differs", "read back different"
        FAILED = "failed"

    payment = models.OneToOneField(StripePayment, models.PROTECT, related_name="posting")
    # QuickBooks' requestid (at most 50) and PaymentRefNum (at most 21).
    request_id = models.CharField(max_length=50)
    # Counts requests: only a definite refusal makes a new one.
    turn = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=21)
    # What was asked for: customer id, day, total and [[invoice id, "162.07"], ...].
    intended = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.INTENDED)
    quickbooks_id = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    intended_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)
    read_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-intended_at"]
        constraints = [
            models.UniqueConstraint(fields=["company", "request_id"], name="one_request_id"),
            models.UniqueConstraint(fields=["company", "reference"], name="one_reference"),
        ]

    def __str__(self) -> str:
        return f"Posting {self.reference}"


class Chargeback(CompanyOwned):
    """A card dispute: the cardholder's bank pulls money back."""

    payment = models.ForeignKey(
        StripePayment, models.PROTECT, null=True, related_name="chargebacks"
    )
    dispute_id = models.CharField(max_length=255)
    amount = _amount()
    reason = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=40)
    evidence_due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "dispute_id"], name="one_chargeback")
        ]

    def __str__(self) -> str:
        return f"Chargeback {self.dispute_id}"
