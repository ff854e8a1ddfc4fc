"""The pay links of one invoice, and what came through them."""

from django.shortcuts import get_object_or_404

from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import show
from invoices.models import Invoice
from reconciliation import money_page


@company_view(Role.VIEWER)
def of_invoice(request, company, invoice_id):
    invoice = get_object_or_404(
        Invoice.objects.of(company).select_related("customer"), pk=invoice_id
    )
    return show(
        request,
        page="reconciliation/of_invoice.html",
        fragment="reconciliation/_of_invoice.html",
        context={"invoice": invoice, "links": money_page.links_of(invoice)},
    )
