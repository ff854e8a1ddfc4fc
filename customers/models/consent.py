"""What a customer allows: the ledger, the words agreed to, and a yes on its way."""

from django.db import models
from django.db.models import Q

from arbook.companies.models import CompanyOwned, User
from customers.models.contacts import Channel
from customers.models.customers import Customer


class ConsentEvent(CompanyOwned):
    """One line of the consent ledger: never changed, never deleted.

    It speaks of an address within one company, whatever customer or invoice it belongs to.
    """

    class Direction(models.TextChoices):
        GIVEN = "given"
        WITHDRAWN = "withdrawn"

    class Source(models.TextChoices):
        REPLY = "reply", "a reply"
        CARRIER = "carrier", "the carrier"
        PAY_PAGE = "pay_page", "the pay page"
        STAFF = "staff", "a member of staff"
        IMPORT = "import", "an import"
        BOUNCE = "bounce", "the mail system"
        OPT_IN = "opt_in", "a yes to our text"
        FORM = "form", "a signed form"
        PHONE = "phone", "a telephone call"

    channel = models.CharField(max_length=5, choices=Channel)
    address = models.CharField(max_length=254)
    direction = models.CharField(max_length=9, choices=Direction)
    source = models.CharField(max_length=8, choices=Source)
    purpose = models.CharField(max_length=40, default="payment reminders")
    wording = models.TextField(blank=True)
    wording_version = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(
                fields=["company", "channel", "address", "-at", "-id"], name="consent_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.direction} on {self.at:%Y-%m-%d}"


class ConsentWording(CompanyOwned):
    """What somebody agrees to, word for word. A change is a new version; old ones stay."""

    class Kind(models.TextChoices):
        PAY_PAGE = "pay_page", "Beside the box on the pay page"
        TEXT = "text", "The text that asks for a yes"
        FORM = "form", "On the form that is signed"

    kind = models.CharField(max_length=8, choices=Kind)
    language = models.CharField(max_length=2, choices=Customer.Language)
    version = models.PositiveIntegerField()
    text = models.TextField()
    is_current = models.BooleanField(default=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "language", "version"], name="one_wording_version"
            ),
            models.UniqueConstraint(
                fields=["company", "kind", "language"],
                condition=Q(is_current=True),
                name="one_current_wording",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}.{self.language}.{self.version}"


class OptIn(CompanyOwned):
    """A yes that is not yet consent: it waits for the phone's own answer, or for a person."""

    class State(models.TextChoices):
        PENDING = "pending", "waits for their yes by text"
        FOR_PERSON = "person", "waits for a person"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        EXPIRED = "expired"

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="opt_ins")
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.SMS)
    address = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    source = models.CharField(max_length=8, choices=ConsentEvent.Source)
    wording = models.TextField(blank=True)
    wording_version = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # When the text that asks for a yes left us; the days to answer it count from here.
    texted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "channel", "address"],
                condition=Q(state__in=["pending", "person"]),
                name="one_open_opt_in",
            )
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.PENDING, self.State.FOR_PERSON)


class SignedForm(CompanyOwned):
    """A signed paper that proves a consent, as it was uploaded."""

    event = models.OneToOneField(ConsentEvent, models.CASCADE, related_name="form")
    file_name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file_name
