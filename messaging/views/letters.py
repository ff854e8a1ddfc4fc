"""A customer's mail in full: what was cut for reading, its files, the letter as it came."""

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from arbook.companies.access import company_view
from arbook.companies.models import Role
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
    files = kept.files.defer("content").order_by("pk")
    return render(
        request,
        "messaging/letter.html",
        {"kept": kept, "message": kept.message, "thread": kept.message.thread, "files": files},
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


def _download(content: bytes, name: str, kind: str = "application/octet-stream") -> HttpResponse:
    """Never shown in the page: what a stranger sent is saved, and opened elsewhere."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": disposition or "attachment"}
    )
