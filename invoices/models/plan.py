"""The plan to collect: planned touches, reasons to be quiet, what a person must decide."""

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, Role, User
from customers.models import Customer
from invoices.models.books import Invoice
from invoices.models.policy import CadenceStep


class ReminderQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def planned(self):
        return self.filter(state=Reminder.State.PLANNED)

    def due(self, today):
        """Planned touches whose day has come."""
        return self.planned().filter(due_on__lte=today)


class Reminder(CompanyOwned):
    """One planned touch for one invoice. Each open invoice has at most one planned: its next.

    A promise or a plan may have one more, its own.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        SENT = "sent"
        SKIPPED = "skipped"
        CANCELLED = "cancelled"
        PASSED = "passed", "passed over"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="reminders")
    step = models.ForeignKey(CadenceStep, models.PROTECT, related_name="+")
    step_key = models.SlugField(max_length=40)
    anchor_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    # An agreement (``promise:3``, ``plan:7``) has touches of its own, beside those of the cadence.
    source = models.CharField(max_length=40, blank=True, default="", db_default="")
    # What such a touch asks for; the others ask for all that is open.
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    # A dry run takes its own steps; going live starts with none of them taken.
    is_rehearsal = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "step_key", "anchor_on", "is_rehearsal"],
                name="one_touch_per_step",
            ),
            models.UniqueConstraint(
                fields=["invoice", "is_rehearsal", "source"],
                condition=Q(state="planned"),
                name="one_next_touch_of_source",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "due_on"],
                condition=Q(state="planned"),
                name="reminder_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} for {self.invoice} on {self.due_on}"


class HoldQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def active(self, now: datetime):
        """Holds in force: placed, not lifted, not run out."""
        return self.filter(lifted_at=None).filter(Q(until=None) | Q(until__gt=now))

    def touching(self, invoice: Invoice):
        """Holds on the invoice itself and on its whole customer."""
        return self.filter(Q(invoice=invoice) | Q(invoice=None, customer=invoice.customer_id))


class Hold(CompanyOwned):
    """Why an invoice or a whole customer is quiet, since when, until when, who may lift it."""

    class Reason(models.TextChoices):
        REPLY = "reply", "an unanswered reply"
        PAID_CLAIM = "paid_claim", "says it is paid"
        DISPUTE = "dispute", "a dispute"
        PROMISE = "promise", "a promise to pay"
        PLAN = "plan", "a payment plan"
        IN_FLIGHT = "in_flight", "money on its way"
        PAYMENT_FAILED = "payment_failed", "a failed payment"
        CHARGEBACK = "chargeback", "a chargeback"
        ESCALATION = "escalation", "an escalation"
        PERSON = "person", "paused by a person"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="holds")
    # Empty: the whole customer.
    invoice = models.ForeignKey(Invoice, models.CASCADE, null=True, related_name="holds")
    reason = models.CharField(max_length=14, choices=Reason)
    note = models.CharField(max_length=300, blank=True)
    # What placed it (``payment:pi_1``), so that the same thing places it once and can lift it.
    source = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField(null=True)
    lift_role = models.PositiveSmallIntegerField(choices=Role, default=Role.BOOKKEEPER)
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lifted_reason = models.CharField(max_length=300, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "invoice", "reason", "source"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="one_open_hold_per_source",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("placed_at")),
                name="hold_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["customer"], condition=Q(lifted_at=None), name="hold_open")]

    def __str__(self) -> str:
        return self.get_reason_display()


class ApprovalQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def waiting(self, now: datetime):
        return self.filter(state=Approval.State.WAITING).filter(
            Q(expires_at=None) | Q(expires_at__gt=now)
        )


class Approval(CompanyOwned):
    """A person's yes or no, bound to the exact content it was asked for."""

    class Kind(models.TextChoices):
        ESCALATION = "escalation", "30-day review"
        LETTER = "letter", "Collection letter"
        MESSAGE = "message", "Message"
        PLAN = "plan", "Payment plan"

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        REJECTED = "rejected"
        VOID = "void", "void: the content changed"
        EXPIRED = "expired"

    kind = models.CharField(max_length=10, choices=Kind)
    # What is asked for (``escalation:17``); one question waits at a time.
    subject = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    why = models.CharField(max_length=300)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="approvals")
    invoice = models.ForeignKey(Invoice, models.SET_NULL, null=True, related_name="approvals")
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    content = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    needs_role = models.PositiveSmallIntegerField(choices=Role, default=Role.MANAGER)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "subject"],
                condition=Q(state="waiting"),
                name="one_waiting_approval",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Escalation(CompanyOwned):
    """A customer whose oldest invoice went past what reminders can do."""

    class Stage(models.TextChoices):
        REVIEW = "review", "30-day review"
        LETTER = "letter", "60-day letter"

    class Outcome(models.TextChoices):
        RESUME = "resume", "keep reminding"
        HOLD = "hold", "keep quiet"
        LETTER_RELEASED = "letter_released", "letter released"
        LETTER_DROPPED = "letter_dropped", "letter not sent"
        SETTLED = "settled"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="escalations")
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="escalations")
    reminder = models.OneToOneField(Reminder, models.PROTECT, related_name="escalation")
    stage = models.CharField(max_length=6, choices=Stage)
    letter = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, choices=Outcome, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "stage"],
                condition=Q(closed_at=None),
                name="one_open_escalation_per_stage",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} of {self.customer}"
