"""Creating a client company and changing how it works."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.phones import parse

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
    "calls_above",
    "undo_seconds",
    "touches_per_week",
    "books_max_age_minutes",
    "sends_from",
    "sends_until",
    "vip_customer_type",
    "vip_note_marker",
    "keep_messages_months",
    "keep_payloads_days",
    "keep_contacts_months",
    "second_factor_required",
]
PHONES = ("test_phone", "phone")
SWITCHES = ("second_factor_required",)
SAID = {"yes": True, "on": True, "no": False, "off": False}
LONGEST_UNDO = 3600
# Shorter, and what a bookkeeper asks next quarter could not be answered.
LEAST_KEPT = {"keep_messages_months": 6, "keep_payloads_days": 30, "keep_contacts_months": 6}
MOST_KEPT = {"keep_messages_months": 120, "keep_payloads_days": 3650, "keep_contacts_months": 120}


@transaction.atomic
def save(slug: str, values: dict, *, by: User | None, now: datetime) -> tuple[Company, bool]:
    """Create the company or change the given fields; returns it and whether it is new.

    Raises ValidationError with the field names when a value cannot be.
    """
    company = Company.objects.select_for_update().filter(slug=slug).first()
    created = company is None
    company = company or Company(slug=slug, name=slug)
    before = {name: getattr(company, name) for name in values}
    for name, value in _read(values).items():
        setattr(company, name, value)
    company.full_clean()
    _judge(company)
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


def _read(values: dict) -> dict:
    """The values as their fields keep them; raises ValidationError naming every wrong one."""
    read, wrong = {}, {}
    for name, value in values.items():
        value = value.strip() if isinstance(value, str) else value
        if name in SWITCHES:
            value = SAID.get(str(value).lower(), value)
        try:
            read[name] = Company._meta.get_field(name).to_python(value)
            if name in PHONES and value:
                number = parse(value)
                if number is None:
                    raise ValidationError("This is not a phone number we can read.")
                read[name] = number.e164
        except ValidationError as error:
            wrong[name] = error
    if wrong:
        raise ValidationError(wrong)
    return read


def _judge(company: Company) -> None:
    """What one field alone cannot tell."""
    if company.sends_from >= company.sends_until:
        raise ValidationError({"sends_until": "This is not after the start."})
    if company.review_above < 0:
        raise ValidationError({"review_above": "An amount is not below zero."})
    if company.calls_above < 0:
        raise ValidationError({"calls_above": "An amount is not below zero."})
    if company.undo_seconds > LONGEST_UNDO:
        raise ValidationError({"undo_seconds": f"At most {LONGEST_UNDO} seconds."})
    for name, least in LEAST_KEPT.items():
        if not least <= getattr(company, name) <= MOST_KEPT[name]:
            raise ValidationError({name: f"Between {least} and {MOST_KEPT[name]}."})


def webhook_url(company: Company, vendor: str) -> str:
    """Where the vendor shall send what happens for this company."""
    args = [] if vendor == "quickbooks" else [company.uuid]
    return settings.PUBLIC_URL + reverse(f"webhooks:{vendor}", args=args)
