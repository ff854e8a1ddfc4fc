"""Likely payments beside a claim that something is paid: this is it, or none is."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, refused, show
from invoices.models import Task
from invoices.tasks import TaskRefused
from reconciliation import likely as subject
from reconciliation import refused_pairs

REFUSALS = (subject.LikelyRefused, TaskRefused)


def _task(company, task_id) -> Task:
    rows = Task.objects.of(company).select_related(
        "company", "customer__company", "invoice__customer"
    )
    return get_object_or_404(rows, pk=task_id, kind=Task.Kind.VERIFY_PAYMENT)


@company_view(Role.VIEWER)
def likely(request, company, task_id):
    task = _task(company, task_id)
    rows = subject.of(task, today=company.local_date(clock.now()))
    return show(
        request,
        page="reconciliation/likely.html",
        fragment="reconciliation/_likely.html",
        context={
            "task": task,
            "rows": rows,
            "refused": refused_pairs.of(task).count(),
            "is_tie": len(rows) > 1 and rows[0].score == rows[1].score,
            "may_act": request.role >= Role.BOOKKEEPER and not task.done_at,
        },
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def found(request, company, task_id):
    task = _task(company, task_id)
    name = request.POST.get("payment", "")
    return _settle(request, company, task, "The claim is settled.", subject.found, name=name)


@company_view(Role.BOOKKEEPER)
@require_POST
def not_found(request, company, task_id):
    task = _task(company, task_id)
    return _settle(request, company, task, "Reminders go on.", subject.not_found)


@company_view(Role.BOOKKEEPER)
@require_POST
def not_this(request, company, task_id):
    task, now = _task(company, task_id), clock.now()
    go_to = reverse("invoices:task", args=[company.slug, task.pk])
    if request.POST.get("payment") == "again":
        subject.offer_again(task, by=request.user, now=now)
        return done(request, go_to=go_to, message="Offered again.", leave=True)
    try:
        subject.not_this(task, request.POST.get("payment", ""), by=request.user, now=now)
    except REFUSALS as refusal:
        return refused(request, message=str(refusal), go_to=go_to)
    return done(request, go_to=go_to, message="It is not offered again.", leave=True)


def _settle(request, company, task, said, act, **what):
    try:
        act(task, *what.values(), by=request.user, now=clock.now())
    except REFUSALS as refusal:
        go_to = reverse("invoices:task", args=[company.slug, task.pk])
        return refused(request, message=str(refusal), go_to=go_to)
    go_to = reverse("invoices:tasks", args=[company.slug])
    return done(request, go_to=go_to, message=said, leave=True)
