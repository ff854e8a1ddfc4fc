"""What somebody has begun to write and not sent yet."""

from django.db import models

from arbook.companies.models import CompanyOwned, User


class Draft(CompanyOwned):
    """Words in a composer, kept for who wrote them until they are sent; nobody else sees them."""

    thread = models.ForeignKey("messaging.Thread", models.CASCADE, related_name="drafts")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    medium = models.CharField(max_length=6, blank=True)
    body = models.TextField()
    # As it was typed, by the clock of the company's place.
    leave_at = models.CharField(max_length=16, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "by"], name="one_draft_per_writer")
        ]

    def __str__(self) -> str:
        return f"{self.by} to {self.thread}: {self.body[:40]}"
