"""The communication calendar: of one customer, and a company's week."""

from datetime import date, timedelta

from django.shortcuts import get_object_or_404, render

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.pagination import page_of
from arbook.web.respond import show
from customers.models import Customer
from messaging import calendar, incidents

FURTHEST = timedelta(days=366)


@company_view(Role.VIEWER)
def of_customer(request, company, customer_id):
    customer = get_object_or_404(
        Customer.objects.of(company).select_related("company"), pk=customer_id
    )
    found = calendar.of_customer(customer, now=clock.now())
    return show(
        request,
        page="messaging/calendar_of_customer.html",
        fragment="messaging/_calendar_of_customer.html",
        context={"customer": customer, "calendar": found},
    )


@company_view(Role.VIEWER)
def week(request, company):
    now = clock.now()
    today = company.local_date(now)
    first = _monday(request.GET.get("from", ""), today)
    page = page_of(request, calendar.customers_of_week(company, first), per_page=25)
    context = {
        "week": calendar.of_week(company, first, list(page.object_list), now=now),
        "page": page,
        "this_week": _monday("", today),
        "doubled": incidents.doubled(company, now=now),
    }
    return render(request, "messaging/calendar.html", context)


def _monday(asked: str, today: date) -> date:
    """The Monday of the week asked for; nonsense and what lies years away is this week's."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = today
    day = day if abs(day - today) <= FURTHEST else today
    return day - timedelta(days=day.weekday())
