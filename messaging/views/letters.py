"""A customer's mail in full: what was cut for reading, its files, the letter as it came."""

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key
from arbook.web.respond import done, refused
from invoices.evidence import EvidenceRefused
from messaging import letter_evidence
from messaging.models import KeptLetter, LetterFile


@company_view(Role.VIEWER)
@require_safe
def letter(request, company, mail_id):
    kept = get_object_or_404(
        KeptLetter.objects.of(company)
        .select_related("message__thread__customer")
        .defer("raw")
        .annotate(has_raw=~Q(raw=None)),
        message=mail_id,
    )
    files = list(kept.files.defer("content").order_by("pk"))
    may_act = request.role >= Role.BOOKKEEPER and any(not one.note for one in files)
    return render(
        request,
        "messaging/letter.html",
        {
            "kept": kept,
            "message": kept.message,
            "thread": kept.message.thread,
            "files": files,
            "disputes": letter_evidence.open_disputes(kept.message) if may_act else [],
        },
    )


@company_view(Role.VIEWER)
@require_safe
def raw(request, company, mail_id):
    """The letter as it came, to be opened in a mail program."""
    kept = get_object_or_404(KeptLetter.objects.of(company), message=mail_id)
    if kept.raw is None:
        raise Http404("It was too large to keep as it came.")
    return _download(bytes(kept.raw), f"mail-{mail_id}.eml", "message/rfc822")


@company_view(Role.VIEWER)
@require_safe
def file(request, company, file_id):
    row = get_object_or_404(LetterFile.objects.of(company), pk=file_id)
    if row.content is None:
        raise Http404(row.note)
    return _download(bytes(row.content), row.name)


@company_view(Role.BOOKKEEPER)
@require_POST
def file_evidence(request, company, file_id):
    """Put one file beside a dispute."""
    rows = LetterFile.objects.of(company).select_related("letter__message__thread", "company")
    row = get_object_or_404(rows, pk=file_id)
    message = row.letter.message
    chosen = request.POST.get("dispute", "")
    known = letter_evidence.open_disputes(message)
    dispute = known.filter(pk=chosen).first() if is_key(chosen) else None
    if dispute is None:
        said = "Choose an open dispute of whoever wrote this."
        return refused(request, message=said, go_to=row.letter)
    try:
        letter_evidence.put_beside(row, dispute, by=request.user, now=clock.now())
    except EvidenceRefused as refusal:
        return refused(request, message=str(refusal), go_to=row.letter)
    go_to = reverse("invoices:dispute", args=[company.slug, dispute.pk])
    return done(request, go_to=go_to, message="Kept beside the dispute.", leave=True)


def _download(content: bytes, name: str, kind: str = "application/octet-stream") -> HttpResponse:
    """Never shown in the page: what a stranger sent is saved, and opened elsewhere."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": disposition or "attachment"}
    )
