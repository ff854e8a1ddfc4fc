"""Connections: each vendor's state, and the forms that connect it."""

import secrets
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from arbook import clock, wall
from arbook.companies import second_factor
from arbook.companies.access import company_view, role_in
from arbook.companies.models import Company, Role
from arbook.gateways import errors, quickbooks_oauth
from arbook.gateways.models import Connection
from arbook.setup import companies, connection_cards, connections
from arbook.setup.forms import SlackForm, StripeForm, TwilioForm
from invoices.models import BooksState

FORMS = {
    "stripe": (StripeForm, connections.with_stripe),
    "twilio": (TwilioForm, connections.with_twilio),
    "slack": (SlackForm, connections.with_slack),
}
# How long the way to Intuit and back may take, in seconds of the real clock.
CONSENT_SECONDS = 15 * 60
BEFORE_CONNECTING = "Before a connection is changed, please show that it is you."


@company_view(Role.VIEWER)
def overview(request, company):
    now = clock.now()
    return render(
        request,
        "setup/connections.html",
        {
            "cards": connection_cards.cards(company, now=now),
            "books": BooksState.objects.filter(company=company).first(),
            "now": now,
        },
    )


@company_view(Role.OWNER, fresh=BEFORE_CONNECTING, keeps_secrets=True)
def connect(request, company, vendor):
    """The form of a vendor with keys; an empty secret keeps the stored one."""
    if vendor not in FORMS:
        raise Http404("No such vendor.")
    form_class, save = FORMS[vendor]
    connection = Connection.objects.of(company).filter(vendor=vendor).first()
    known = {**connection.options, "account_sid": connection.external_id} if connection else {}
    form = form_class(request.POST or None, initial=known)
    if connection is None:
        for name, field in form.fields.items():
            field.required = name not in connections.OPTIONAL
    if form.is_valid():
        try:
            save(company, by=request.user, now=clock.now(), **form.cleaned_data)
        except connections.NotConnected as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"{Connection.Vendor(vendor).label} is connected.")
            return redirect("setup:connections", company.slug)
    return render(
        request,
        "setup/connect.html",
        {
            "form": form,
            "label": Connection.Vendor(vendor).label,
            "known": connection,
            "webhook": companies.webhook_url(company, vendor) if vendor != "slack" else "",
        },
        status=422 if form.is_bound else 200,
    )


def _redirect_uri() -> str:
    return settings.PUBLIC_URL + reverse("quickbooks_callback")


@company_view(Role.OWNER, fresh=BEFORE_CONNECTING)
@require_POST
def quickbooks_start(request, company):
    """Send the owner to Intuit; the state ties the answer to this session and this company."""
    state = secrets.token_urlsafe(24)
    begun = {"state": state, "company": company.pk, "at": time()}
    request.session["quickbooks_state"] = begun
    try:
        return redirect(quickbooks_oauth.authorize_url(state, _redirect_uri()))
    except errors.VendorError as error:
        messages.error(request, f"QuickBooks does not answer: {error}")
        return redirect("setup:connections", company.slug)


@require_safe
@login_required
def quickbooks_callback(request):
    """Where Intuit sends the owner back to: one address for all companies."""
    begun = request.session.pop("quickbooks_state", None)
    given = request.GET.get("state", "")
    if not begun or not secrets.compare_digest(begun["state"].encode(), given.encode()):
        raise Http404("This sign-in was not begun here, or it was finished already.")
    company = get_object_or_404(Company, pk=begun["company"])
    role = role_in(request.user, company) or 0
    if role < Role.OWNER:
        raise Http404("No such company.")
    if second_factor.is_wanted(company, role) and not second_factor.has(request.user):
        return redirect("second_factor_needed")
    if time() - begun.get("at", 0) > CONSENT_SECONDS:
        messages.warning(request, "That sign-in at QuickBooks took too long. Please begin again.")
        return redirect("setup:connections", company.slug)
    with wall.inside(company):
        _answered(request, company)
    return redirect("setup:connections", company.slug)


def _answered(request, company: Company) -> None:
    if request.GET.get("error"):
        messages.warning(request, "QuickBooks was not connected: access was not granted.")
    elif not request.GET.get("code") or not request.GET.get("realmId"):
        messages.error(request, "QuickBooks sent an answer without a code or a company.")
    else:
        _finish(request, company)


def _finish(request, company: Company) -> None:
    try:
        connections.quickbooks_by_code(
            company,
            code=request.GET["code"],
            realm=request.GET["realmId"],
            redirect_uri=_redirect_uri(),
            by=request.user,
            now=clock.now(),
        )
    except connections.NotConnected as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "QuickBooks is connected. The books are read now.")


@company_view(Role.OWNER, fresh=BEFORE_CONNECTING)
@require_POST
def disconnect(request, company, vendor):
    connection = get_object_or_404(Connection.objects.of(company), vendor=vendor)
    connections.disconnect(connection, by=request.user, now=clock.now())
    messages.success(request, f"{connection.get_vendor_display()} is disconnected.")
    return redirect("setup:connections", company.slug)


@company_view(Role.BOOKKEEPER)
@require_POST
def sync_now(request, company):
    """Have the books read at once, by the worker."""
    connections.ask_for_sync(company, by=request.user, now=clock.now())
    messages.success(request, "The books are being read.")
    return redirect("setup:connections", company.slug)


@company_view(Role.BOOKKEEPER)
@require_POST
def read_now(request, company, vendor):
    """Have a vendor's lists read at once, by the worker: what its webhooks may not have told."""
    connection = get_object_or_404(Connection.objects.of(company), vendor=vendor)
    if vendor not in connections.HEARD:
        raise Http404("It has no lists to read.")
    connections.ask_to_hear(connection, by=request.user, now=clock.now())
    messages.success(request, f"{connection.get_vendor_display()} is being read.")
    return redirect("setup:connections", company.slug)


@company_view(Role.BOOKKEEPER)
@require_POST
def try_now(request, company, vendor):
    """Ask a vendor again that is left alone after failures, without waiting for the end of that."""
    if vendor != "mail":
        get_object_or_404(Connection.objects.of(company), vendor=vendor)
    connections.try_now(company, vendor, by=request.user, now=clock.now())
    messages.success(request, "It is asked again with the next call.")
    return redirect("setup:connections", company.slug)
