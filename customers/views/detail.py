"""One customer: what they owe, how to reach them, what happened."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from arbook import clock
from arbook.audit import timeline
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.figures import day
from arbook.web.respond import show
from customers import consent, profile, receivable, tags
from customers.forms import NoteForm
from customers.models import Channel, Contact, Customer

TABS = {
    "timeline": "Timeline",
    "invoices": "Invoices",
    "contacts": "Contacts and consent",
    "calendar": "Calendar",
    "notes": "Notes",
}
KINDS = {
    "": "Everything",
    "message": "Messages",
    "invoice": "Invoices",
    "payment": "Payments",
    "hold": "Pauses",
    "consent": "Consent",
    "contact": "Contacts",
    "customer": "Customer",
}


def find(company, customer_id) -> Customer:
    """The customer with the figures of the header; 404 for those of other companies."""
    today = company.local_date(clock.now())
    rows = receivable.with_figures(Customer.objects.of(company), company, today)
    return get_object_or_404(rows.select_related("owner", "merged_into", "company"), pk=customer_id)


@company_view(Role.VIEWER)
def detail(request, company, customer_id):
    customer = find(company, customer_id)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "timeline"
    here = reverse("customers:detail", args=[company.slug, customer.pk])
    context = {
        "customer": customer,
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"{here}?tab={name}", "current": name == tab}
            for name, label in TABS.items()
        ],
        **_figures(customer),
        **_reach(company, customer),
    }
    if tab == "timeline":
        context |= _timeline(request, customer)
    elif tab == "contacts":
        context["ledger"] = consent.history(customer)
    elif tab == "notes":
        context |= {"notes": profile.notes(customer), "note_form": NoteForm()}
    return render(request, "customers/detail.html", context)


@company_view(Role.VIEWER)
def history(request, company, customer_id):
    """The timeline alone, as other screens show it."""
    customer = get_object_or_404(Customer.objects.of(company), pk=customer_id)
    context = {"customer": customer, **_timeline(request, customer)}
    return show(
        request,
        page="customers/history.html",
        fragment="customers/_timeline.html",
        context=context,
    )


@company_view(Role.VIEWER)
def header(request, company, customer_id):
    """The head of the page, swapped by itself when an act changed it."""
    customer = find(company, customer_id)
    context = {"customer": customer, **_figures(customer)}
    return render(request, "customers/_figures.html", context)


def _timeline(request, customer) -> dict:
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    return {
        "entries": timeline.of(customer, kind=kind),
        "kind": kind,
        "kinds": KINDS.items(),
    }


def _reach(company, customer) -> dict:
    rows = list(customer.contacts.all())
    standings = {}
    for channel in Channel.values:
        known = [one.address for one in rows if one.channel == channel and one.address]
        standings |= {
            (channel, address): standing
            for address, standing in consent.standings(company, channel, known).items()
        }
    for one in rows:
        one.standing = standings.get((one.channel, one.address))
    gone = (Contact.State.REMOVED, Contact.State.WRONG_PERSON)
    return {
        "contacts": [one for one in rows if one.state not in gone],
        "gone": [one for one in rows if one.state in gone],
        "texts": _first(rows, Channel.SMS),
        "mails": _first(rows, Channel.EMAIL),
    }


def _first(rows: list[Contact], channel: str) -> Contact | None:
    usable = [one for one in rows if one.channel == channel and one.is_usable]
    return min(usable, key=lambda one: (not one.is_primary, one.pk), default=None)


def _figures(customer) -> dict:
    sources = set(customer.taggings.filter(tag__name=tags.VIP).values_list("source", flat=True))
    return {
        "days": receivable.days_to_pay(customer),
        "oldest": f"since {day(customer.oldest)}" if customer.oldest else "",
        "is_vip": bool(sources),
        "vip_sources": sources,
    }
