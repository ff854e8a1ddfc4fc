"""What comes of a conversation: promise, dispute, payment, another contact, silence."""

from datetime import date, timedelta
from functools import wraps

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from customers import consent
from invoices import plan_schedule
from invoices.models import Invoice
from messaging import closing, contested, outcomes, threads, ticks
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


def outcome(do, *, title: str, submit: str, said: str, danger: bool = False, quotes: bool = True):
    """A door whose function only makes the form; a second value is a warning above it."""

    def decorate(form_of):
        @company_view(Role.BOOKKEEPER)
        @wraps(form_of)
        def view(request, company, thread_id):
            thread = pages.of(company, thread_id)
            made = form_of(request, thread)
            form, warning = made if isinstance(made, tuple) else (made, "")
            return act(
                request,
                thread,
                form,
                do,
                title=title,
                submit=submit,
                said=said,
                warning=warning,
                danger=danger,
                quote=_quote(thread) if quotes else "",
            )

        return view

    return decorate


@outcome(
    outcomes.promise,
    title="Record a promise",
    submit="Record promise",
    said="The promise is recorded.",
)
def promise(request, thread):
    invoice, reading = _spoken_of(thread)
    initial = {
        "invoice": invoice,
        "amount": reading.get("promise_amount") or (invoice and invoice.balance),
        "due_on": _day_of(reading.get("promise_date")),
    }
    return PromiseForm(request.POST or None, customer=thread.customer, initial=initial)


@outcome(
    outcomes.dispute,
    title="Open a dispute",
    submit="Open dispute",
    said="The dispute is open; the rest keeps moving.",
)
def dispute(request, thread):
    invoice, reading = _spoken_of(thread)
    initial = {
        "invoice": invoice,
        "amount": reading.get("amount") or (invoice and invoice.balance),
        "reason": (reading.get("evidence") or "")[:300],
        "kind": contested.kind_of(_quote(thread)),
    }
    return DisputeForm(request.POST or None, customer=thread.customer, initial=initial)


@outcome(
    outcomes.plan,
    title="Propose a payment plan",
    submit="Ask a manager",
    said="The plan waits for a manager; its invoices are quiet.",
)
def plan(request, thread):
    today = thread.company.local_date(clock.now())
    offer = plan_schedule.proposal(thread.customer, today=today) if thread.customer else None
    initial = {name: getattr(offer, name) for name in PROPOSED} if offer else {}
    form = ThreadPlanForm(request.POST or None, customer=thread.customer, initial=initial)
    if thread.customer is None:
        return form, "First say whose number this is."
    return form, offer.why if offer else "Nothing is open."


@outcome(outcomes.copy, title="Send a copy", submit="Send", said="A copy is on its way.")
def copy(request, thread):
    invoice, _ = _spoken_of(thread)
    return CopyForm(request.POST or None, customer=thread.customer, initial={"invoice": invoice})


@outcome(outcomes.task, title="Hand to somebody", submit="Open task", said="The task is open.")
def task(request, thread):
    today = thread.company.local_date(clock.now())
    initial = {
        "title": f"{thread.customer or 'Somebody'} waits for an answer",
        "owner": request.user.pk,
        "due_on": today + timedelta(days=1),
        "detail": _quote(thread)[:300],
    }
    return TaskForm(request.POST or None, company=thread.company, initial=initial)


@outcome(
    outcomes.payment,
    title="Verify a payment",
    submit="Have it looked for",
    said="A task to look for the payment is open.",
    quotes=False,
)
def payment(request, thread):
    invoice, _ = _spoken_of(thread)
    initial = {"invoice": invoice, "note": _quote(thread)[:500]}
    return PaymentForm(request.POST or None, customer=thread.customer, initial=initial)


@outcome(
    outcomes.change_contact,
    title="Change the contact",
    submit="Use this from now on",
    said="The contact was changed.",
)
def contact(request, thread):
    return ContactForm(request.POST or None, addresses=_addresses(thread))


@outcome(
    closing.wrong_person,
    title="Wrong person",
    submit="Never use it again",
    said="The address is not used any more.",
    danger=True,
    quotes=False,
)
def wrong_person(request, thread):
    return WrongPersonForm(request.POST or None, addresses=_addresses(thread))


@outcome(
    outcomes.stop,
    title="Contact asked to stop",
    submit="Stop writing to it",
    said="Nothing more is sent there.",
    danger=True,
    quotes=False,
)
def stop(request, thread):
    return StopForm(request.POST or None, addresses=_addresses(thread))


@outcome(
    outcomes.allow,
    title="Contact wants messages again",
    submit="Confirm",
    said="Messages may be sent again.",
    quotes=False,
)
def allow(request, thread):
    addresses, initial = _addresses(thread), {"wording": _quote(thread)}
    form = AllowForm(request.POST or None, addresses=addresses, initial=initial)
    withdrawn = [
        standing.sentence
        for channel in ("sms", "email")
        for standing in consent.standings(
            thread.company,
            channel,
            [one for one, _ in addresses if threads.channel_of(one) == channel],
        ).values()
        if standing.is_withdrawn
    ]
    return form, " ".join(withdrawn)


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
