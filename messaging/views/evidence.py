"""Evidence: one file about a customer or a number, and the check of such a file."""

import tempfile

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.export import file_name
from arbook.web.respond import refused, show
from customers import person as persons
from customers.models import Customer
from messaging import evidence_pack, evidence_rows
from messaging.forms.evidence import AddressForm, PackForm
from messaging.models import Message

HANDED_OUT = (
    "A file leaves the house with everything that was said: please show that it is you. "
    "The page you come from opens again afterwards."
)


@company_view(Role.VIEWER)
def evidence(request, company):
    """Choose a number, or check a pack; a customer's own pack is made from their page."""
    return _page(request, company, AddressForm())


@company_view(Role.VIEWER)
def of_customer(request, company, customer_id):
    """What a customer's pack would hold."""
    customer = _customer(company, customer_id)
    rows = customer.messages.exclude(state__in=[Message.State.PROPOSED, Message.State.SKIPPED])
    counts = {
        "lines of consent": evidence_rows.of_customer(customer).consent.count(),
        "messages, replies, calls and notes": rows.count(),
        "decisions": customer.decisions.count(),
    }
    return _page(request, company, AddressForm(), customer=customer, counts=counts)


@company_view(Role.MANAGER, fresh=HANDED_OUT)
@require_POST
def make(request, company, customer_id):
    customer = _customer(company, customer_id)
    return _file(request, evidence_rows.of_customer(customer), f"evidence-{customer.pk}")


@company_view(Role.MANAGER, fresh=HANDED_OUT)
@require_POST
def make_for_address(request, company):
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            person = persons.of_address(company, form.cleaned_data["address"])
        except persons.PersonUnknown as unknown:
            form.add_error("address", str(unknown))
        else:
            return _file(request, person, f"evidence-{min(person.addresses)}")
    return _page(request, company, form, status=422)


@company_view(Role.BOOKKEEPER)
def check(request, company):
    """Whether a pack is as it was made, and was made here."""
    form = PackForm(request.POST or None, request.FILES or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = evidence_pack.check(company, form.cleaned_data["pack"])
    elif request.method == "POST" and not request.FILES:
        return refused(request, message="Choose the file first.", go_to=request.path)
    return show(
        request, page="messaging/evidence_check.html", context={"form": form, "found": found}
    )


def _customer(company, customer_id) -> Customer:
    rows = Customer.objects.of(company).select_related("company")
    return get_object_or_404(rows, pk=customer_id)


def _file(request, person, name: str) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    evidence_pack.make(person, file, by=request.user, now=clock.now())
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{file_name(name)}.zip",
        content_type="application/zip",
    )


def _page(request, company, form, *, customer=None, counts=None, status=None):
    return show(
        request,
        page="messaging/evidence.html",
        status=status,
        context={
            "form": form,
            "customer": customer,
            "counts": counts or {},
            "may_make": request.role >= Role.MANAGER,
            "may_check": request.role >= Role.BOOKKEEPER,
        },
    )
