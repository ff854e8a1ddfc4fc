"""Who works here and for whom: users, client companies, and who may do what."""

import secrets
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse


class UserManager(BaseUserManager):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in by e-mail."""

    username = None
    email = models.EmailField(unique=True)
    # Said by the person; a second factor without them ends with the telephone it lives on.
    recovery_codes_saved_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Role(models.IntegerChoices):
    """What a member may do; each role may do what the lower ones may."""

    VIEWER = 10, "viewer"
    BOOKKEEPER = 20, "bookkeeper"
    MANAGER = 30, "manager"
    OWNER = 40, "owner"


def _known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone, for example America/New_York.")


def _new_link_key() -> str:
    return secrets.token_hex(32)


class CompanyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The companies the user is a member of."""
        return self.filter(memberships__user=user)

    def active(self):
        return self.filter(is_active=True)


class Company(models.Model):
    """A client of the bookkeeper: one QuickBooks realm, one tenant."""

    class Mode(models.TextChoices):
        DRY_RUN = "dry_run", "Dry run"
        REVIEW = "review", "Review"
        AUTOMATIC = "automatic", "Live"

    class Color(models.TextChoices):
        TEAL = "teal"
        INDIGO = "indigo"
        AMBER = "amber"
        ROSE = "rose"
        GREEN = "green"
        SKY = "sky"
        VIOLET = "violet"
        SLATE = "slate"

    slug = models.SlugField(max_length=50, unique=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="America/New_York", validators=[_known_zone])
    currency = models.CharField(
        max_length=3, default="USD", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    color = models.CharField(max_length=8, choices=Color, default=Color.TEAL)
    mode = models.CharField(max_length=9, choices=Mode, default=Mode.DRY_RUN)
    is_active = models.BooleanField(default=True)
    # Where a dry run sends everything, and who staff alerts go to.
    test_email = models.EmailField(blank=True)
    test_phone = models.CharField(max_length=20, blank=True)
    alert_email = models.EmailField(blank=True)
    # How customers reach a person; printed in messages and on the pay page.
    reply_email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    # Above this open amount of a message a person approves, whatever the mode.
    review_above = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("10000.00"))
    # From this sum past due on, a reminder without an answer is followed by a call; 0 for never.
    calls_above = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal("0.00"), db_default=Decimal("0.00")
    )
    undo_seconds = models.PositiveIntegerField(default=60)
    touches_per_week = models.PositiveSmallIntegerField(default=3)
    # How fresh the books must be for anything to leave.
    books_max_age_minutes = models.PositiveIntegerField(default=24 * 60)
    sends_from = models.TimeField(default="09:00")
    sends_until = models.TimeField(default="19:30")
    vip_customer_type = models.CharField(max_length=60, blank=True, default="VIP")
    vip_note_marker = models.CharField(max_length=60, blank=True, default="[VIP]")
    # Signs pay links. Not SECRET_KEY: links in old messages must survive its rotation.
    link_key = models.CharField(max_length=64, default=_new_link_key, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_reason = models.CharField(max_length=200, blank=True)
    # When a stop ends by itself; None means that a person ends it.
    stopped_until = models.DateTimeField(null=True, blank=True)
    # Managers and owners may act only with a second factor set up.
    second_factor_required = models.BooleanField(default=True, db_default=True)
    # How long words, raw payloads and addresses nobody writes to any more are kept.
    keep_messages_months = models.PositiveSmallIntegerField(default=36, db_default=36)
    keep_payloads_days = models.PositiveSmallIntegerField(default=90, db_default=90)
    keep_contacts_months = models.PositiveSmallIntegerField(default=36, db_default=36)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dashboard:today", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def local_date(self, now: datetime) -> date:
        """The calendar day at the company's place."""
        return now.astimezone(self.zone).date()

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def undo_window(self) -> timedelta:
        return timedelta(seconds=self.undo_seconds)


class Standstill(models.Model):
    """Everything stopped for every company at once, by a person, with a reason."""

    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    # When it ends by itself; None means that a person ends it.
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="one_standstill_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Duty(models.TextChoices):
    """What replies a member looks after, where nobody else does already."""

    STATUS = "status", "payments, promises and plans"
    CONTACTS = "contacts", "contacts and questions"
    WORK = "work", "disputes about the work"
    ACCOUNTS = "accounts", "sensitive accounts"


class Membership(models.Model):
    """A person's role in one company."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(choices=Role)
    duty = models.CharField(max_length=8, choices=Duty, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "company"], name="one_membership_per_company")
        ]
        ordering = ["-role", "user__email"]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} of {self.company}"


class CompanyQuerySetMixin:
    """``of(company)``: where every read of company data starts."""

    def of(self, company):
        return self.filter(company=company)

    def of_companies(self, companies):
        return self.filter(company__in=companies)


class CompanyOwnedQuerySet(CompanyQuerySetMixin, models.QuerySet):
    pass


class CompanyOwned(models.Model):
    """A row of one company's data."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")

    objects = CompanyOwnedQuerySet.as_manager()

    class Meta:
        abstract = True
