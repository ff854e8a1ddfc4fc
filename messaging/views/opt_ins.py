"""A yes that is no consent yet: a person says whether it counts."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, show
from customers import consent, ledger
from customers.models import OptIn
from customers.opt_ins import OptInRefused
from messaging import opt_ins
from messaging.forms.opt_ins import DecideForm


@company_view(Role.BOOKKEEPER)
def decide(request, company, opt_in_id):
    rows = OptIn.objects.of(company).exclude(address="").select_related("customer", "company")
    opt_in = get_object_or_404(rows, pk=opt_in_id)
    shown = ledger.shown(opt_in.channel, opt_in.address)
    here = reverse("customers:number", args=[company.slug, opt_in.address])
    form = DecideForm(request.POST or None)
    if form.is_valid():
        allows = form.cleaned_data["allows"] == "yes"
        try:
            opt_ins.decide(
                opt_in,
                allows=allows,
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=clock.now(),
            )
        except OptInRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            message = f"{shown} may be written to." if allows else f"{shown} stays opted out."
            return done(
                request, go_to=here, changed="customer-changed", message=message, leave=True
            )
    standing = consent.standing(company, opt_in.channel, opt_in.address)
    return show(
        request,
        page="customers/form_page.html",
        fragment="customers/_form.html",
        context={
            "form": form,
            "title": f"Does this “yes” of {shown} count?",
            "submit": "Decide",
            "customer": opt_in.customer,
            "cancel": here,
            "warning": f"{standing.sentence} Since then: “{opt_in.wording[:300]}”",
        },
    )
