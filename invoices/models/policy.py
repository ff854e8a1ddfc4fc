"""When and how we ask: cadences as versioned data."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User
from customers.models import Customer


class CadenceQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def current(self):
        """The version of each cadence that plans today."""
        return self.filter(is_current=True)


class Cadence(CompanyOwned):
    """A policy: which touch on which day. A saved change is a new version; old ones stay."""

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    change = models.CharField(max_length=300, blank=True)

    objects = CadenceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name", "version"], name="one_version"),
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(is_current=True),
                name="one_current_version",
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(is_current=True, is_default=True),
                name="one_default_cadence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class CadenceStep(models.Model):
    """One step: on which day after its anchor, through which channel, with which text."""

    class Anchor(models.TextChoices):
        ISSUE = "issue", "issue date"
        DELIVERY = "delivery", "delivery date"
        DUE = "due", "due date"

    class Action(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text"
        ESCALATE = "escalate", "Manager review"
        LETTER = "letter", "Letter (draft)"

    class Approval(models.TextChoices):
        AUTOMATIC = "automatic", "Automatic"
        REVIEW = "review", "Review"
        OFF = "off", "Off"

    cadence = models.ForeignKey(Cadence, models.CASCADE, related_name="steps")
    # Stays the same through versions, so that a step already taken is known as taken.
    key = models.SlugField(max_length=40)
    anchor = models.CharField(max_length=8, choices=Anchor, default=Anchor.ISSUE)
    day = models.SmallIntegerField()
    action = models.CharField(max_length=8, choices=Action)
    template = models.SlugField(max_length=40, blank=True)
    approval = models.CharField(max_length=9, choices=Approval, default=Approval.AUTOMATIC)
    # A text without a textable, consenting number goes by mail instead.
    falls_back_to_mail = models.BooleanField(default=True)
    # Waits until the due date has come, however early its day is.
    not_before_due = models.BooleanField(default=False)
    min_balance = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cadence", "key"], name="one_step_per_key"),
            models.CheckConstraint(condition=Q(day__gte=-60, day__lte=365), name="sane_step_day"),
        ]

    def __str__(self) -> str:
        sign = "+" if self.day >= 0 else ""
        return f"T{sign}{self.day} {self.get_action_display()}"


class CustomerCadence(models.Model):
    """The cadence a customer has in place of the company's default, by name."""

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="cadence_choice")
    name = models.CharField(max_length=80)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.customer}: {self.name}"
