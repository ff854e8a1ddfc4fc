"""What vendors told us, stored before it is understood."""

import json

from django.db import models
from django.db.models.functions import Coalesce

from arbook.audit.models import Entry
from arbook.companies.models import Company, CompanyQuerySetMixin


class WebhookEventQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def dead(self):
        return self.filter(state=WebhookEvent.State.DEAD)


class WebhookEvent(models.Model):
    """One event of one vendor for one company; ``external_id`` makes a second delivery harmless."""

    class State(models.TextChoices):
        RECEIVED = "received"
        IN_FLIGHT = "in_flight", "in flight"
        DONE = "done"
        IGNORED = "ignored"
        DEAD = "dead"

    # Every index costs the vendor's waiting time; what is searched has one below.
    company = models.ForeignKey(
        Company, models.CASCADE, null=True, related_name="+", db_index=False
    )
    vendor = models.CharField(max_length=20)
    external_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=100)
    # JSON as text: jsonb refuses the NUL character that a customer's text may carry.
    content = models.TextField()
    headers = models.JSONField(default=dict)
    # Events of one lane of a company are handled in the order they came; empty keeps no order.
    lane = models.CharField(max_length=60, blank=True, default="", db_default="")
    received_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Unreachable, throttled, refused, disconnected, unknown or bug; empty while nothing failed.
    failure = models.CharField(max_length=12, blank=True, default="", db_default="")
    error = models.TextField(blank=True)
    processed_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "company", "external_id"],
                nulls_distinct=False,
                name="event_once",
            )
        ]
        indexes = [
            # Companies take turns: their rows stand together.
            models.Index(
                Coalesce("company_id", 0),
                models.F("not_before"),
                models.F("id"),
                condition=models.Q(state="received"),
                name="event_turns",
            ),
            models.Index(
                fields=["company", "lane", "id"],
                condition=models.Q(state__in=["received", "in_flight"]) & ~models.Q(lane=""),
                name="event_lane",
            ),
            models.Index(
                fields=["leased_until"],
                condition=models.Q(state="in_flight"),
                name="event_leased",
            ),
            models.Index(fields=["company", "-received_at"], name="event_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.kind} {self.external_id}"

    @property
    def payload(self) -> dict:
        """The event as the vendor sent it."""
        return json.loads(self.content)
