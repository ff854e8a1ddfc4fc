"""Whether all is well; processes and jobs."""

from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.system import alerts_told, overview, work
from arbook.web.respond import done, refused, show


@company_view(Role.VIEWER)
def page(request, company):
    now = clock.now()
    return show(
        request,
        page="system/overview.html",
        fragment="system/_overview.html",
        context={
            "seen": overview.of(company, now),
            "told": alerts_told.lately(company),
            "now": now,
        },
    )


@company_view(Role.VIEWER)
def workers(request, company):
    now = clock.now()
    return show(
        request,
        page="system/workers.html",
        fragment="system/_workers.html",
        context={
            "processes": work.processes(),
            "jobs": work.jobs(company),
            "waiting": work.waiting(company, now),
            "now": now,
            "machine_now": clock.system(),
        },
    )


@company_view(Role.MANAGER)
@require_POST
def run_job(request, company):
    """A manager has a job run before its time; it serves every company."""
    name = request.POST.get("job", "")
    try:
        work.run_soon(company, name, by=request.user, now=clock.now())
    except work.JobRefused as refusal:
        return refused(request, message=str(refusal), go_to=_workers(company))
    return done(
        request,
        go_to=_workers(company),
        changed="workers-changed",
        message=f"“{name}” runs within a minute.",
    )


def _workers(company):
    return reverse("system:workers", args=[company.slug])
