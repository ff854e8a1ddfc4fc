"""Messages about one invoice."""

from django.shortcuts import get_object_or_404

from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import show
from invoices.models import Invoice
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
