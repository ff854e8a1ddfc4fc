"""Cadences: read by all, changed by managers as new versions, chosen for a customer."""

from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key
from arbook.web.respond import done, refused, show
from customers.models import Customer
from invoices import cadence as plans
from invoices import cadence_versions as versions
from invoices import next_touch
from invoices.default_cadences import TEXTS
from invoices.forms.cadences import ChoiceForm, Steps
from invoices.models import Cadence, CustomerCadence


def _rows(company):
    return Cadence.objects.of(company).select_related("company", "changed_by")


@company_view(Role.VIEWER)
def listing(request, company):
    rows = list(_rows(company).current().prefetch_related("steps").order_by("-is_default", "name"))
    chosen = dict(
        CustomerCadence.objects.filter(customer__company=company)
        .values_list("name")
        .annotate(Count("pk"))
    )
    for row in rows:
        row.customers = chosen.get(row.name, 0)
    return show(request, page="invoices/cadences.html", context={"cadences": rows})


@company_view(Role.VIEWER)
def detail(request, company, pk):
    row = get_object_or_404(_rows(company), pk=pk)
    steps = list(row.steps.all())
    standings = versions.standings(company, row, now=clock.now()) if row.is_current else {}
    for step in steps:
        step.standing = standings.get(step.key)
        step.text_name = TEXTS.get(step.template, step.template)
    return show(
        request,
        page="invoices/cadence.html",
        context={
            "cadence": row,
            "steps": steps,
            "versions": _rows(company).filter(name=row.name).order_by("-version"),
            "invoices": sum(one.invoices for one in standings.values()),
            "due": sum(one.due for one in standings.values()),
            "this_week": sum(one.this_week for one in standings.values()),
            "may_edit": request.role >= Role.MANAGER,
        },
    )


@company_view(Role.MANAGER)
def edit(request, company, pk):
    row = get_object_or_404(_rows(company), pk=pk)
    act = request.POST.get("act", "")
    if request.method != "POST":
        return _editor(request, row, Steps(initial=_initial(row)))
    if act == "add":
        return _editor(request, row, _with_another(request.POST), status=200)
    formset = Steps(request.POST)
    if not formset.is_valid():
        return _editor(request, row, formset, status=422)
    drafts = formset.drafts()
    try:
        if act == "preview":
            versions.check(drafts)
            return _editor(request, row, formset, preview=drafts, status=200)
        fresh = versions.save_version(row, steps=drafts, by=request.user, now=clock.now())
    except versions.CadenceRefused as refusal:
        return _editor(request, row, formset, refusal=str(refusal), status=422)
    return done(
        request,
        go_to=reverse("invoices:cadence", args=[company.slug, fresh.pk]),
        message=f"{fresh.name} is now version {fresh.version}; open invoices were planned again.",
        leave=True,
    )


def _initial(row) -> list[dict]:
    return [{name: getattr(step, name) for name in plans.STEP_FIELDS} for step in row.steps.all()]


def _with_another(data):
    """The steps as typed so far, unjudged, with one more at the end."""
    total = data.get("form-TOTAL_FORMS", "0")
    names = [*plans.STEP_FIELDS, "DELETE"]
    typed = [
        {name: data.get(f"form-{number}-{name}", "") for name in names}
        for number in range(min(int(total), 20) if is_key(total) else 0)
    ]
    fresh = {"action": "email", "template": "reminder", "falls_back_to_mail": True}
    return Steps(initial=[*typed, fresh])


def _editor(request, row, formset, *, preview=None, refusal="", status=None):
    company = row.company
    now = clock.now()
    before = versions.standings(company, row, now=now)
    after = versions.standings(company, row, now=now, steps=preview) if preview else None
    effect = [
        {
            "name": f"{next_touch.step_day(step)} {versions.Action(step.action).label}",
            "before": before[step.key].invoices if step.key in before else 0,
            "after": after[step.key].invoices if step.key in after else 0,
            "due": after[step.key].due if step.key in after else 0,
        }
        for step in preview or ()
    ]
    return show(
        request,
        page="invoices/cadence_edit.html",
        status=status,
        context={
            "cadence": row,
            "formset": formset,
            "refusal": refusal,
            "effect": effect,
            "change": versions.difference(versions.drafts_of(row), preview) if preview else [],
        },
    )


@company_view(Role.MANAGER)
@require_POST
def make_default(request, company, pk):
    row = get_object_or_404(_rows(company), pk=pk)
    url = reverse("invoices:cadence", args=[company.slug, row.pk])
    if not row.is_current:
        return refused(request, message="Only the current version can be the default.", go_to=url)
    versions.make_default(row, by=request.user, now=clock.now())
    return done(request, go_to=url, message=f"{row.name} is the default now.", leave=True)


@company_view(Role.VIEWER, writes=Role.BOOKKEEPER)
def of_customer(request, company, customer_id):
    customer = get_object_or_404(
        Customer.objects.of(company).select_related("company", "cadence_choice"), pk=customer_id
    )
    choice = getattr(customer, "cadence_choice", None)
    form = ChoiceForm(
        request.POST or None, company=company, initial={"name": choice.name if choice else ""}
    )
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        versions.choose(customer, name=name, by=request.user, now=clock.now())
        return done(
            request,
            go_to=customer,
            changed="customer-changed",
            message=f"{customer} is reminded by {name or 'the default cadence'} now.",
            leave=True,
        )
    return show(
        request,
        page="invoices/cadence_of_customer.html",
        fragment="invoices/_cadence_of_customer.html",
        context={
            "form": form,
            "customer": customer,
            "cadence": plans.of_customer(customer),
            "is_own": choice is not None,
            "may_act": request.role >= Role.BOOKKEEPER,
        },
    )
