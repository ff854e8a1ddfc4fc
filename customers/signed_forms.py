"""A signed paper as proof of consent: looked at for what it is, kept as it came."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from arbook.companies.models import User
from arbook.upsert import storable
from customers import consent
from customers.consent import Source
from customers.models import ConsentEvent, Contact, SignedForm

LARGEST = 5 * 1024 * 1024
# By their first bytes; what a browser could run is none of them.
KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


class FormRefused(Exception):
    """The paper cannot be taken. The message is fit for the screen."""


@dataclass(frozen=True)
class Paper:
    """An uploaded file that passed."""

    name: str
    media_type: str
    content: bytes


def read(name: str, content: bytes) -> Paper:
    """The file, when it is a paper we take. Raises FormRefused."""
    if len(content) > LARGEST:
        raise FormRefused("The file is larger than 5 MB.")
    kind = next((kind for mark, kind in KINDS.items() if content.startswith(mark)), None)
    if kind is None:
        raise FormRefused("Upload the signed form as PDF, JPEG or PNG.")
    return Paper(storable(name).strip()[-120:] or "form", kind, content)


@transaction.atomic
def take(
    contact: Contact,
    *,
    paper: Paper,
    signed_on: date,
    signed_by: str,
    wording: str,
    wording_version: str = "",
    by: User,
    now: datetime,
) -> ConsentEvent:
    """Record the consent that a signed paper proves. Raises FormRefused.

    A paper older than an opt-out proves nothing against it.
    """
    company = contact.company
    if signed_on > company.local_date(now):
        raise FormRefused("It cannot have been signed after today.")
    standing = consent.standing(company, contact.channel, contact.address)
    if standing.is_withdrawn and signed_on <= company.local_date(standing.event.at):
        raise FormRefused(f"They opted out after that was signed. {standing.sentence}")
    digest = hashlib.sha256(paper.content).hexdigest()
    event = consent.grant(
        company,
        channel=contact.channel,
        address=contact.address,
        source=Source.FORM,
        wording=wording,
        wording_version=wording_version,
        evidence={
            "file": paper.name,
            "sha256": digest,
            "signed_on": signed_on.isoformat(),
            "signed_by": signed_by,
        },
        by=by,
        now=now,
    )
    SignedForm.objects.create(
        company=company,
        event=event,
        file_name=paper.name,
        media_type=paper.media_type,
        digest=digest,
        content=paper.content,
        added_by=by,
        added_at=now,
    )
    return event
