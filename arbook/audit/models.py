"""The record of what happened: append-only entries, indexed by what they are about."""

from django.db import models

from arbook.companies.models import Company, User


class EntryIsPermanent(Exception):
    """Somebody tried to change or delete what is already recorded."""


class PermanentQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise EntryIsPermanent("Entries are never changed.")

    def delete(self):
        raise EntryIsPermanent("Entries are never deleted.")

    def about(self, subject):
        """Entries that mention the row."""
        return self.filter(
            mentions__subject_type=subject._meta.label_lower, mentions__subject_id=subject.pk
        )


class Entry(models.Model):
    """One thing that happened, with who, when, and because of what."""

    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    said = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    cause = models.ForeignKey("self", models.PROTECT, null=True, related_name="consequences")
    data = models.JSONField(default=dict)

    objects = PermanentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["company", "-at"], name="entry_by_company")]

    def __str__(self) -> str:
        return self.said

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise EntryIsPermanent("Entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise EntryIsPermanent("Entries are never deleted.")


class Mention(models.Model):
    """What an entry is about: a row of any table, by its model label and key."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="mentions")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "entry"], name="one_mention_per_entry"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"
