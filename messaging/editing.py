"""A person's own words for a proposal: the same amounts, the same link, judged like any text."""

from datetime import datetime

from django.db import transaction

from arbook import money
from arbook.companies.models import User
from messaging import compose, drafting, segments, wording
from messaging.approving import UNAPPROVED, MessageRefused, stopped, unapprove
from messaging.models import Message
from messaging.recording import record


@transaction.atomic
def edit(
    message: Message, *, body: str, subject: str = "", by: User | None, now: datetime
) -> Message:
    """Send other words over the same amounts. Raises MessageRefused with what is missing."""
    row = stopped(message, now)
    wanted = drafting.wanted_of(row, now=now)
    is_text = row.medium == Message.Medium.SMS
    body = segments.plain(body.strip()) if is_text else body.strip().replace("\r\n", "\n")
    subject = "" if is_text else " ".join(subject.split())[:300]
    if not is_text and not subject:
        raise MessageRefused("A mail needs a subject.")
    if wanted.link and wanted.link not in body:
        raise MessageRefused(f"Keep the pay link in the text: {wanted.link}")
    total = money.words(row.total, row.company.currency)
    if not row.customer.is_sensitive and total not in body:
        raise MessageRefused(f"Keep the total in the text: {total}")
    composed = compose.finish(
        wanted,
        template=row.template,
        template_version=row.template_version,
        subject=subject,
        body=body,
        total=row.total,
    )
    stops = [one for one in composed.findings if one.severity == wording.STOP]
    if stops:
        raise MessageRefused(stops[0].sentence)
    row.subject, row.body, row.is_edited = composed.subject, composed.body, True
    row.content_hash = composed.content_hash
    row.segments = segments.measure(composed.body).parts if is_text else None
    unapprove(row, "Edited.")
    row.save(
        update_fields=["subject", "body", "is_edited", "content_hash", "segments", *UNAPPROVED]
    )
    record([row], "message.edited", lambda one: f"Text edited: {one}.", by=by, now=now)
    return row
