"""The stop button: one company, or every company at once; with a reason and perhaps an end."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from arbook import clock
from arbook.companies import second_factor, stops
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.setup import stopping
from arbook.setup.forms import StopForm
from arbook.web.respond import show


@company_view(Role.BOOKKEEPER)
def stop(request, company):
    """A bookkeeper stops the company; who may, every company in the same form."""
    now = clock.now()
    standing = stops.standing(company, now)
    may_everywhere = stops.may_stop_everything(request.user)
    if request.POST.get("resume"):
        return _resume(request, standing, company, now)
    form = StopForm(request.POST or None, now=now, may_everywhere=may_everywhere)
    everywhere = form.is_bound and form.data.get("scope") == "all"
    if standing and form.is_bound and not (everywhere and not standing.is_everywhere):
        # Two people pressed the button at once: the second must not undo the first.
        messages.info(request, f"Everything was stopped already: {standing.reason}")
        return redirect(company)
    if form.is_valid() and _stop(request, form, company, now):
        return redirect(company)
    return _show(request, form, standing, may_everywhere, now)


@login_required
def everywhere(request):
    """The same above all companies, for who may stop every one of them."""
    if stops.lacks_second_factor(request.user):
        if second_factor.missing_for(request.user):
            return redirect("second_factor_needed")
        messages.info(request, "Stopping every company needs a second factor. Set one up here.")
        return redirect("mfa_index")
    if not stops.may_stop_everything(request.user):
        raise PermissionDenied(stopping.NEEDED)
    now = clock.now()
    standing = stops.everywhere(now)
    if request.POST.get("resume"):
        return _resume(request, standing, None, now)
    form = StopForm(request.POST or None, now=now)
    if standing and form.is_bound:
        messages.info(request, f"Everything was stopped already: {standing.reason}")
        return redirect("home")
    if form.is_valid() and _stop(request, form, None, now):
        return redirect("home")
    return _show(request, form, standing, True, now)


def _stop(request, form, company, now) -> bool:
    reason, until = form.cleaned_data["reason"], form.cleaned_data["until"]
    try:
        if company is None or form.cleaned_data.get("scope") == "all":
            stopping.stop_everything(reason=reason, until=until, by=request.user, now=now)
        else:
            stopping.stop(company, reason=reason, until=until, by=request.user, now=now)
    except stopping.StopRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    ends = "until then" if until else "until you resume"
    messages.success(request, f"Everything is stopped. Nothing leaves {ends}.")
    return True


def _resume(request, standing, company, now):
    try:
        if standing and standing.is_everywhere:
            stopping.resume_everything(by=request.user, now=now)
        elif standing and company:
            stopping.resume(company, by=request.user, now=now)
    except stopping.StopRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Messages may leave again.")
    return redirect(company or "home")


def _show(request, form, standing, may_everywhere, now):
    return show(
        request,
        page="setup/stop.html",
        fragment="setup/_stop.html",
        context={
            "form": form,
            "standing": standing,
            "may_resume": bool(standing) and (may_everywhere or not standing.is_everywhere),
        },
    )
