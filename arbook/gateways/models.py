"""How each company is connected to each vendor; credentials are encrypted at rest."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from arbook.companies.models import CompanyOwned
from arbook.encryption import EncryptedJSONField


class Connection(CompanyOwned):
    """One company's connection to one vendor.

    ``secrets`` holds what must never be seen: QuickBooks ``access_token``, ``refresh_token``;
    Stripe ``secret_key``, ``webhook_secret`` (a comma separates two during rotation); Twilio
    ``auth_token`` (likewise) and ``webhook_keys``; Slack ``bot_token``. ``options`` holds the
    rest: Twilio ``messaging_service``, Slack ``channel``.
    """

    class Vendor(models.TextChoices):
        QUICKBOOKS = "quickbooks", "QuickBooks"
        STRIPE = "stripe", "Stripe"
        TWILIO = "twilio", "Twilio"
        SLACK = "slack", "Slack"

    class State(models.TextChoices):
        CONNECTED = "connected"
        RECONNECT = "reconnect", "reconnect needed"

    vendor = models.CharField(max_length=10, choices=Vendor)
    # QuickBooks realm, Stripe account, Twilio account SID, Slack team.
    external_id = models.CharField(max_length=64, blank=True)
    secrets = EncryptedJSONField(default=dict)
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.CONNECTED)
    error = models.CharField(max_length=300, blank=True)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    # The day the whole grant ends whatever we do; known only when Intuit tells.
    hard_expires_at = models.DateTimeField(null=True, blank=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_webhook_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    # By the vendor's own clock: everything it knows from before then was read from its lists.
    heard_until = models.DateTimeField(null=True, blank=True)
    # By ours: when its lists were last read, and whether that went well.
    heard_at = models.DateTimeField(null=True, blank=True)
    # When a page to pay on was last opened as a test, after a new connection.
    tested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "vendor"], name="one_connection_per_vendor"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=models.Q(vendor="quickbooks"),
                name="one_company_per_realm",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_vendor_display()} of {self.company}"

    @property
    def is_usable(self) -> bool:
        return self.state == self.State.CONNECTED


class Line(models.Model):
    """Whether a vendor may be asked now, shared by all processes: see ``lines`` and ``pace``.

    The table is not logged: after a crash of the server it is empty, and everybody may ask.
    """

    class Resting(models.TextChoices):
        FAILING = "failing"
        THROTTLED = "throttled"

    key = models.CharField(max_length=120, unique=True)
    failures = models.PositiveIntegerField(default=0, db_default=0)
    openings = models.PositiveIntegerField(default=0, db_default=0)
    resting = models.CharField(max_length=9, choices=Resting, blank=True, default="", db_default="")
    rest_until = models.DateTimeField(null=True)
    probe_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Moments handed out, in seconds since the epoch of the database's clock.
    slots = ArrayField(models.FloatField(), default=list, db_default=[])
    minute_until = models.FloatField(default=0, db_default=0)
    minute = models.BigIntegerField(default=0, db_default=0)
    used = models.PositiveIntegerField(default=0, db_default=0)
    used_before = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.key


class Measure(models.Model):
    """Calls of one vendor, operation and outcome, counted by duration: see ``measures``."""

    vendor = models.CharField(max_length=20)
    operation = models.CharField(max_length=10)
    outcome = models.CharField(max_length=20)
    seconds = models.FloatField()
    buckets = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "operation", "outcome"], name="one_measure_per_outcome"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.operation} {self.outcome}"
