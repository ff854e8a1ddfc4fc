"""A person's data on the screen: the file with everything, and the erasure with its preview."""

import tempfile

from django import forms
from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.setup import erasing, persons
from arbook.web.export import file_name
from customers.models import Customer

HANDED_OUT = (
    "A file leaves the house with everything about a person: please show that it is you. "
    "The page you come from opens again afterwards."
)
ERASED = "What is erased cannot be brought back: please show that it is you."


class ErasureForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        label="Who asked, and when?",
        help_text="Without the person's name or address: this sentence stays.",
    )
    name = forms.CharField(max_length=500, label="The customer's name, as it stands above")

    def __init__(self, *args, customer: Customer, **kwargs):
        super().__init__(*args, **kwargs)
        self.customer = customer

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        if name.casefold() != self.customer.name.strip().casefold():
            raise forms.ValidationError("This is not the name of this customer.")
        return name


@company_view(Role.MANAGER)
@require_safe
def person(request, company, customer_id):
    """What is known, what an erasure would take out, and what would stay."""
    customer = _find(company, customer_id)
    return _show(request, customer, ErasureForm(customer=customer))


@company_view(Role.MANAGER, fresh=HANDED_OUT)
@require_POST
def export(request, company, customer_id):
    customer = _find(company, customer_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    persons.export(persons.of_customer(customer), file, by=request.user, now=clock.now())
    file.seek(0)
    name = f"{file_name(f'person-{customer.pk}')}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@company_view(Role.MANAGER, fresh=ERASED)
@require_POST
def erase(request, company, customer_id):
    customer = _find(company, customer_id)
    form = ErasureForm(request.POST, customer=customer)
    if form.is_valid():
        try:
            erasing.erase(
                persons.of_customer(customer),
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=clock.now(),
            )
        except erasing.ErasureRefused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, "The person is erased. Take them out of QuickBooks as well.")
            return redirect("setup:person", company.slug, customer.pk)
    return _show(request, customer, form, status=422)


def _find(company, customer_id) -> Customer:
    rows = Customer.objects.of(company).select_related("company")
    return get_object_or_404(rows, pk=customer_id)


def _show(request, customer: Customer, form: ErasureForm, *, status: int = 200):
    found = erasing.preview(persons.of_customer(customer), now=clock.now())
    context = {
        "customer": customer,
        "form": form,
        "preview": found,
        "goes": [(name, count) for name, count in found.goes.items() if count],
    }
    return render(request, "setup/person.html", context, status=status)
