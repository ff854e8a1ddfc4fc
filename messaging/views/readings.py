"""How replies were read: put right with one tap, counted, handed out as examples."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, refused, show
from messaging import corrections
from messaging.corrections import CorrectionRefused
from messaging.models import Message
from messaging.triage.reading import NAMES
from messaging.views.acts import CHANGED


@company_view(Role.BOOKKEEPER)
@require_POST
def correct(request, company, message_id):
    """What a reply really means."""
    rows = Message.objects.of(company).select_related("thread", "company")
    message = get_object_or_404(rows, pk=message_id)
    intent = request.POST.get("intent", "")
    try:
        corrections.correct(message, intent=intent, by=request.user, now=clock.now())
    except CorrectionRefused as refusal:
        return refused(request, message=str(refusal), go_to=message, changed=CHANGED)
    said = f"Noted: it {NAMES[intent]}."
    return done(request, go_to=message, changed=CHANGED, message=said)


@company_view(Role.VIEWER)
@require_safe
def readings(request, company):
    """How well replies are read."""
    record = corrections.record(company, now=clock.now())
    return show(
        request,
        page="messaging/readings.html",
        context={"record": record, "may_export": request.role >= Role.BOOKKEEPER},
    )


@company_view(Role.BOOKKEEPER)
@require_safe
def export(request, company):
    """What people put right, as labelled JSON lines."""
    response = HttpResponse(
        "".join(corrections.examples(company)), content_type="application/x-ndjson"
    )
    response["Content-Disposition"] = f'attachment; filename="replies-{company.slug}.jsonl"'
    return response
