"""The audit log: searched, exported, and each entry with its chain up and down."""

from django.shortcuts import get_object_or_404

from arbook.audit.models import Entry
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.system import record, slices
from arbook.web.export import as_csv, exporting
from arbook.web.respond import show


@company_view(Role.VIEWER, fresh=exporting)
def listing(request, company):
    wish = record.Wish.of(request.GET, company)
    if request.GET.get("export") == "csv":
        return as_csv(
            name=f"audit log {company.slug}",
            header=record.HEADER,
            rows=record.lines(company, wish),
        )
    found = slices.cut(record.entries(company, wish), by="at", before=request.GET.get("before", ""))
    asked = request.GET.copy()
    asked.pop("before", None)
    query = asked.urlencode()
    return show(
        request,
        page="system/record.html",
        context={
            "wish": wish,
            "found": found,
            "people": record.people(company),
            "families": record.FAMILIES,
            "query": query,
            "older": f"?{query}{'&' if query else ''}before={found.older}" if found.older else "",
        },
    )


@company_view(Role.VIEWER)
def entry(request, company, entry_id):
    row = get_object_or_404(Entry.objects.select_related("by"), company=company, pk=entry_id)
    return show(
        request,
        page="system/entry.html",
        context={"chain": record.chain(row)},
    )
