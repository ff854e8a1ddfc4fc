"""What is put beside a dispute: notes, pictures and documents, judged by what they are.

A file is stored as it came and handed out only as a download with its own type, so that nothing in
it can run on our pages.
"""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import get_valid_filename

from arbook.audit import log
from arbook.companies.models import User
from invoices.models import Dispute, Evidence

BIGGEST = 5 * 1024 * 1024
MOST = 20
# By the first bytes: a name or a browser's word proves nothing.
KINDS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


class EvidenceRefused(Exception):
    """It cannot be kept. The message is fit for the screen."""


@transaction.atomic
def add(
    dispute: Dispute, *, note: str, file: UploadedFile | None = None, by: User, now: datetime
) -> Evidence:
    """Keep a note, a file, or both."""
    note = note.strip()
    if not note and file is None:
        raise EvidenceRefused("Write a note or choose a file.")
    Dispute.objects.select_for_update().get(pk=dispute.pk)
    if dispute.evidence.count() >= MOST:
        raise EvidenceRefused(f"A dispute has at most {MOST} pieces of evidence.")
    row = Evidence(
        company=dispute.company, dispute=dispute, note=note[:1000], added_by=by, added_at=now
    )
    if file is not None:
        if file.size > BIGGEST:
            raise EvidenceRefused("A file has at most 5 MB.")
        row.content = file.read()
        row.media_type, ending = _kind_of(row.content)
        row.size = len(row.content)
        if dispute.evidence.filter(content=row.content).exists():
            raise EvidenceRefused("This file is beside the dispute already.")
        row.file_name = _name(file.name, ending)
    row.save()
    log.record(
        "dispute.evidence",
        f"Evidence about {dispute.invoice}: {row.file_name or row.note[:120]}",
        about=[dispute, dispute.invoice, dispute.invoice.customer],
        by=by,
        at=now,
    )
    return row


def _kind_of(content: bytes) -> tuple[str, str]:
    for start, media_type, ending in KINDS:
        if content.startswith(start):
            return media_type, ending
    raise EvidenceRefused("Only PDF, PNG and JPEG files are kept.")


def _name(written: str, ending: str) -> str:
    try:
        stem = get_valid_filename(written).rsplit(".", 1)[0][:100].strip("._") or "file"
    except ValueError:
        stem = "file"
    return f"{stem}.{ending}"
