"""Money: what Stripe holds, what QuickBooks holds, and the proof that they agree."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_tables2 import RequestConfig

from arbook import clock
from arbook.audit import timeline
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import storable
from arbook.web.export import as_file, exporting
from reconciliation import money_page
from reconciliation.models import Posting, StripePayment
from reconciliation.tables import PAYMENT_TONES, PaymentTable, PostingTable

FILTERS = {
    "": "All",
    "in_flight": "In flight",
    "succeeded": "Settled",
    "failed": "Failed",
    "untied": "Not tied",
    "unposted": "Not in QuickBooks",
}


def _tabs(company, current: str) -> list[dict]:
    return [
        {
            "label": label,
            "url": reverse(f"reconciliation:{name}", args=[company.slug]),
            "current": name == current,
        }
        for name, label in [("money", "Payments"), ("postings", "Posting proof")]
    ]


@company_view(Role.VIEWER, fresh=exporting)
def money(request, company):
    now = clock.now()
    state, words = request.GET.get("state", ""), storable(request.GET.get("q", "")).strip()
    rows = money_page.payments(company, state=state, words=words)
    if request.GET.get("export"):
        return _export(request.GET["export"], company, rows)
    table = PaymentTable(
        rows, company=company, is_filtered=bool(state or words), caption="Payments"
    )
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return render(
        request,
        "reconciliation/money.html",
        {
            "table": table,
            "tabs": _tabs(company, "money"),
            "figures": money_page.figures(company),
            "work": list(money_page.work(company, now)[:20]),
            "filters": FILTERS.items(),
            "state": state,
            "words": words,
            "now": now,
        },
    )


def _export(kind: str, company, rows):
    header = ["started", "customer", "invoices", "method", "state", "QuickBooks payment", "amount"]
    return as_file(
        kind,
        name=f"payments {company.slug}",
        header=header,
        rows=(
            [
                row.started_at,
                str(row.customer or row.payer_email),
                ", ".join(match.invoice.number for match in row.matches.all()),
                row.method,
                row.get_state_display(),
                row.posting.quickbooks_id if hasattr(row, "posting") else "",
                row.amount,
            ]
            for row in rows
        ),
    )


@company_view(Role.VIEWER)
def payment(request, company, payment_id):
    row = get_object_or_404(
        StripePayment.objects.of(company).select_related("customer", "posting", "attempt__link"),
        pk=payment_id,
    )
    return render(
        request,
        "reconciliation/payment.html",
        {
            "payment": row,
            "posting": getattr(row, "posting", None),
            "matches": row.matches.select_related("invoice"),
            "tone": PAYMENT_TONES.get(row.state, ""),
            "entries": timeline.of(row),
        },
    )


@company_view(Role.VIEWER)
def postings(request, company):
    state = request.GET.get("state", "")
    table = PostingTable(
        money_page.postings(company, state=state),
        currency=company.currency,
        is_filtered=bool(state),
        caption="Postings",
    )
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return render(
        request,
        "reconciliation/postings.html",
        {
            "table": table,
            "tabs": _tabs(company, "postings"),
            "figures": money_page.figures(company),
            "states": Posting.State.choices,
            "state": state,
        },
    )
