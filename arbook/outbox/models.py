"""What we will do outside, written down before it is done."""

from django.db import models
from django.db.models.functions import Coalesce

from arbook.audit.models import Entry
from arbook.companies.models import Company, CompanyQuerySetMixin


class EffectQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def waiting(self):
        """Not yet handed to the vendor and still cancellable."""
        return self.filter(state=Effect.State.PENDING)

    def stuck(self):
        """Waiting for a person."""
        return self.filter(state=Effect.State.DEAD)


class Effect(models.Model):
    """One intended act at a vendor. ``key`` says what it is: saying it twice is saying it once."""

    class State(models.TextChoices):
        PENDING = "pending"
        IN_FLIGHT = "in_flight", "in flight"
        UNSURE = "unsure"
        DONE = "done"
        DEAD = "dead"
        CANCELLED = "cancelled"

    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=100, unique=True)
    payload = models.JSONField(default=dict)
    # Rows of one lane are done one after the other; an empty lane keeps no order.
    lane = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Whether the vendor may have heard of it in this turn. Only a claim says no, and only until
    # just before the call: what a dead worker had not begun is in no doubt.
    begun = models.BooleanField(default=True, db_default=True)
    failure = models.CharField(max_length=12, blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    cause = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = EffectQuerySet.as_manager()

    class Meta:
        ordering = ["not_before", "pk"]
        indexes = [
            # Companies take turns: their rows stand together.
            models.Index(
                models.F("kind"),
                Coalesce("company_id", 0),
                models.F("not_before"),
                models.F("id"),
                condition=models.Q(state="pending"),
                name="effect_turns",
            ),
            models.Index(
                fields=["lane", "id"],
                condition=models.Q(state__in=["pending", "in_flight", "unsure"])
                & ~models.Q(lane=""),
                name="effect_lane",
            ),
            models.Index(
                fields=["state", "leased_until"],
                condition=models.Q(state__in=["in_flight", "unsure"]),
                name="effect_open",
            ),
            models.Index(fields=["company", "state"], name="effect_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
