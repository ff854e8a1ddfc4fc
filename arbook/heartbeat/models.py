"""Who is alive, and which periodic job ran when."""

from django.db import models


class Beat(models.Model):
    """The last sign of life of one process, or of the schedule wherever it runs."""

    name = models.CharField(max_length=60, unique=True)
    last_at = models.DateTimeField()
    # Until then it may be silent: it said that it begins something long.
    busy_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """What it is, without the machine and the number."""
        return self.name.partition("@")[0]


class JobRun(models.Model):
    """The memory of one periodic job: when it last started and how that ended."""

    name = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    ok_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    # While it runs: by whom, and until when it is theirs, on the database's clock.
    holder = models.CharField(max_length=60, blank=True, default="", db_default="")
    leased_until = models.DateTimeField(null=True)
    # Starts in a row that never came to an end, because their process died.
    unfinished = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.name
