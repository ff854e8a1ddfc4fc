"""The list of customers, and the same rows as a file."""

from django.shortcuts import render
from django.urls import reverse
from django_tables2 import RequestConfig

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.export import as_file, exporting
from customers import consent, contacts, receivable
from customers.models import Channel
from customers.tables import CustomerTable

PER_PAGE = 25


@company_view(Role.VIEWER)
def listing(request, company):
    today = company.local_date(clock.now())
    show, words = _asked(request)
    rows = receivable.listing(company, today=today, show=show, words=words)
    totals = receivable.totals(rows)
    table = CustomerTable(
        rows.select_related("owner").order_by("-overdue", "-open", "name", "pk"),
        company=company,
        today=today,
        totals={"open": totals.open, "overdue": totals.overdue, "credit": totals.credit},
        is_filtered=bool(show or words),
        clear_url=reverse("customers:list", args=[company.slug]),
    )
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    table.reach = _reach(company, [row.record.pk for row in table.page.object_list])
    context = {
        "table": table,
        "totals": totals,
        "filters": receivable.FILTERS.items(),
        "show": show,
        "words": words,
        "query": request.GET.urlencode(),
    }
    return render(request, "customers/list.html", context)


@company_view(Role.VIEWER, fresh=exporting)
def export(request, company, kind):
    today = company.local_date(clock.now())
    show, words = _asked(request)
    rows = receivable.listing(company, today=today, show=show, words=words)
    table = CustomerTable(
        rows.select_related("owner").order_by("-overdue", "-open", "name", "pk"),
        company=company,
        today=today,
    )
    if request.GET.get("sort"):
        RequestConfig(request, paginate=False).configure(table)
    chosen = list(table.data.data)
    mails = contacts.best([one.pk for one in chosen], Channel.EMAIL)
    reach = _reach(company, [one.pk for one in chosen])
    return as_file(
        kind,
        name=f"customers {company.slug} {today}",
        header=[
            "Customer",
            "E-mail",
            "Mobile",
            "Texts",
            "VIP",
            "In charge",
            "Oldest due",
            "Past due",
            "Credit",
            "Open",
        ],
        rows=(
            [
                one.name,
                str(mails.get(one.pk, "")),
                str(reach[one.pk][0]) if one.pk in reach else "",
                reach[one.pk][1].state if one.pk in reach else "no number",
                one.is_silent,
                str(one.owner or ""),
                one.oldest,
                one.overdue,
                one.credit,
                one.open,
            ]
            for one in chosen
        ),
    )


def _asked(request) -> tuple[str, str]:
    show = request.GET.get("show", "")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    return (show if show in receivable.FILTERS else ""), words


def _reach(company, customer_ids):
    """The number texts would go to and its standing, by customer; two queries."""
    best = contacts.best(customer_ids, Channel.SMS)
    standings = consent.standings(company, Channel.SMS, {one.address for one in best.values()})
    return {pk: (one, standings[one.address]) for pk, one in best.items()}
