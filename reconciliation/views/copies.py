"""The customer's page with a copy of an invoice, behind an address that ends."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from arbook import clock
from arbook.companies import public
from arbook.web.limits import limited, public_limits
from reconciliation import copies, signed_links


def _invoice(token: str):
    found = signed_links.find(signed_links.COPY, token, now=clock.now())
    if found is None or found.is_deleted:
        raise Http404("No such page.")
    return found


@never_cache
@limited("copy", limits=public_limits)
@require_safe
def copy(request, token):
    invoice = _invoice(token)
    with public.inside(request, invoice.company_id):
        return _page(request, invoice, token)


@never_cache
@limited("copy", limits=public_limits)
@require_safe
def pdf(request, token):
    """The paper itself; a machine that only asks what is here gets no paper made."""
    invoice = _invoice(token)
    with public.inside(request, invoice.company_id):
        if request.method == "HEAD":
            return HttpResponse(content_type="application/pdf")
        try:
            paper = copies.paper(invoice)
        except copies.NoCopy as trouble:
            return _page(request, invoice, token, problem=str(trouble))
    answer = HttpResponse(paper, content_type="application/pdf")
    name = slugify(invoice.number) or str(invoice.pk)
    answer["Content-Disposition"] = f'attachment; filename="invoice-{name}.pdf"'
    return answer


def _page(request, invoice, token, *, problem: str = ""):
    return render(
        request,
        "reconciliation/copy.html",
        {
            "company": invoice.company,
            "language": invoice.customer.language,
            "invoice": invoice,
            "token": token,
            "problem": problem,
        },
        status=503 if problem else 200,
    )
