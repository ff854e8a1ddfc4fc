"""The record of what happened: append-only entries, indexed by what they are about, sealed in a
chain.

The database itself refuses to change, delete or empty entries, mentions, seals, redactions and
checks, whoever asks (migration 0003). The one way through is a row of ``Redaction``.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

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
    # Part of the digest, so that the digest of a redacted sentence does not betray it; empty then.
    salt = models.UUIDField(null=True, editable=False, db_default=RandomUUID())

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


class Waiting(models.Model):
    """An entry not sealed yet. Written by the database as it takes the entry, removed by a seal."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["entry"]

    def __str__(self) -> str:
        return f"Entry {self.entry_id} since {self.since}"


class PermanentRow(models.Model):
    """A row the database only adds."""

    objects = PermanentQuerySet.as_manager()

    class Meta:
        abstract = True

    def delete(self, *args, **kwargs):
        raise EntryIsPermanent("Rows of the record are never deleted.")


class Seal(PermanentRow):
    """One link of the chain: what an entry was when it was sealed. See ``canonical``."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    # For reading one company's part; the digest covers the entry's own.
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", db_index=False
    )
    digest = models.BinaryField(max_length=32)
    about = models.BinaryField(max_length=32)
    mentions = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {bytes(self.hash).hex()}"


class Redaction(PermanentRow):
    """Words of an entry taken out for good, because the law asked for it.

    Adding the row is the act: the database then puts ``said`` and ``data`` into the entry and
    drops its salt. ``verify`` believes it only when the sealed entry ``act`` names both digests.
    """

    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="redactions")
    act = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    original = models.BinaryField(max_length=32)
    redacted = models.BinaryField(max_length=32)
    said = models.CharField(max_length=500)
    data = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Entry {self.entry_id}: {self.reason}"


class Check(PermanentRow):
    """One verification of the chain by the daily job: from where to where, and what it found."""

    at = models.DateTimeField()
    first = models.BigIntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    breach = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.breach or f"In order from {self.first} to {self.number}"
