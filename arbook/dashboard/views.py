"""The start pages."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse

from arbook import clock, wall
from arbook.companies import second_factor
from arbook.companies.access import company_view
from arbook.companies.models import Company, Role
from arbook.dashboard import figures
from arbook.dashboard import today as desk
from arbook.upsert import storable
from invoices.models import Invoice


@login_required
def home(request):
    """Today over all companies that are open to a person; straight to the one if it is just one."""
    companies = list(second_factor.open_to(request.user).active())
    if not companies and second_factor.missing_for(request.user):
        return redirect("second_factor_needed")
    if len(companies) == 1:
        return redirect(companies[0])
    with wall.inside(*companies):
        return render(request, "dashboard/today.html", _context(companies))


@company_view(Role.VIEWER)
def today(request, company):
    return render(request, "dashboard/today.html", _context([company]))


def _context(companies: list[Company]) -> dict:
    now = clock.now()
    groups = desk.groups(companies, now=now)
    return {
        "header": figures.header(companies, now=now) if companies else None,
        "groups": groups,
        "todo": sum(group.count for group in groups),
        "several": len(companies) > 1,
        "now": now,
    }


@company_view(Role.VIEWER)
def search(request, company):
    """To the invoice when its number was typed, else to the customers that fit the words."""
    words = storable(request.GET.get("q", "")).strip()
    number = words.lstrip("#").removeprefix("invoice ").strip()
    found = Invoice.objects.of(company).filter(number__iexact=number)[:2] if number else []
    if len(found) == 1:
        return redirect(found[0])
    return redirect(f"{reverse('customers:list', args=[company.slug])}?{urlencode({'q': words})}")
