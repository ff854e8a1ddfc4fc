"""How far the texting of a company is registered with the carriers."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.gateways import errors
from arbook.web.respond import done, refused
from messaging import jobs
from messaging import registration as readiness


@company_view(Role.VIEWER)
def registration(request, company):
    now = clock.now()
    context = {
        "ready": readiness.of(company, now=now),
        "words": readiness.words(company, now=now),
        "now": now,
    }
    return render(request, "messaging/registration.html", context)


@company_view(Role.BOOKKEEPER)
@require_POST
def read(request, company):
    """Ask Twilio now instead of twice a day."""
    here = reverse("messaging:registration", args=[company.slug])
    try:
        jobs.read_campaign(company, clock.now())
    except errors.VendorError as trouble:
        return refused(request, message=f"Twilio could not be asked: {trouble}", go_to=here)
    return done(request, go_to=here, message="Twilio was asked.", leave=True)
