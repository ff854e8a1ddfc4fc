"""What the customer's page shows of the receivable: invoices, credit, pauses."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, refused, show
from customers.models import Customer
from invoices import holds, pauses, promises
from invoices.models import Hold, PromiseToPay
from invoices.pause_forms import PauseForm, ResumeForm

RECENT = 100


def _customer(company, customer_id) -> Customer:
    return get_object_or_404(Customer.objects.of(company).select_related("company"), pk=customer_id)


@company_view(Role.VIEWER)
def of_customer(request, company, customer_id):
    customer = _customer(company, customer_id)
    today = company.local_date(clock.now())
    rows = customer.invoices.filter(is_deleted=False)
    owed = list(rows.open().order_by("due_on", "issued_on"))
    touches = pauses.next_touches(owed)
    for one in owed:
        one.late = one.days_past_due(today)
        one.next = touches.get(one.pk)
    context = {
        "customer": customer,
        "open_invoices": owed,
        "closed_invoices": rows.exclude(pk__in=[one.pk for one in owed]).order_by("-issued_on")[
            :RECENT
        ],
        "loose": customer.payments.filter(unapplied__gt=0, is_void=False, is_deleted=False),
        "credits": customer.credit_memos.filter(remaining__gt=0, is_void=False, is_deleted=False),
        "entries": customer.journal_lines.filter(is_deleted=False),
        "today": today,
        "promises": PromiseToPay.objects.filter(invoice__customer=customer)
        .exclude(state__in=[PromiseToPay.State.REPLACED, PromiseToPay.State.UNDONE])
        .select_related("invoice")[:10],
        "word": promises.record_of(customer),
        "plans": customer.plans.select_related("company")[:5],
        "may_act": request.role >= Role.BOOKKEEPER,
    }
    return show(
        request,
        page="invoices/of_customer.html",
        fragment="invoices/_of_customer.html",
        context=context,
    )


@company_view(Role.VIEWER)
def pauses_of_customer(request, company, customer_id):
    customer = _customer(company, customer_id)
    context = {"customer": customer, "holds": pauses.in_force(customer, now=clock.now())}
    return show(
        request,
        page="invoices/pauses.html",
        fragment="invoices/_pauses.html",
        context=context,
    )


@company_view(Role.BOOKKEEPER)
def pause(request, company, customer_id):
    customer = _customer(company, customer_id)
    now = clock.now()
    form = PauseForm(request.POST or None, today=company.local_date(now))
    if form.is_valid():
        try:
            pauses.pause(customer, by=request.user, now=now, **form.cleaned_data)
        except holds.HoldRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(
                request,
                go_to=customer,
                changed="customer-changed",
                message=f"Reminders of {customer} are paused.",
                leave=True,
            )
    return _form(request, f"Pause {customer}", "Pause reminders", form, customer)


@company_view(Role.BOOKKEEPER)
def resume(request, company, hold_id):
    hold = get_object_or_404(Hold.objects.of(company).select_related("customer"), pk=hold_id)
    form = ResumeForm(request.POST or None)
    if request.role < hold.lift_role:
        return refused(
            request,
            message=f"Only a {Role(hold.lift_role).label} may end this pause.",
            go_to=hold.customer,
        )
    if form.is_valid():
        try:
            holds.lift(hold, by=request.user, now=clock.now(), reason=form.cleaned_data["reason"])
        except holds.HoldRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(
                request,
                go_to=hold.customer,
                changed="customer-changed",
                message="The pause has ended.",
                leave=True,
            )
    title = f"End the pause: {hold.get_reason_display()}"
    return _form(request, title, "Resume reminders", form, hold.customer)


def _form(request, title, submit, form, customer):
    return show(
        request,
        page="customers/form_page.html",
        fragment="customers/_form.html",
        context={
            "form": form,
            "title": title,
            "submit": submit,
            "customer": customer,
            "cancel": reverse("customers:detail", args=[customer.company.slug, customer.pk]),
        },
    )
