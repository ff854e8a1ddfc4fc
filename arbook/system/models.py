"""What people asked of the queues: one row tried again after a look ahead, or many at once."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from arbook.companies.models import CompanyOwned, User
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent


class Side(models.TextChoices):
    """The two logs: what vendors told us, and what we do outside."""

    EVENTS = "events"
    EFFECTS = "effects"


class Replay(CompanyOwned):
    """One row that a person had tried again, with what was foretold, to be held against it."""

    event = models.ForeignKey(WebhookEvent, models.CASCADE, null=True, related_name="+")
    effect = models.ForeignKey(Effect, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # {"state", "error", "sentences", "result", "run": alike.as_json, "parts": what was shown}
    foretold = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(event=None, effect__isnull=False) | Q(event__isnull=False, effect=None),
                name="replay_of_one_row",
            )
        ]

    def __str__(self) -> str:
        return f"Replay of {self.event or self.effect}"


class Bulk(CompanyOwned):
    """Many dead rows tried again, or set aside, by one word of a person; the worker does it."""

    class Act(models.TextChoices):
        REPLAY = "replay"
        GIVE_UP = "give_up", "give up"

    side = models.CharField(max_length=7, choices=Side)
    act = models.CharField(max_length=7, choices=Act)
    # What was chosen, in words: the cause of the group.
    what = models.CharField(max_length=300)
    reason = models.CharField(max_length=200, blank=True)
    total = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["company", "-started_at"], name="bulk_by_company")]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.what}"

    def get_absolute_url(self) -> str:
        return reverse("system:bulk", args=[self.company.slug, self.pk])

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None or self.cancelled_at is not None


class BulkRow(models.Model):
    """One row of it: its key in the log, and when its turn came."""

    bulk = models.ForeignKey(Bulk, models.CASCADE, related_name="rows")
    row = models.BigIntegerField()
    done_at = models.DateTimeField(null=True)
    # False when the row was no longer dead at its turn.
    took = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "row"], name="one_turn_in_a_bulk")]
        indexes = [
            models.Index(fields=["bulk", "id"], condition=Q(done_at=None), name="bulk_turns")
        ]

    def __str__(self) -> str:
        return f"{self.row} of {self.bulk_id}"
