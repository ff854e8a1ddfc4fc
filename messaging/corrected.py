"""What people made of a reply that triage had read: right, or something else."""

from django.db import models

from arbook.companies.models import CompanyOwned, User
from messaging.triage.reading import NAMES


class TriageCorrection(CompanyOwned):
    """A person's word on how a reply was read; the words themselves stay with the message."""

    message = models.OneToOneField(
        "messaging.Message", models.CASCADE, related_name="triage_correction"
    )
    read_intent = models.CharField(max_length=20)
    # The same as what was read where a person says that it was right.
    right_intent = models.CharField(max_length=20)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company", "at"], name="triage_correction_by_time")]

    def __str__(self) -> str:
        return f"{self.read_intent} is {self.right_intent}"

    @property
    def read_name(self) -> str:
        return NAMES.get(self.read_intent, self.read_intent)

    @property
    def right_name(self) -> str:
        return NAMES.get(self.right_intent, self.right_intent)
