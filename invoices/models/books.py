"""The receivable as QuickBooks keeps it: mirrored, read-only for us."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from arbook.companies.models import Company, CompanyOwned, CompanyQuerySetMixin
from customers.models import Customer


def _amount(**options) -> models.DecimalField:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class BooksState(models.Model):
    """How far the mirror of one company's books has come, and how well it agrees."""

    company = models.OneToOneField(Company, models.CASCADE, related_name="books")
    full_synced_at = models.DateTimeField(null=True)
    # The server's own time up to which change data capture was read.
    changes_until = models.DateTimeField(null=True)
    last_read_at = models.DateTimeField(null=True)
    needs_full = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    drift_checked_at = models.DateTimeField(null=True)
    drift_amount = _amount(default=Decimal("0.00"))
    home_currency = models.CharField(max_length=3, default="USD")
    closed_until = models.DateField(null=True)

    def __str__(self) -> str:
        return f"Books of {self.company}"


class InvoiceQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def open(self):
        """Invoices with something left to pay."""
        return self.filter(balance__gt=0, is_void=False, is_deleted=False)

    def past_due(self, today: date):
        """Open invoices whose due date has passed."""
        return self.open().filter(due_on__lt=today)

    def with_ages_from(self):
        """Adds ``ages_from``: the due date, or the issue date where the books have none."""
        return self.annotate(ages_from_on=Coalesce("due_on", "issued_on"))


class Invoice(CompanyOwned):
    """One invoice of the books. ``balance`` is what QuickBooks says is left to pay."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    quickbooks_id = models.CharField(max_length=40)
    sync_token = models.CharField(max_length=20, blank=True)
    number = models.CharField(max_length=40, blank=True)
    issued_on = models.DateField()
    due_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    total = _amount()
    balance = _amount()
    currency = models.CharField(max_length=3, default="USD")
    terms = models.CharField(max_length=100, blank=True)
    bill_email = models.CharField(max_length=500, blank=True)
    email_status = models.CharField(max_length=20, blank=True)
    memo = models.TextField(blank=True)
    # QuickBooks' own pay page beside ours risks that the customer pays twice.
    online_payment = models.BooleanField(default=False)
    is_void = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    books_updated_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField()
    # The day the balance reached zero, as far as the mirror saw it.
    closed_on = models.DateField(null=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["issued_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "quickbooks_id"], name="one_invoice_per_book_id"
            )
        ]
        indexes = [
            models.Index(
                F("company"),
                F("customer"),
                F("due_on"),
                F("balance"),
                condition=Q(balance__gt=0, is_void=False, is_deleted=False),
                name="invoice_open",
            ),
            models.Index(fields=["company", "number"], name="invoice_by_number"),
        ]

    def __str__(self) -> str:
        return f"Invoice {self.number or self.quickbooks_id}"

    def get_absolute_url(self) -> str:
        return reverse("invoices:detail", args=[self.company.slug, self.pk])

    @property
    def is_open(self) -> bool:
        return self.balance > 0 and not self.is_void and not self.is_deleted

    @property
    def ages_from(self) -> date:
        return self.due_on or self.issued_on

    def days_past_due(self, today: date) -> int:
        """Days after the due date; zero or less while it is not past due."""
        return (today - self.ages_from).days


class CreditMemo(CompanyOwned):
    """Credit given; ``remaining`` still counts against the receivable."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="credit_memos")
    quickbooks_id = models.CharField(max_length=40)
    sync_token = models.CharField(max_length=20, blank=True)
    number = models.CharField(max_length=40, blank=True)
    issued_on = models.DateField()
    total = _amount()
    remaining = _amount()
    currency = models.CharField(max_length=3, default="USD")
    is_void = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    books_updated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "quickbooks_id"], name="one_credit_memo_per_book_id"
            )
        ]

    def __str__(self) -> str:
        return f"Credit memo {self.number or self.quickbooks_id}"


class Payment(CompanyOwned):
    """Money recorded in QuickBooks; ``unapplied`` is credit not yet tied to an invoice."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments")
    quickbooks_id = models.CharField(max_length=40)
    sync_token = models.CharField(max_length=20, blank=True)
    paid_on = models.DateField()
    total = _amount()
    unapplied = _amount(default=Decimal("0.00"))
    currency = models.CharField(max_length=3, default="USD")
    reference = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    is_void = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    books_updated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "quickbooks_id"], name="one_payment_per_book_id"
            )
        ]
        indexes = [models.Index(fields=["company", "paid_on"], name="payment_by_day")]

    def __str__(self) -> str:
        return f"Payment {self.reference or self.quickbooks_id}"


class PaymentLine(models.Model):
    """The part of a payment that is tied to one document of the books."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="lines")
    document_type = models.CharField(max_length=30)
    document_id = models.CharField(max_length=40)
    amount = _amount()

    class Meta:
        indexes = [models.Index(fields=["document_type", "document_id"], name="line_by_document")]

    def __str__(self) -> str:
        return f"{self.amount} on {self.document_type} {self.document_id}"


class JournalLine(CompanyOwned):
    """A journal entry's line on a customer's receivable: a debit adds, a credit takes away."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="journal_lines")
    journal_id = models.CharField(max_length=40)
    line_id = models.CharField(max_length=40)
    dated_on = models.DateField()
    amount = _amount()
    description = models.CharField(max_length=500, blank=True)
    is_deleted = models.BooleanField(default=False)
    books_updated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "journal_id", "line_id"], name="one_journal_line"
            )
        ]

    def __str__(self) -> str:
        return f"Journal entry {self.journal_id}"


class SyncProblem(CompanyOwned):
    """A record of the books that could not be mirrored, kept until it can."""

    entity = models.CharField(max_length=30)
    quickbooks_id = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300)
    raw = models.TextField(blank=True)
    seen_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "entity", "quickbooks_id"],
                condition=Q(solved_at=None),
                name="one_open_problem_per_record",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.quickbooks_id}: {self.reason}"


class DriftFinding(CompanyOwned):
    """One document on which our sums and QuickBooks' own report disagree."""

    checked_at = models.DateTimeField()
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="+")
    document_type = models.CharField(max_length=30)
    document_id = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=40, blank=True)
    ours = _amount()
    theirs = _amount()
    explanation = models.CharField(max_length=300)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.document_type} {self.number}: {self.ours} here, {self.theirs} in the books"

    @property
    def difference(self) -> Decimal:
        return self.theirs - self.ours
