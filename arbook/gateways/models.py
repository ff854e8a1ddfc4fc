"""How each company is connected to each vendor; credentials are encrypted at rest."""

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
