"""Settings and members."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Duty, Membership, Role
from arbook.setup import companies, members
from arbook.setup.forms import CompanyForm, MemberForm, RoleForm

BEFORE_MEMBERS = "Before members are changed, please show that it is you."
BEFORE_SETTINGS = "Before settings are changed, please show that it is you."


@company_view(Role.MANAGER, writes=Role.OWNER, fresh=BEFORE_SETTINGS)
def settings(request, company):
    form = CompanyForm(request.POST or None, instance=company)
    if request.role < Role.OWNER:
        form.only_show()
    if form.is_valid():
        try:
            companies.save(company.slug, form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Settings are saved.")
            return redirect("setup:company", company.slug)
    if form.is_bound:
        # The frame around the form still shows the company as it is stored.
        company.refresh_from_db()
    return render(
        request, "setup/company.html", {"form": form}, status=422 if form.is_bound else 200
    )


@company_view(Role.VIEWER, writes=Role.OWNER, fresh=BEFORE_MEMBERS)
def people(request, company):
    form = MemberForm(request.POST or None)
    if form.is_valid():
        try:
            membership = members.invite(
                company, by=request.user, now=clock.now(), **form.cleaned_data
            )
        except members.MemberRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(
                request, f"{membership.user.email} may work here now. An invitation is on its way."
            )
            return redirect("setup:members", company.slug)
    rows = Membership.objects.filter(company=company).select_related("user")
    return render(
        request,
        "setup/members.html",
        {"form": form, "members": rows, "roles": Role.choices, "duties": Duty.choices},
        status=422 if form.is_bound else 200,
    )


@company_view(Role.OWNER, fresh=BEFORE_MEMBERS)
@require_POST
def member(request, company, membership_id):
    """Change a member's role, or remove the member."""
    row = get_object_or_404(Membership, company=company, pk=membership_id)
    form = RoleForm(request.POST)
    try:
        if request.POST.get("remove"):
            members.remove(row, by=request.user, now=clock.now())
            messages.success(request, f"{row.user.email} was removed.")
        elif form.is_valid():
            members.change(row, by=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, f"{row.user.email} is {row.get_role_display()} now.")
        else:
            messages.error(request, "There is no such role.")
    except members.MemberRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("setup:members", company.slug)
