"""Who owes, and the tags on them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from arbook import places
from arbook.companies.models import CompanyOwned, CompanyQuerySetMixin, User


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
    # Their contract or their wish: nothing we write by ourselves goes to a telephone.
    mail_only = models.BooleanField(default=False, db_default=False)
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
