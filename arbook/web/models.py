"""What all processes remember together for a short while."""

from django.db import models


class Remembered(models.Model):
    """One value of the shared cache, until it expires."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name_plural = "remembered"

    def __str__(self) -> str:
        return self.key
