"""What staff were told about: one row for each cause, not for each row that suffers from it."""

from django.db import models

from arbook.companies.models import Company


class Cause(models.Model):
    """One reason why work does not get done, from when it was first seen until it was over."""

    class Where(models.TextChoices):
        OUTBOUND = "outbound"
        INBOUND = "inbound"
        DOUBT = "doubt"
        CONNECTION = "connection"
        LINE = "line"

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    where = models.CharField(max_length=10, choices=Where)
    # The kind of effect, the vendor and kind of event, or the vendor.
    what = models.CharField(max_length=130)
    failure = models.CharField(max_length=12, blank=True)
    error = models.TextField(blank=True)
    count = models.PositiveIntegerField(default=1)
    told_count = models.PositiveIntegerField(default=1)
    seen_at = models.DateTimeField()
    told_at = models.DateTimeField()
    # When nothing suffered from it any more; the next time is a new cause and a new word to staff.
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "where", "what", "failure"],
                condition=models.Q(over_at=None),
                name="one_open_cause",
            )
        ]

    def __str__(self) -> str:
        return f"{self.where} {self.what} {self.failure}".strip()
