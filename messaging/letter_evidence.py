"""A file of a customer's mail becomes evidence beside a dispute about one of their invoices."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet

from arbook.companies.models import User
from invoices import evidence
from invoices.models import Dispute, Evidence
from messaging.models import LetterFile, Message


def open_disputes(message: Message) -> QuerySet[Dispute]:
    """Disputes the files of a mail may be about: the open ones of whoever wrote it."""
    rows = Dispute.objects.of(message.company).filter(state=Dispute.State.OPEN)
    return rows.filter(invoice__customer=message.thread.customer_id).select_related("invoice")


def put_beside(file: LetterFile, dispute: Dispute, *, by: User, now: datetime) -> Evidence:
    """Keep a copy of the file beside the dispute, with where it came from.

    Raises EvidenceRefused where the dispute takes no such file.
    """
    message = file.letter.message
    if file.content is None:
        raise evidence.EvidenceRefused(file.note)
    if not open_disputes(message).filter(pk=dispute.pk).exists():
        raise evidence.EvidenceRefused("This dispute is closed, or somebody else's.")
    day = message.company.local_date(message.created_at)
    return evidence.add(
        dispute,
        note=f"From the mail of {message.address}, {day:%b} {day.day}, {day.year}: {file.name}",
        file=SimpleUploadedFile(file.name, bytes(file.content)),
        by=by,
        now=now,
    )
