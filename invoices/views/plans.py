"""Payment plans: the list, one plan, a new one from a proposal, and its end."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.pagination import page_of
from arbook.web.respond import done, show
from customers.models import Customer
from invoices import approvals, holds, plan_money, plan_schedule, plans
from invoices.forms.plans import PlanEndForm, PlanForm
from invoices.models import Approval, PaymentPlan
from invoices.views.work_tabs import work_tabs

REFUSALS = (plans.PlanRefused, approvals.ApprovalRefused, holds.HoldRefused)
SHOWN = [("", "Live"), *PaymentPlan.State.choices, ("all", "All")]


def _rows(company):
    return PaymentPlan.objects.of(company).select_related("customer", "company", "proposed_by")


@company_view(Role.VIEWER)
def listing(request, company):
    shown = request.GET.get("show", "")
    rows = _rows(company).prefetch_related("installments")
    if shown in PaymentPlan.State.values:
        rows = rows.filter(state=shown)
    elif shown != "all":
        shown, rows = "", rows.live()
    page = page_of(request, rows)
    today = company.local_date(clock.now())
    for plan in page.object_list:
        unpaid = [one for one in plan.installments.all() if not one.is_paid]
        plan.next = unpaid[0] if unpaid else None
        plan.paid = sum(one.paid for one in plan.installments.all())
        plan.missed = sum(one.missed_at is not None for one in plan.installments.all())
    return show(
        request,
        page="invoices/plans.html",
        context={
            "page": page,
            "shown": SHOWN,
            "chosen": shown,
            "today": today,
            "tabs": work_tabs(company, "plans", today=today, user=request.user),
        },
    )


@company_view(Role.VIEWER)
def detail(request, company, pk):
    plan = get_object_or_404(_rows(company), pk=pk)
    today = company.local_date(clock.now())
    current, amount = plan_money.asked(plan, today=today)
    approval = Approval.objects.of(company).filter(subject=plan.source).order_by("-pk").first()
    return show(
        request,
        page="invoices/plan.html",
        fragment="invoices/_plan_of.html",
        context={
            "plan": plan,
            "installments": list(plan.installments.order_by("number")),
            "parts": list(plan.parts.select_related("invoice__company")),
            "paid": plan_money.paid_of(plan),
            "current": current,
            "amount": amount,
            "approval": approval,
            "today": today,
            "may_end": plan.is_live and request.role >= Role.MANAGER,
        },
    )


@company_view(Role.BOOKKEEPER)
def plan_new(request, company, customer_id):
    customer = get_object_or_404(
        Customer.objects.of(company).select_related("company"), pk=customer_id
    )
    now = clock.now()
    offer = plan_schedule.proposal(customer, today=company.local_date(now))
    initial = (
        {"invoices": offer.invoices, "count": offer.count, "every": offer.every,
         "first_on": offer.first_on, "why": offer.why}
        if offer
        else {}
    )  # fmt: skip
    form = PlanForm(request.POST or None, customer=customer, initial=initial)
    if form.is_valid():
        try:
            plan = plans.propose(customer, by=request.user, now=now, **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            said = "The plan waits for a manager; its invoices are quiet."
            return done(request, go_to=plan, message=said, leave=True)
    return _form(request, form, f"Payment plan for {customer}", "Ask a manager", customer, offer)


@company_view(Role.MANAGER)
def plan_end(request, company, pk) -> HttpResponse:
    plan = get_object_or_404(_rows(company), pk=pk)
    form = PlanEndForm(request.POST or None)
    if form.is_valid():
        try:
            plans.cancel(plan, by=request.user, now=clock.now(), **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(request, go_to=plan, message="The plan has ended.", leave=True)
    return _form(request, form, f"End the {plan}", "End the plan", plan)


def _form(request, form, title, submit, subject, offer=None) -> HttpResponse:
    return show(
        request,
        page="invoices/act.html",
        fragment="invoices/_act.html",
        context={
            "form": form,
            "title": title,
            "submit": submit,
            "cancel": subject.get_absolute_url(),
            "subject": subject,
            "explained": offer.why if offer else "",
        },
    )
