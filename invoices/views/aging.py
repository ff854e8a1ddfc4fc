"""The aging workbench: who owes how much since when, on any day."""

from datetime import date

from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django_tables2 import RequestConfig

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.charts import Slice
from arbook.web.export import as_file, exporting
from customers.models import Customer
from invoices import aging, flags
from invoices.aging_rows import CREDITS, CUSTOMER, INVOICE, Asked, Rows
from invoices.buckets import SETS, STANDARD
from invoices.tables import AgingTable, DocumentTable, query

PER_PAGE = 50
FIRST_DAY = date(1990, 1, 1)


@company_view(Role.VIEWER, fresh=exporting)
def workbench(request, company):
    now = clock.now()
    asked, trouble = _asked(request, company, company.local_date(now))
    if request.GET.get("export"):
        return _export(request, Rows(asked), now)
    page = _number(request.GET.get("page")) or 1
    rows = Rows(asked, tuple(request.GET.getlist("sort")), (page - 1) * PER_PAGE, PER_PAGE)
    table = _table(rows)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    table.flags_of = _flags(asked, [row.record for row in table.page.object_list], now)
    return render(
        request,
        "invoices/aging.html",
        {
            "table": table,
            "asked": asked,
            "trouble": trouble,
            "customer": _customer(company, asked.customer_id),
            "cell_label": _cell_label(asked),
            "totals": rows.totals,
            "rows": len(rows),
            "slices": _slices(asked, rows),
            "credits_url": _url(asked, by=INVOICE, cell=CREDITS),
            "elsewhere": [
                (code, sums, _url(asked, by=INVOICE, currency=code, cell="", customer=None))
                for code, sums in rows.elsewhere.items()
            ],
            "drift": aging.drift_of(company),
            "sets": SETS.values(),
            "ways": [
                {"label": label, "url": _url(asked, by=by), "current": asked.by == by}
                for by, label in [(CUSTOMER, "By customer"), (INVOICE, "By document")]
            ],
            "cells": [*enumerate(one.label for one in asked.bucket_set.buckets)],
            "exports": _exports(request),
            "all_url": _url(asked, customer=None, cell="", q=""),
        },
    )


def _asked(request, company, today) -> tuple[Asked, str]:
    """What the address asks for; nonsense becomes the nearest sensible thing, and says so."""
    given, trouble = request.GET, ""
    as_of = today
    if given.get("as_of"):
        try:
            as_of = parse_date(given["as_of"])
        except ValueError:
            as_of = None
        if as_of is None or as_of < FIRST_DAY or as_of.year > today.year + 5:
            trouble = f"“{given['as_of'][:20]}” is no day the aging can be worked out for."
            as_of = today
    bucket_set = SETS.get(given.get("set", ""), STANDARD)
    cell = given.get("cell", "")
    width = len(bucket_set.buckets)
    if not (cell == CREDITS or (cell.isascii() and cell.isdigit() and int(cell) < width)):
        cell = ""
    by = given.get("by")
    code = given.get("currency", "").upper()[:3]
    return Asked(
        company=company,
        today=today,
        as_of=as_of,
        bucket_set=bucket_set,
        by=by if by in (CUSTOMER, INVOICE) else CUSTOMER,
        currency=code if code.isascii() and code.isalpha() and code != company.currency else "",
        customer_id=_number(given.get("customer")),
        cell=cell,
        words=given.get("q", "").replace("\x00", "").strip()[:100],
    ), trouble


def _number(text: str | None) -> int | None:
    is_number = text and text.isascii() and text.isdigit() and len(text) < 15
    return int(text) if is_number else None


def _url(asked: Asked, **changes) -> str:
    """The address of this aging with some of what is asked changed."""
    parts = {
        "by": asked.by,
        "set": asked.bucket_set.key,
        "as_of": asked.as_of.isoformat(),
        "currency": asked.currency,
        "customer": asked.customer_id,
        "cell": asked.cell,
        "q": asked.words,
    } | changes
    return reverse("invoices:aging", args=[asked.company.slug]) + query(**parts)


def _table(rows: Rows):
    asked = rows.asked
    options = {
        "is_filtered": asked.is_narrowed,
        "clear_url": _url(asked, customer=None, cell="", q=""),
        "caption": f"Aging as of {asked.as_of}",
    }
    if asked.by == INVOICE:
        return DocumentTable(rows, **options)
    # Each cell is a link; all but what differs between them is made once.
    base = _url(asked, by=INVOICE, customer=None, cell="")

    def link(**cell) -> str:
        return base + query(**cell).replace("?", "&", 1)

    return AgingTable(rows, link=link, **options)


def _flags(asked: Asked, records: list, now) -> dict:
    if asked.by == CUSTOMER:
        return flags.of_customers(asked.company, [one.customer_id for one in records], now=now)
    owners = {one.key: one.customer_id for one in records if one.kind == "Invoice"}
    return flags.of_invoices(asked.company, owners, now=now)


def _slices(asked: Asked, rows: Rows) -> list[Slice]:
    sums, labels = rows.totals, [one.label for one in asked.bucket_set.buckets]
    # The oldest bucket has the strongest colour, however many there are.
    shift = 5 - len(labels)
    return [
        Slice(label, amount, n + shift if n else 0, _url(asked, by=INVOICE, cell=n))
        for n, (label, amount) in enumerate(zip(labels, sums.amounts, strict=True))
    ]


def _cell_label(asked: Asked) -> str:
    if asked.cell == CREDITS:
        return "Credits"
    return asked.bucket_set.buckets[int(asked.cell)].label if asked.cell else ""


def _customer(company, customer_id) -> Customer | None:
    return Customer.objects.of(company).filter(pk=customer_id).first() if customer_id else None


def _exports(request) -> list[tuple[str, str]]:
    given = request.GET.copy()
    found = []
    for kind, label in [("csv", "CSV"), ("xlsx", "Excel")]:
        given["export"] = kind
        found.append((label, f"?{given.urlencode()}"))
    return found


def _export(request, rows: Rows, now):
    """Every row of the aging in its order, with its sum as the last row."""
    asked = rows.asked
    table = _table(rows)
    RequestConfig(request, paginate=False).configure(table)
    records = list(table.data.data)
    notes = _flags(asked, records, now)
    sums = rows.totals
    if asked.by == CUSTOMER:
        labels = [one.label for one in asked.bucket_set.buckets]
        header = ["Customer", "Notes", "Oldest, days past due", *labels, "Credits", "Total"]
        lines = [
            [
                one.customer,
                _said(notes.get(one.customer_id)),
                one.oldest,
                *one.sums.amounts,
                one.sums.credits,
                one.total,
            ]
            for one in records
        ]
        lines.append(["Sum", "", None, *sums.amounts, sums.credits, sums.total])
    else:
        header = ["Document", "Number", "Customer", "Notes", "Dated", "Due", "Days past due"]
        header += ["Bucket", "Amount"]
        lines = [
            [
                one.kind,
                one.number,
                one.customer,
                _said(notes.get(one.key)) if one.kind == "Invoice" else "",
                one.dated_on,
                one.due_on if one.amount > 0 else None,
                one.days if one.amount > 0 else None,
                one.bucket,
                one.amount,
            ]
            for one in records
        ]
        lines.append(["Sum", "", "", "", None, None, None, "", sums.total])
    name = f"aging {asked.company.slug} {asked.as_of}"
    return as_file(request.GET["export"], name=name, header=header, rows=lines)


def _said(found) -> str:
    return ", ".join(flag.label for flag in found or ())
