"""What people do on a customer's page. Each act is one form and one call."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import storable
from arbook.web.respond import done, refused, show
from customers import consent, contacts, ledger, profile, tags
from customers.forms import (
    AgainForm,
    ConsentForm,
    ContactForm,
    NoteForm,
    ProfileForm,
    WrongPersonForm,
)
from customers.models import ConsentEvent, Contact, Customer

CHANGED = "customer-changed"


def _customer(company, customer_id) -> Customer:
    return get_object_or_404(Customer.objects.of(company).select_related("company"), pk=customer_id)


def contact_of(company, customer_id, contact_id) -> Contact:
    rows = Contact.objects.of(company).select_related("customer", "company")
    return get_object_or_404(rows, pk=contact_id, customer=customer_id)


def _page(customer: Customer, tab: str = "") -> str:
    url = reverse("customers:detail", args=[customer.company.slug, customer.pk])
    return f"{url}?tab={tab}" if tab else url


def contact_form(request, title, submit, form, customer, tab="contacts", **context):
    return show(
        request,
        page="customers/form_page.html",
        fragment="customers/_form.html",
        context={
            "form": form,
            "title": title,
            "submit": submit,
            "customer": customer,
            "cancel": _page(customer, tab),
            **context,
        },
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def vip(request, company, customer_id):
    """Silence every reminder of the customer, or end that."""
    customer = _customer(company, customer_id)
    if request.POST.get("act") == "take":
        try:
            tags.take(customer, by=request.user, now=clock.now())
        except tags.TagRefused as refusal:
            return refused(request, message=str(refusal), go_to=_page(customer))
        message = f"{customer} is no longer VIP."
    else:
        tags.put(customer, by=request.user, now=clock.now())
        message = f"{customer} is VIP: every reminder is silent."
    return done(request, go_to=_page(customer), changed=CHANGED, message=message, leave=True)


@company_view(Role.BOOKKEEPER)
def contact_new(request, company, customer_id):
    customer = _customer(company, customer_id)
    form = ContactForm(request.POST or None)
    if form.is_valid():
        try:
            contacts.add(customer, by=request.user, now=clock.now(), **form.cleaned_data)
        except contacts.ContactRefused as refusal:
            form.add_error("written", str(refusal))
        else:
            return done(
                request,
                go_to=_page(customer, "contacts"),
                changed=CHANGED,
                message="The contact was added.",
                leave=True,
            )
    return contact_form(request, "Add a contact", "Add contact", form, customer)


@company_view(Role.BOOKKEEPER)
def consent_given(request, company, customer_id, contact_id):
    contact = contact_of(company, customer_id, contact_id)
    customer = contact.customer
    if not contact.address:
        return refused(
            request,
            message="Nobody can consent for a number that cannot be read.",
            go_to=_page(customer, "contacts"),
        )
    standing = consent.standing(company, contact.channel, contact.address)
    form_class = AgainForm if standing.is_withdrawn else ConsentForm
    form = form_class(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        proof = {"where": given["evidence"], "reason": given.get("reason", "")}
        consent.grant(
            company,
            channel=contact.channel,
            address=contact.address,
            source=given["source"],
            wording=given["wording"],
            evidence={name: value for name, value in proof.items() if value},
            by=request.user,
            now=clock.now(),
        )
        return done(
            request,
            go_to=_page(customer, "contacts"),
            changed=CHANGED,
            message="Consent was recorded.",
            leave=True,
        )
    return contact_form(
        request,
        f"Consent for {ledger.shown(contact.channel, contact.address)}",
        "Record consent",
        form,
        customer,
        warning=(
            f"{standing.sentence} Record a new consent only when the customer gave it since."
            if standing.is_withdrawn
            else ""
        ),
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def asked_to_stop(request, company, customer_id, contact_id):
    """One click: nothing more goes to this number or address."""
    contact = contact_of(company, customer_id, contact_id)
    if not contact.address:
        return refused(
            request,
            message="It cannot be read, so nothing is sent there anyway.",
            go_to=_page(contact.customer, "contacts"),
        )
    consent.withdraw(
        company,
        channel=contact.channel,
        address=contact.address,
        source=ConsentEvent.Source.STAFF,
        wording=storable(request.POST.get("wording", ""))[:2000],
        by=request.user,
        now=clock.now(),
    )
    return done(
        request,
        go_to=_page(contact.customer, "contacts"),
        changed=CHANGED,
        message=f"Nothing more is sent to {contact.address}.",
        leave=True,
    )


@company_view(Role.BOOKKEEPER)
def wrong_person(request, company, customer_id, contact_id):
    contact = contact_of(company, customer_id, contact_id)
    form = WrongPersonForm(request.POST or None, initial={"reason": "Somebody else answers there."})
    if form.is_valid():
        contacts.mark(
            contact,
            state=Contact.State.WRONG_PERSON,
            reason=form.cleaned_data["reason"] or "Somebody else answers there.",
            by=request.user,
            now=clock.now(),
        )
        return done(
            request,
            go_to=_page(contact.customer, "contacts"),
            changed=CHANGED,
            message=f"{contact} is not used any more.",
            leave=True,
        )
    title = f"{contact} belongs to somebody else"
    return contact_form(request, title, "Mark as wrong person", form, contact.customer)


@company_view(Role.BOOKKEEPER)
@require_POST
def contact_usable(request, company, customer_id, contact_id):
    """Use a contact again that was set aside."""
    contact = contact_of(company, customer_id, contact_id)
    if not contact.address:
        return refused(
            request,
            message="It cannot be read. Add the right one instead.",
            go_to=_page(contact.customer, "contacts"),
        )
    contacts.mark(contact, state=Contact.State.USABLE, reason="", by=request.user, now=clock.now())
    return done(
        request,
        go_to=_page(contact.customer, "contacts"),
        changed=CHANGED,
        message=f"{contact} is used again.",
        leave=True,
    )


@company_view(Role.BOOKKEEPER)
def profile_edit(request, company, customer_id):
    customer = _customer(company, customer_id)
    known = {
        "owner": customer.owner_id,
        "language": customer.language,
        "is_sensitive": customer.is_sensitive,
        "mail_only": customer.mail_only,
    }
    form = ProfileForm(request.POST or None, company=company, initial=known)
    if form.is_valid():
        profile.change(customer, by=request.user, now=clock.now(), **form.cleaned_data)
        return done(request, go_to=_page(customer), changed=CHANGED, message="Saved.", leave=True)
    return contact_form(request, f"About {customer}", "Save", form, customer, tab="")


@company_view(Role.BOOKKEEPER)
@require_POST
def note_new(request, company, customer_id):
    customer = _customer(company, customer_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        profile.note(customer, text=form.cleaned_data["text"], by=request.user, now=clock.now())
        return done(
            request,
            go_to=_page(customer, "notes"),
            changed=CHANGED,
            message="The note is kept.",
            leave=True,
        )
    return contact_form(request, "Add a note", "Keep the note", form, customer, tab="notes")
