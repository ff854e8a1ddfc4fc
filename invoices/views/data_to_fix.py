"""Data to fix: what keeps us from collecting, each with where to mend it."""

from django.shortcuts import render

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Duty, Role
from arbook.web.export import as_file, exporting
from invoices import data_audit, freshness


@company_view(Role.VIEWER, fresh=exporting)
def data_to_fix(request, company):
    now = clock.now()
    today = company.local_date(now)
    if request.GET.get("export"):
        return _export(request.GET["export"], company, today)
    chosen = request.GET.get("kind", "")
    findings = data_audit.findings(company, today)
    context = {
        "findings": findings,
        "total": sum(one.count for one in findings),
        "chosen": chosen,
        "books_read": freshness.of(company, now=now),
        "limit": data_audit.SHOWN,
        "correctors": [
            one.user
            for one in company.memberships.filter(duty=Duty.CONTACTS).select_related("user")
        ],
    }
    return render(request, "invoices/data_to_fix.html", context)


def _export(kind, company, today):
    rows = (
        [one.title, row.title, row.said, row.amount]
        for one in data_audit.findings(company, today, rows=100_000)
        for row in one.rows
    )
    return as_file(
        kind,
        name=f"data to fix {company.slug} {today}",
        header=["Kind", "About", "What", "At stake"],
        rows=rows,
    )
