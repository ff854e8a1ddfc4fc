"""Messages about one invoice, and what became of one in doubt."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, refused, show
from invoices.models import Invoice
from messaging import in_doubt
from messaging.models import Message

SHOWN = 50


@company_view(Role.VIEWER)
def of_invoice(request, company, invoice_id):
    invoice = get_object_or_404(
        Invoice.objects.of(company).select_related("customer"), pk=invoice_id
    )
    rows = (
        Message.objects.of(company)
        .filter(lines__invoice=invoice)
        .select_related("approved_by", "customer")
        .order_by("-created_at", "-pk")[:SHOWN]
    )
    return show(
        request,
        page="messaging/of_invoice.html",
        fragment="messaging/_of_invoice.html",
        context={"invoice": invoice, "messages_about": rows},
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def fate(request, company, message_id):
    """A person says whether a message in doubt left."""
    row = get_object_or_404(Message.objects.of(company), pk=message_id)
    say = in_doubt.it_left if request.POST.get("left") == "yes" else in_doubt.it_did_not_leave
    try:
        say(row, by=request.user, now=clock.now())
    except in_doubt.NotInDoubt as refusal:
        return refused(request, message=str(refusal), go_to=row, changed="batch-changed")
    said = "It counts as sent." if request.POST.get("left") == "yes" else "It is proposed anew."
    return done(request, go_to=row, changed="batch-changed", message=said, leave=True)
