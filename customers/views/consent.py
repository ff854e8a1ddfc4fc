"""The consent ledger of a company: who may be texted, since when, by which proof."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.export import as_file, exporting, file_name
from customers import ledger
from customers.forms import StopForm
from customers.models import SignedForm

PER_PAGE = 50


def _asked(request) -> dict[str, str]:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    standing, source = request.GET.get("standing", ""), request.GET.get("source", "")
    return {
        "words": words,
        "standing": standing if standing in ledger.STANDINGS else "",
        "source": source if source in ledger.SOURCES else "",
    }


@company_view(Role.VIEWER)
def listing(request, company):
    chosen = _asked(request)
    is_unknown = chosen["standing"] == "unknown"
    if is_unknown:
        rows = ledger.unknown(company, words=chosen["words"])
    else:
        rows = ledger.last_lines(company, **chosen)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    if not is_unknown:
        whose = ledger.owners(company, {(one.channel, one.address) for one in page})
        for one in page:
            one.customers = whose[one.channel, one.address]
    return render(
        request,
        "customers/consent.html",
        {
            "page": page,
            "is_unknown": is_unknown,
            "chosen": chosen,
            "is_filtered": any(chosen.values()),
            "standings": ledger.STANDINGS.items(),
            "sources": ledger.SOURCES.items(),
            "counts": ledger.counts(company),
            "waiting": list(ledger.waiting(company)[:20]),
            "query": _query(request),
        },
    )


@company_view(Role.VIEWER)
def number(request, company, address):
    """Everything about one number or address; prints as one page."""
    found = ledger.number(company, address)
    if found is None:
        raise Http404("Nobody has this number.")
    return render(
        request,
        "customers/number.html",
        {"number": found, "stop_form": StopForm(auto_id="stop_%s"), "printed_at": clock.now()},
    )


@company_view(Role.VIEWER, fresh=exporting)
def export(request, company, kind):
    """Lines of the ledger as a file: of one number (``of``), or of all that the filters leave."""
    address = request.GET.get("of", "").replace("\x00", "")[:254]
    today = company.local_date(clock.now())
    name = f"consent {company.slug} {address} {today}"
    rows = ledger.export_rows(company, address=address, **_asked(request))
    return as_file(kind, name=name, header=ledger.HEADER, rows=rows)


@company_view(Role.BOOKKEEPER)
@require_safe
def signed_form(request, company, form_id):
    """The paper as it was uploaded; saved, never shown inside our pages."""
    row = get_object_or_404(SignedForm.objects.of(company), pk=form_id)
    stem, _, end = row.file_name.rpartition(".")
    response = HttpResponse(bytes(row.content), content_type=row.media_type)
    name = f"{file_name(stem or end)}.{row.media_type.rpartition('/')[2]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _query(request) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()


def page_of(company, address: str) -> str:
    return reverse("customers:number", args=[company.slug, address])
