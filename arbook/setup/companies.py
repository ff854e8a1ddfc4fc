"""Creating a client company and changing how it works."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from arbook.audit import log
from arbook.companies.models import Company, User

# What a command or the settings screen may set, beside the mode.
SETTABLE = [
    "name",
    "timezone",
    "currency",
    "color",
    "test_email",
    "test_phone",
    "alert_email",
    "reply_email",
    "phone",
    "review_above",
    "undo_seconds",
    "touches_per_week",
    "books_max_age_minutes",
    "sends_from",
    "sends_until",
    "vip_customer_type",
    "vip_note_marker",
]


@transaction.atomic
def save(slug: str, values: dict, *, by: User | None, now: datetime) -> tuple[Company, bool]:
    """Create the company or change the given fields; returns it and whether it is new.

    Raises ValidationError with the field names when a value cannot be.
    """
    company = Company.objects.select_for_update().filter(slug=slug).first()
    created = company is None
    company = company or Company(slug=slug, name=slug)
    before = {name: getattr(company, name) for name in values}
    for name, value in values.items():
        setattr(company, name, company._meta.get_field(name).to_python(value))
    company.full_clean()
    company.save()
    changed = {
        name: [str(before[name]), str(getattr(company, name))]
        for name in values
        if before[name] != getattr(company, name)
    }
    if created or changed:
        said = (
            f"{company.name} was added"
            if created
            else "Settings changed: "
            + ", ".join(f"{name.replace('_', ' ')} {new}" for name, (_, new) in changed.items())
        )
        log.record(
            "company.saved", said, about=[company], by=by, at=now, company=company, **changed
        )
    return company, created


def webhook_url(company: Company, vendor: str) -> str:
    """Where the vendor shall send what happens for this company."""
    args = [] if vendor == "quickbooks" else [company.uuid]
    return settings.PUBLIC_URL + reverse(f"webhooks:{vendor}", args=args)


@transaction.atomic
def stop(company: Company, *, reason: str, by: User, now: datetime) -> None:
    """Keep everything from leaving until ``resume``."""
    Company.objects.filter(pk=company.pk).update(stopped_at=now, stopped_reason=reason)
    log.record("company.stopped", f"Everything stopped: {reason}", about=[company], by=by, at=now,
               company=company)  # fmt: skip


@transaction.atomic
def resume(company: Company, *, by: User, now: datetime) -> None:
    """Let messages leave again."""
    Company.objects.filter(pk=company.pk).update(stopped_at=None, stopped_reason="")
    log.record("company.resumed", "Messages may leave again", about=[company], by=by, at=now,
               company=company)  # fmt: skip
