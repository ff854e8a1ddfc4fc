"""What is kept of a customer's mail beside its words: the whole text, the raw letter, its files."""

from django.db import models
from django.urls import reverse

from arbook.companies.models import CompanyOwned


class KeptLetter(CompanyOwned):
    """One mail we received, in full; the message holds what its sender wrote now."""

    message = models.OneToOneField("messaging.Message", models.CASCADE, related_name="letter")
    text = models.TextField(blank=True)
    # As it came in; None where it was too large to keep.
    raw = models.BinaryField(null=True)
    size = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"the whole mail of {self.message}"

    def get_absolute_url(self) -> str:
        return reverse("messaging:letter", args=[self.company.slug, self.message_id])


class LetterFile(CompanyOwned):
    """One file of a mail; where only its name is kept, the note says why."""

    letter = models.ForeignKey(KeptLetter, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0, db_default=0)
    content = models.BinaryField(null=True)
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
