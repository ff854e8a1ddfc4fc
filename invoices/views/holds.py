"""An invoice set quiet or moving again, promises and disputes on it: the acts of its page."""

from django.shortcuts import get_object_or_404

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, refused, show
from invoices import disputes, holds, promises
from invoices.forms.exceptions import (
    DisputeForm,
    InvoicePauseForm,
    LiftForm,
    PromiseForm,
)
from invoices.models import Hold, Invoice

REFUSALS = (holds.HoldRefused, promises.PromiseRefused, disputes.DisputeRefused)


def _open_invoice(company, pk) -> Invoice:
    rows = Invoice.objects.of(company).open().select_related("customer", "company")
    return get_object_or_404(rows, pk=pk)


def _act(request, form, *, subject, title, submit, message, act, changed="invoice-changed"):
    """One form, one subject call; the form comes back with what was refused."""
    if form.is_valid():
        try:
            act(by=request.user, now=clock.now(), **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(request, go_to=subject, changed=changed, message=message, leave=True)
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
        },
    )


@company_view(Role.BOOKKEEPER)
def pause_invoice(request, company, invoice_id):
    invoice = _open_invoice(company, invoice_id)
    return _act(
        request,
        InvoicePauseForm(request.POST or None),
        subject=invoice,
        title=f"Pause {invoice}",
        submit="Pause",
        message=f"{invoice} is quiet now.",
        act=lambda **data: holds.place(invoice, reason=Hold.Reason.PERSON, source="person", **data),
    )


@company_view(Role.BOOKKEEPER)
def lift(request, company, pk):
    hold = get_object_or_404(
        Hold.objects.of(company).select_related("company", "invoice__company", "customer__company"),
        pk=pk,
    )
    subject = hold.invoice or hold.customer
    if request.role < hold.lift_role:
        needed = Role(hold.lift_role).label
        return refused(request, message=f"Only a {needed} may end this pause.", go_to=subject)
    return _act(
        request,
        LiftForm(request.POST or None),
        subject=subject,
        title=f"End the pause: {holds.describe(hold)}",
        submit="End the pause",
        message="The pause has ended.",
        act=lambda **data: holds.lift(hold, **data),
    )


@company_view(Role.BOOKKEEPER)
def promise_new(request, company, invoice_id):
    invoice = _open_invoice(company, invoice_id)
    return _act(
        request,
        PromiseForm(request.POST or None, invoice=invoice),
        subject=invoice,
        title=f"Promise to pay {invoice}",
        submit="Record promise",
        message="The promise is recorded; reminders are quiet until it is due.",
        act=lambda **data: promises.record_promise(invoice=invoice, **data),
    )


@company_view(Role.BOOKKEEPER)
def dispute_new(request, company, invoice_id):
    invoice = _open_invoice(company, invoice_id)
    return _act(
        request,
        DisputeForm(request.POST or None, invoice=invoice),
        subject=invoice,
        title=f"Dispute about {invoice}",
        submit="Open dispute",
        message="The contested amount is set aside.",
        act=lambda **data: disputes.open_dispute(invoice=invoice, **data),
    )
