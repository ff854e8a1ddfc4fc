"""Work for people: the list, one task, and what one can do with it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role, User
from arbook.upsert import is_key
from arbook.web.pagination import page_of
from arbook.web.respond import done, refused, show
from invoices import tasks
from invoices.forms.tasks import FinishForm, GiveForm, NewTaskForm, SnoozeForm
from invoices.models import Invoice, Task
from invoices.views.work_tabs import work_tabs

SHOWN = [("", "Open"), ("snoozed", "Put off"), ("done", "Done"), ("all", "All")]


def _rows(company):
    return Task.objects.of(company).select_related("customer", "invoice", "owner", "done_by")


def _filtered(request, company, today):
    kind, owner, shown = (request.GET.get(name, "") for name in ("kind", "owner", "show"))
    rows = _rows(company)
    if shown == "done":
        rows = rows.exclude(done_at=None).order_by("-done_at")
    elif shown == "snoozed":
        rows = rows.open().filter(snoozed_until__gt=today)
    elif shown != "all":
        rows = rows.waiting(today)
    if kind in Task.Kind.values:
        rows = rows.filter(kind=kind)
    if owner == "me":
        rows = rows.filter(owner=request.user)
    elif owner == "none":
        rows = rows.filter(owner=None)
    elif is_key(owner):
        rows = rows.filter(owner=int(owner))
    return rows, {"kind": kind, "owner": owner, "show": shown}


@company_view(Role.VIEWER)
def listing(request, company):
    today = company.local_date(clock.now())
    rows, chosen = _filtered(request, company, today)
    return show(
        request,
        page="invoices/tasks.html",
        context={
            "page": page_of(request, rows),
            "chosen": chosen,
            "is_filtered": any(chosen.values()),
            "kinds": Task.Kind.choices,
            "shown": SHOWN,
            "people": User.objects.filter(memberships__company=company).order_by("email"),
            "today": today,
            "tabs": work_tabs(
                company,
                "mine" if chosen["owner"] == "me" else "tasks",
                today=today,
                user=request.user,
            ),
            "may_act": request.role >= Role.BOOKKEEPER,
        },
    )


@company_view(Role.VIEWER)
def detail(request, company, pk):
    return _detail(request, company, get_object_or_404(_rows(company), pk=pk))


def _detail(request, company, task, *, finish=None, snooze=None, status=None):
    return show(
        request,
        page="invoices/task.html",
        fragment="invoices/_task.html",
        status=status,
        context={
            "task": task,
            "finish": finish or FinishForm(),
            "snooze": snooze or SnoozeForm(),
            "may_act": request.role >= Role.BOOKKEEPER and not task.done_at,
            "today": company.local_date(clock.now()),
        },
    )


def _listing_url(company) -> str:
    return reverse("invoices:tasks", args=[company.slug])


@company_view(Role.BOOKKEEPER)
@require_POST
def finish(request, company, pk):
    task = get_object_or_404(_rows(company), pk=pk)
    form = FinishForm(request.POST)
    if not form.is_valid():
        return _detail(request, company, task, finish=form, status=422)
    try:
        tasks.finish(task, by=request.user, now=clock.now(), outcome=form.cleaned_data["outcome"])
    except tasks.TaskRefused as refusal:
        return refused(request, message=str(refusal), go_to=_listing_url(company))
    return done(request, go_to=_listing_url(company), message="Done.", leave=True)


@company_view(Role.BOOKKEEPER)
@require_POST
def snooze(request, company, pk):
    task = get_object_or_404(_rows(company), pk=pk)
    form = SnoozeForm(request.POST)
    if form.is_valid():
        try:
            tasks.snooze(task, until=form.cleaned_data["until"], by=request.user, now=clock.now())
        except tasks.TaskRefused as refusal:
            form.add_error("until", str(refusal))
        else:
            return done(request, go_to=_listing_url(company), message="Put off.", leave=True)
    return _detail(request, company, task, snooze=form, status=422)


@company_view(Role.BOOKKEEPER)
def new(request, company, invoice_id):
    """Work about an invoice, so that something happens to it."""
    invoice = get_object_or_404(
        Invoice.objects.of(company).select_related("customer__owner", "company"), pk=invoice_id
    )
    now = clock.now()
    initial = {
        "title": f"Call {invoice.customer} about {invoice}",
        "owner": request.user.pk,
        "due_on": tasks.first_day(company, Task.Kind.CALL, now),
    }
    form = NewTaskForm(request.POST or None, company=company, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        tasks.open_task(
            company,
            key=f"by-hand:{invoice.pk}:{now.timestamp():.3f}",
            invoice=invoice,
            amount=invoice.balance,
            now=now,
            **data,
        )
        return done(
            request, go_to=invoice, changed="invoice-changed", message="The task is open.",
            leave=True,
        )  # fmt: skip
    return _form(request, form, f"Task about {invoice}", "Open task", invoice)


@company_view(Role.BOOKKEEPER)
def give(request, company, pk):
    task = get_object_or_404(_rows(company), pk=pk)
    now = clock.now()
    initial = {
        "owner": task.owner_id or request.user.pk,
        "due_on": task.due_on or tasks.first_day(company, task.kind, now),
    }
    form = GiveForm(request.POST or None, company=company, initial=initial)
    if form.is_valid():
        try:
            tasks.give(task, by=request.user, now=now, **form.cleaned_data)
        except tasks.TaskRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(request, go_to=_listing_url(company), message="Given on.", leave=True)
    return _form(request, form, task.title, "Give it", task.customer or company, company)


def _form(request, form, title, submit, subject, company=None):
    cancel = _listing_url(company) if company else subject.get_absolute_url()
    return show(
        request,
        page="invoices/act.html",
        fragment="invoices/_act.html",
        context={
            "form": form, "title": title, "submit": submit, "cancel": cancel, "subject": subject
        },
    )  # fmt: skip


@company_view(Role.BOOKKEEPER)
@require_POST
def assign_to_me(request, company, pk):
    task = get_object_or_404(_rows(company), pk=pk)
    url = reverse("invoices:task", args=[company.slug, task.pk])
    try:
        tasks.assign(task, owner=request.user, by=request.user, now=clock.now())
    except tasks.TaskRefused as refusal:
        return refused(request, message=str(refusal), go_to=url)
    back = _listing_url(company) if request.POST.get("from") == "list" else url
    return done(request, go_to=back, message="This task is yours.", leave=True)
