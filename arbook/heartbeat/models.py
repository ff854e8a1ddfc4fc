"""Who is alive, and which periodic job ran when."""

from django.db import models


class Beat(models.Model):
    """The last sign of life of one kind of process."""

    name = models.CharField(max_length=60, unique=True)
    last_at = models.DateTimeField()
    # Until then it may be silent: it said that it begins something long.
    busy_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class JobRun(models.Model):
    """The memory of one periodic job: when it last started and how that ended."""

    name = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    ok_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
