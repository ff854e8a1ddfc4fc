"""The invoices: the list with its filters, and the page or drawer of one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_tables2 import RequestConfig

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.export import as_file, exporting
from arbook.web.respond import is_fragment, show
from customers.models import Customer
from invoices import flags, invoice_page, listing, pauses
from invoices.buckets import SETS, STANDARD
from invoices.models import Invoice
from invoices.tables import InvoiceTable, query

PER_PAGE = 50


@company_view(Role.VIEWER, fresh=exporting)
def invoices(request, company):
    now = clock.now()
    asked = _asked(request, company, now)
    rows = listing.rows(asked)
    totals = listing.totals(asked, rows)
    # An empty idle list is what the day is worked for, not a filter that hides too much.
    is_clean = asked.state == "idle" and asked == listing.Asked(company, now, state="idle")
    table = InvoiceTable(
        rows,
        company=company,
        today=asked.today,
        currency=asked.shown_currency,
        totals={"total": totals.total, "balance": totals.balance},
        is_filtered=asked.is_narrowed,
        clear_url=reverse("invoices:list", args=[company.slug]),
        caption="Invoices",
        filtered_title="Nothing is idle" if is_clean else "",
        filtered_text=("Every open invoice past its due day has a next step." if is_clean else ""),
        needs_step=asked.state == "idle" and request.role >= Role.BOOKKEEPER,
    )
    if request.GET.get("export"):
        RequestConfig(request, paginate=False).configure(table)
        return _export(request.GET["export"], asked, totals, list(table.data.data))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    shown = [row.record for row in table.page.object_list]
    table.next_of = pauses.next_touches(shown)
    table.flags_of = _flags(asked, shown)
    return render(
        request,
        "invoices/list.html",
        {
            "table": table,
            "totals": totals,
            "asked": asked,
            "currency": asked.shown_currency,
            "customer": (
                Customer.objects.of(company).filter(pk=asked.customer_id).first()
                if asked.customer_id
                else None
            ),
            "states": listing.STATES.items(),
            "buckets": list(enumerate(one.label for one in asked.bucket_set.buckets)),
            "sets": SETS.values(),
            "exports": _exports(request),
            "without_customer": _without(request, "customer", "page"),
        },
    )


PARTS = {
    "watch": "invoices/_watch.html",
    "facts": "invoices/_facts.html",
    "story": "invoices/_story.html",
}


@company_view(Role.VIEWER)
def invoice(request, company, invoice_id):
    """The whole page; for htmx one of its parts or the drawer.

    The part ``watch`` answers 204 as long as nothing happened since the version it was given, so
    that an open page follows what happens without being loaded again.
    """
    rows = Invoice.objects.of(company).select_related("customer", "company")
    row = get_object_or_404(rows, pk=invoice_id)
    part, version = request.GET.get("part", ""), invoice_page.version(row)
    if part == "watch" and is_fragment(request) and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    response = show(
        request,
        page="invoices/detail.html",
        fragment=PARTS.get(part, "invoices/_drawer.html"),
        context={
            "invoice": row,
            "page": invoice_page.gather(row, now=clock.now()),
            "version": version,
        },
    )
    if part == "watch" and is_fragment(request):
        response["HX-Trigger"] = "invoice-changed"
    return response


def _asked(request, company, now) -> listing.Asked:
    """What the address asks for; nonsense is left out."""
    given = request.GET
    bucket_set = SETS.get(given.get("set", ""), STANDARD)
    bucket, customer = _number(given.get("bucket")), _number(given.get("customer"))
    code = given.get("currency", "").upper()[:3]
    state = given.get("state", "open")
    return listing.Asked(
        company=company,
        now=now,
        state=state if state in listing.STATES else "open",
        words=given.get("q", "").replace("\x00", "").strip()[:100],
        customer_id=customer,
        bucket_set=bucket_set,
        bucket=bucket if bucket is not None and bucket < len(bucket_set.buckets) else None,
        currency=code if code.isascii() and code.isalpha() else "",
    )


def _number(text: str | None) -> int | None:
    is_number = text and text.isascii() and text.isdigit() and len(text) < 18
    return int(text) if is_number else None


def _flags(asked: listing.Asked, rows: list[Invoice]) -> dict:
    owners = {row.pk: row.customer_id for row in rows if row.is_open}
    return flags.of_invoices(asked.company, owners, now=asked.now)


def _without(request, *names: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in names}
    return query(**kept)


def _exports(request) -> list[tuple[str, str]]:
    given = request.GET.dict()
    return [
        (label, query(**(given | {"export": kind})))
        for kind, label in [("csv", "CSV"), ("xlsx", "Excel")]
    ]


def _export(kind: str, asked: listing.Asked, totals: listing.Totals, rows: list[Invoice]):
    """Every row of the list in its order; the last row is the sum in the currency shown."""
    notes, touches = _flags(asked, rows), pauses.next_touches(rows)
    header = ["Invoice", "Customer", "State", "Notes", "Next", "Next on", "Issued", "Due"]
    header += ["Days past due", "Currency", "Total", "Open"]
    lines = [
        [
            row.number or row.quickbooks_id,
            row.customer.name,
            invoice_page.state_words(row),
            ", ".join(flag.label for flag in notes.get(row.pk, ())),
            touches[row.pk].step.get_action_display() if row.pk in touches else "",
            touches[row.pk].due_on if row.pk in touches else None,
            row.issued_on,
            row.due_on,
            row.days_past_due(asked.today) if row.is_open else None,
            row.currency,
            row.total,
            row.balance,
        ]
        for row in rows
    ]
    lines.append(["Sum", *[""] * 8, asked.shown_currency, totals.total, totals.balance])
    return as_file(
        kind, name=f"invoices {asked.company.slug} {asked.today}", header=header, rows=lines
    )
