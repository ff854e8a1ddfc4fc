"""Why, or why not: the gates of one invoice."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import storable
from arbook.web.respond import done, refused, show
from invoices import holds
from invoices.models import Hold, Invoice
from messaging import why as whys
from messaging.forms.batch import LiftForm


def _invoice(company, invoice_id) -> Invoice:
    rows = Invoice.objects.of(company).select_related("customer", "company")
    return get_object_or_404(rows, pk=invoice_id)


@company_view(Role.VIEWER)
def why(request, company, invoice_id):
    row = _invoice(company, invoice_id)
    try:
        on = parse_date(request.GET.get("on", ""))
    except ValueError:
        on = None
    now = clock.now()
    return show(
        request,
        page="messaging/why.html",
        fragment="messaging/_why.html",
        context={
            "invoice": row,
            "why": whys.of_invoice(row, now=now, on=on),
            "on": on,
            "lift_form": LiftForm(),
        },
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def lift(request, company, invoice_id, hold_id):
    """End a pause, with a reason."""
    row = _invoice(company, invoice_id)
    hold = get_object_or_404(Hold.objects.of(company).touching(row), pk=hold_id)
    go_to = reverse("messaging:why", args=[company.slug, row.pk])
    changed = ["hold-changed", "invoice-changed", "customer-changed"]
    try:
        holds.lift(
            hold,
            by=request.user,
            now=clock.now(),
            reason=storable(request.POST.get("reason", ""))[:300],
        )
    except holds.HoldRefused as refusal:
        return refused(request, message=str(refusal), go_to=go_to, changed=changed)
    return done(request, go_to=go_to, changed=changed, message="The pause has ended.")
