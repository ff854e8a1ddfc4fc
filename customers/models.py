"""Who owes, how to reach them, and what they allow."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from arbook import places
from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User


class Channel(models.TextChoices):
    """A way to reach a customer with a written message."""

    EMAIL = "email", "e-mail"
    SMS = "sms", "text"


class CustomerQuerySet(CompanyQuerySetMixin, models.QuerySet):
    def present(self):
        """Customers the books still have."""
        return self.filter(is_deleted=False)

    def do_not_dun(self):
        """Customers whose tags keep every reminder silent."""
        return self.filter(tags__stops_dunning=True).distinct()


class Customer(CompanyOwned):
    """A customer as the books know it, and what we keep beside that."""

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        SPANISH = "es", "Spanish"

    quickbooks_id = models.CharField(max_length=40)
    sync_token = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=500)
    company_name = models.CharField(max_length=500, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    # A job belongs to its parent; the parent's id may arrive before the parent does.
    parent_quickbooks_id = models.CharField(max_length=40, blank=True)
    is_job = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_deleted = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged")
    balance = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="USD")
    street = models.CharField(max_length=500, blank=True)
    city = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=255, blank=True)
    postal_code = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=255, blank=True)
    terms = models.CharField(max_length=100, blank=True)
    customer_type = models.CharField(max_length=100, blank=True)
    notes = models.TextField(blank=True)
    books_updated_at = models.DateTimeField(null=True)
    # Ours, never written over by the books.
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    is_sensitive = models.BooleanField(default=False)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # The person asked to be erased; the name goes as soon as nothing is owed any more.
    erasure_asked_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    tags = models.ManyToManyField("Tag", through="CustomerTag", related_name="customers")

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "quickbooks_id"], name="one_customer_per_book_id"
            )
        ]
        indexes = [
            models.Index(fields=["company", "name"], name="customer_by_name"),
            models.Index(
                fields=["company", "quickbooks_id"],
                condition=Q(erased_at__isnull=False),
                name="customer_erased",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:detail", args=[self.company.slug, self.pk])

    @property
    def greeting_name(self) -> str:
        """How a message addresses them."""
        return self.given_name or self.company_name or self.name

    def place(self, number: str = "") -> places.Place:
        """Where they may live, by their address and by the number that is to be texted."""
        return places.locate(
            postal_code=self.postal_code,
            state=self.state,
            city=self.city,
            country=self.country,
            number=number,
        )


class Contact(CompanyOwned):
    """One number or address of a customer."""

    class State(models.TextChoices):
        USABLE = "usable"
        INVALID = "invalid", "cannot be read"
        NOT_TEXTABLE = "not_textable", "not textable"
        UNREACHABLE = "unreachable"
        BOUNCED = "bounced"
        WRONG_PERSON = "wrong_person", "wrong person"
        REMOVED = "removed", "no longer in the books"

    class Source(models.TextChoices):
        BOOKS = "books", "QuickBooks"
        PERSON = "person", "entered here"
        REPLY = "reply", "a reply"
        OPT_IN = "opt_in", "an opt-in"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    channel = models.CharField(max_length=5, choices=Channel)
    # E.164 for numbers, lower case for mail; empty when it could not be read.
    address = models.CharField(max_length=254, blank=True)
    written = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    is_primary = models.BooleanField(default=False)
    source = models.CharField(max_length=6, choices=Source, default=Source.BOOKS)
    state = models.CharField(max_length=12, choices=State, default=State.USABLE)
    state_reason = models.CharField(max_length=200, blank=True)
    state_at = models.DateTimeField(null=True)
    # What Lookup said: Twilio's word (mobile, landline, fixedVoip), the carrier, and when.
    line_type = models.CharField(max_length=20, blank=True)
    line_carrier = models.CharField(max_length=100, blank=True, default="", db_default="")
    line_checked_at = models.DateTimeField(null=True)
    # When the address was taken out; ``state_reason`` says why.
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["channel", "-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel", "address"],
                condition=~Q(address=""),
                name="one_contact_per_address",
            ),
            models.UniqueConstraint(
                fields=["customer", "channel", "written"],
                condition=Q(address=""),
                name="one_contact_per_unread_text",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "channel", "address"], name="contact_by_address")
        ]

    def __str__(self) -> str:
        return self.address or self.written

    @property
    def is_usable(self) -> bool:
        return self.state == self.State.USABLE and bool(self.address)


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


class BookMail(CompanyOwned):
    """A mail that QuickBooks itself sent to a customer, as its invoices tell."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="book_mails")
    # The invoice by its id in the books; invoices live a floor above.
    document = models.CharField(max_length=40)
    number = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "document", "sent_at"], name="one_book_mail_per_moment"
            )
        ]
        indexes = [models.Index(fields=["customer", "sent_at"], name="book_mail_by_customer")]

    def __str__(self) -> str:
        return f"QuickBooks mailed {self.number or self.document} on {self.sent_at:%Y-%m-%d}"


class DoNotContact(CompanyOwned):
    """An erased number or address, known only by a salted hash: it never becomes a contact again.

    Opt-outs live on in it, too.
    """

    channel = models.CharField(max_length=5, choices=Channel)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "channel", "digest"], name="erased_address_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.digest[:8]}"


class Tag(CompanyOwned):
    """A word on customers. One that stops dunning keeps every reminder silent."""

    name = models.CharField(max_length=60)
    stops_dunning = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="one_tag_per_name")]

    def __str__(self) -> str:
        return self.name


class CustomerTag(models.Model):
    """A tag on a customer; what the books placed only the books take away."""

    class Source(models.TextChoices):
        BOOKS = "books", "QuickBooks"
        PERSON = "person", "set here"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings")
    source = models.CharField(max_length=6, choices=Source)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "tag", "source"], name="tagged_once")
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.tag}"
