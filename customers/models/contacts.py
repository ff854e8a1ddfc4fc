"""How to reach a customer, and who else has reached them or never may again."""

from django.db import models
from django.db.models import Q

from arbook.companies.models import CompanyOwned
from customers.models.customers import Customer


class Channel(models.TextChoices):
    """A way to reach a customer with a written message."""

    EMAIL = "email", "e-mail"
    SMS = "sms", "text"


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
