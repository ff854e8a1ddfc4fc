"""What comes of a conversation: promise, dispute, payment, another contact, silence."""

from datetime import date, timedelta

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import refused
from customers import consent
from invoices import plan_schedule
from invoices.models import Dispute, Invoice
from messaging import outcomes, threads, ticks
from messaging.forms.inbox import (
    AllowForm,
    ContactForm,
    DisputeForm,
    PaymentForm,
    PromiseForm,
    StopForm,
    WrongPersonForm,
)
from messaging.forms.outcomes import CopyForm, TaskForm, ThreadPlanForm
from messaging.models import Message, Thread
from messaging.views import inbox as pages
from messaging.views.acts import act

PROPOSED = ("invoices", "count", "every", "first_on", "why")


@company_view(Role.BOOKKEEPER)
def promise(request, company, thread_id):
    thread = pages.of(company, thread_id)
    invoice, reading = _spoken_of(thread)
    initial = {
        "invoice": invoice,
        "amount": reading.get("promise_amount") or (invoice and invoice.balance),
        "due_on": _day_of(reading.get("promise_date")),
    }
    form = PromiseForm(request.POST or None, customer=thread.customer, initial=initial)
    return act(
        request,
        thread,
        form,
        outcomes.promise,
        title="Record a promise",
        submit="Record promise",
        said="The promise is recorded.",
        quote=_quote(thread),
    )


@company_view(Role.BOOKKEEPER)
def dispute(request, company, thread_id):
    thread = pages.of(company, thread_id)
    invoice, reading = _spoken_of(thread)
    initial = {
        "invoice": invoice,
        "amount": reading.get("amount") or (invoice and invoice.balance),
        "reason": (reading.get("evidence") or "")[:300],
        "kind": Dispute.Kind.OTHER,
    }
    form = DisputeForm(request.POST or None, customer=thread.customer, initial=initial)
    return act(
        request,
        thread,
        form,
        outcomes.dispute,
        title="Open a dispute",
        submit="Open dispute",
        said="The dispute is open; the rest keeps moving.",
        quote=_quote(thread),
    )


@company_view(Role.BOOKKEEPER)
def plan(request, company, thread_id):
    thread = pages.of(company, thread_id)
    if thread.customer is None:
        return refused(request, message="First say whose number this is.", go_to=thread)
    offer = plan_schedule.proposal(thread.customer, today=company.local_date(clock.now()))
    initial = {}
    if offer:
        initial = {name: getattr(offer, name) for name in PROPOSED}
    form = ThreadPlanForm(request.POST or None, customer=thread.customer, initial=initial)
    return act(
        request,
        thread,
        form,
        outcomes.plan,
        title="Propose a payment plan",
        submit="Ask a manager",
        said="The plan waits for a manager; its invoices are quiet.",
        warning=offer.why if offer else "Nothing is open.",
        quote=_quote(thread),
    )


@company_view(Role.BOOKKEEPER)
def copy(request, company, thread_id):
    thread = pages.of(company, thread_id)
    invoice, _ = _spoken_of(thread)
    form = CopyForm(request.POST or None, customer=thread.customer, initial={"invoice": invoice})
    return act(
        request,
        thread,
        form,
        outcomes.copy,
        title="Send a copy",
        submit="Send",
        said="A copy is on its way.",
        quote=_quote(thread),
    )


@company_view(Role.BOOKKEEPER)
def task(request, company, thread_id):
    thread = pages.of(company, thread_id)
    today = company.local_date(clock.now())
    initial = {
        "title": f"{thread.customer or 'Somebody'} waits for an answer",
        "owner": request.user.pk,
        "due_on": today + timedelta(days=1),
        "detail": _quote(thread)[:300],
    }
    form = TaskForm(request.POST or None, company=company, initial=initial)
    return act(
        request,
        thread,
        form,
        outcomes.task,
        title="Hand to somebody",
        submit="Open task",
        said="The task is open.",
        quote=_quote(thread),
    )


@company_view(Role.BOOKKEEPER)
def payment(request, company, thread_id):
    thread = pages.of(company, thread_id)
    invoice, _ = _spoken_of(thread)
    initial = {"invoice": invoice, "note": _quote(thread)[:500]}
    form = PaymentForm(request.POST or None, customer=thread.customer, initial=initial)
    return act(
        request,
        thread,
        form,
        outcomes.payment,
        title="Verify a payment",
        submit="Have it looked for",
        said="A task to look for the payment is open.",
    )


@company_view(Role.BOOKKEEPER)
def contact(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = ContactForm(request.POST or None, addresses=_addresses(thread))
    return act(
        request,
        thread,
        form,
        outcomes.change_contact,
        title="Change the contact",
        submit="Use this from now on",
        said="The contact was changed.",
        quote=_quote(thread),
    )


@company_view(Role.BOOKKEEPER)
def wrong_person(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = WrongPersonForm(request.POST or None, addresses=_addresses(thread))
    return act(
        request,
        thread,
        form,
        threads.wrong_person,
        title="Wrong person",
        submit="Never use it again",
        said="The address is not used any more.",
        danger=True,
    )


@company_view(Role.BOOKKEEPER)
def stop(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = StopForm(request.POST or None, addresses=_addresses(thread))
    return act(
        request,
        thread,
        form,
        outcomes.stop,
        title="Contact asked to stop",
        submit="Stop writing to it",
        said="Nothing more is sent there.",
        danger=True,
    )


@company_view(Role.BOOKKEEPER)
def allow(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = AllowForm(
        request.POST or None, addresses=_addresses(thread), initial={"wording": _quote(thread)}
    )
    withdrawn = [
        standing.sentence
        for channel in ("sms", "email")
        for standing in consent.standings(
            company,
            channel,
            [one for one, _ in _addresses(thread) if threads.channel_of(one) == channel],
        ).values()
        if standing.is_withdrawn
    ]
    return act(
        request,
        thread,
        form,
        outcomes.allow,
        title="Contact wants messages again",
        submit="Confirm",
        said="Messages may be sent again.",
        warning=" ".join(withdrawn),
    )


def _last_reply(thread: Thread) -> Message | None:
    return (
        thread.messages.filter(direction=Message.Direction.IN)
        .order_by("-created_at", "-pk")
        .first()
    )


def _quote(thread: Thread) -> str:
    last = _last_reply(thread)
    return last.body if last else ""


def _spoken_of(thread: Thread) -> tuple[Invoice | None, dict]:
    """The invoice the last reply seems to be about, and what triage read."""
    last = _last_reply(thread)
    reading = last.reading if last else {}
    rows = Invoice.objects.open().filter(customer=thread.customer)
    ordered = list(rows.order_by("due_on", "pk"))
    chosen = ticks.ticked(thread, ordered)
    # Ticked, or named by them; else what has waited longest.
    ordered.sort(key=lambda row: row.pk not in chosen)
    return next(iter(ordered), None), reading


def _day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _addresses(thread: Thread) -> list[tuple[str, str]]:
    """The addresses of a conversation, the one they wrote from last first."""
    if thread.customer is None:
        return [(thread.unknown_address, threads.shown(thread.unknown_address))]
    rows = thread.customer.contacts.exclude(address="").values_list("address", flat=True)
    last = _last_reply(thread)
    found = dict.fromkeys([*([last.address] if last and last.address else []), *rows])
    return [(one, threads.shown(one)) for one in found]
