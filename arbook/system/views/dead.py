"""Dead letters by cause: one, chosen ones, or all of a cause; the worker does it, with progress."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.system import bulks, causes, slices
from arbook.system.models import Bulk
from arbook.upsert import is_key, storable
from arbook.web.respond import done, refused, show

LATELY = 5


@company_view(Role.VIEWER)
def listing(request, company):
    found = causes.by_cause(company)
    return show(
        request,
        page="system/dead.html",
        context={
            "causes": found,
            "total": sum(one.count for one in found),
            "bulks": _with_progress(company),
            "now": clock.now(),
        },
    )


def _with_progress(company) -> list[tuple]:
    rows = Bulk.objects.of(company).select_related("by")[:LATELY]
    return [(row, bulks.progress(row)) for row in rows]


@company_view(Role.VIEWER)
def cause(request, company, cause):
    """The rows that died of one thing."""
    found = causes.find(company, cause)
    context = {"cause": found}
    if found:
        rows = slices.cut(
            causes.rows_of(company, found).defer(*_LONG[found.side]),
            by="since",
            before=request.GET.get("before", ""),
        )
        context |= {
            "found": rows,
            "row_name": f"system:{found.side}_row",
            "type_above": bulks.TYPE_ABOVE,
            "older": f"?before={rows.older}" if rows.older else "",
        }
    return show(request, page="system/cause.html", context=context)


_LONG = {"events": ("content", "headers"), "effects": ("result",)}


@company_view(Role.MANAGER)
@require_POST
def act(request, company, cause):
    """A manager tries chosen rows or all of a cause again, or gives them up."""
    found = causes.find(company, cause)
    address = reverse("system:cause", args=[company.slug, cause])
    if found is None:
        return refused(
            request,
            message="Nothing is dead of this any more.",
            go_to=reverse("system:dead", args=[company.slug]),
        )
    rows = causes.rows_of(company, found)
    if request.POST.get("which") == "chosen":
        chosen = [int(one) for one in request.POST.getlist("row") if is_key(one)]
        rows = rows.filter(pk__in=chosen)
    keys = list(rows.values_list("pk", flat=True))
    if len(keys) > bulks.TYPE_ABOVE and request.POST.get("count", "").strip() != str(len(keys)):
        message = f"These are {len(keys)} rows: type {len(keys)} to say that you mean it."
        return refused(request, message=message, go_to=address)
    wanted = request.POST.get("act", "")
    try:
        bulk = bulks.begin(
            company,
            side=found.side,
            act=wanted if wanted in Bulk.Act.values else Bulk.Act.REPLAY,
            rows=keys,
            what=f"{found.title}, {found.failure_words.lower()}",
            reason=" ".join(storable(request.POST.get("reason", "")).split())[:200],
            by=request.user,
            now=clock.now(),
        )
    except bulks.BulkRefused as refusal:
        return refused(request, message=str(refusal), go_to=address)
    return done(request, go_to=bulk, message="The worker has begun.", leave=True)


@company_view(Role.VIEWER)
def bulk(request, company, bulk_id):
    """How far the worker is."""
    row = get_object_or_404(Bulk.objects.of(company).select_related("by"), pk=bulk_id)
    return show(
        request,
        page="system/bulk.html",
        fragment="system/_bulk.html",
        context={
            "bulk": row,
            "progress": bulks.progress(row),
        },
    )


@company_view(Role.MANAGER)
@require_POST
def cancel(request, company, bulk_id):
    """A manager stops what has not had its turn yet."""
    row = get_object_or_404(Bulk.objects.of(company), pk=bulk_id)
    if not bulks.cancel(row, by=request.user, now=clock.now()):
        return refused(request, message="It is over already.", go_to=row)
    return done(
        request,
        go_to=row,
        changed="bulk-changed",
        message="Stopped. What is in line already goes on.",
    )
