"""What people do with a conversation. Each act is one form and one call."""

import json
from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import storable
from arbook.web.respond import done, is_fragment, refused, show
from customers import consent
from customers.models import Customer
from invoices.disputes import DisputeRefused
from invoices.holds import HoldRefused
from invoices.models import Invoice
from invoices.promises import PromiseRefused
from messaging import outcomes, replies, segments, strangers, threads, ways
from messaging.forms.inbox import (
    NOTE,
    AllowForm,
    AnswerForm,
    CloseForm,
    ContactForm,
    DisputeForm,
    PaymentForm,
    PromiseForm,
    SnoozeForm,
    StopForm,
    WrongPersonForm,
)
from messaging.models import Message, Thread
from messaging.replies import ReplyRefused
from messaging.threads import ThreadRefused
from messaging.views import inbox as pages

CHANGED = "thread-changed"
REFUSALS = (ThreadRefused, ReplyRefused, PromiseRefused, DisputeRefused, HoldRefused)
MOST_MATCHES = 20


def _inbox(company) -> str:
    return reverse("messaging:inbox", args=[company.slug])


@company_view(Role.BOOKKEEPER)
@require_POST
def reply(request, company, thread_id):
    """An answer or a note; ``then=close`` ends the conversation as answered."""
    thread = pages.of(company, thread_id)
    form, now = AnswerForm(request.POST), clock.now()
    body, kind = request.POST.get("body", ""), request.POST.get("kind", "")
    if not form.is_valid():
        error = "Write the answer first." if not body.strip() else "This cannot be sent like that."
        return _composer(request, thread, now, body=body, kind=kind, error=error)
    data = form.cleaned_data
    try:
        if data["kind"] == NOTE:
            threads.note(thread, body=data["body"], by=request.user, now=now)
            message = "The note is kept."
        else:
            sent = replies.reply(
                thread,
                body=data["body"],
                medium=data["kind"],
                seen=data["seen"],
                by=request.user,
                now=now,
            )
            message = _leaves(sent)
            if request.POST.get("then") == "close":
                threads.close(
                    thread,
                    outcome=Thread.Outcome.ANSWERED,
                    next_step="Reminders go on as planned.",
                    by=request.user,
                    now=now,
                )
                message = f"{message} The conversation is closed."
    except REFUSALS as refusal:
        other = getattr(refusal, "other", None)
        # Whoever has read what the other one sent may send all the same.
        seen = other.pk if other else data["seen"]
        return _composer(request, thread, now, body=body, kind=kind, error=str(refusal), seen=seen)
    if not is_fragment(request):
        return done(request, go_to=thread, message=message)
    thread = pages.of(company, thread_id)
    response = _composer(request, thread, now, kind=data["kind"])
    toast = {"message": message, "tone": "ok"}
    response["HX-Trigger"] = json.dumps({CHANGED: True, "toast": toast})
    return response


def _leaves(sent: Message) -> str:
    if sent.send_after:
        local = sent.send_after.astimezone(sent.company.zone)
        return f"It leaves {local:%a %H:%M}, at a decent hour for them."
    return "The answer is on its way."


def _composer(request, thread, now, *, body="", kind="", error="", seen=None):
    if seen is None or not error:
        newest = thread.messages.order_by("-pk").values_list("pk", flat=True).first() or 0
        seen = newest
    if kind not in (Message.Medium.SMS, Message.Medium.EMAIL, NOTE):
        kind = ""
    written = {"seen": seen, "body": body, "kind": kind, "error": error}
    if is_fragment(request):
        context = pages.composer(request, thread, now, **written)
        status = 422 if error else 200
        return render(request, "messaging/_composer.html", context, status=status)
    context = pages.queue_context(request, thread.company, now, thread)
    context |= pages.of_thread(request, thread, now)
    context |= pages.composer(request, thread, now, **written)
    context["tabs"] = pages.queue_tabs(request, thread.company, context["queue"], now)
    return show(request, page="messaging/inbox.html", context=context, status=422)


@company_view(Role.BOOKKEEPER)
@require_POST
def measure(request, company, thread_id):
    """How many parts the text would have; nothing is kept."""
    thread = pages.of(company, thread_id)
    kind = request.POST.get("kind", "")
    return render(
        request,
        "messaging/_composer_size.html",
        {
            "kind": kind,
            "way": ways.of(thread, now=clock.now()).get(kind),
            "size": segments.measure(segments.plain(request.POST.get("body", "")[:20_000])),
            "thread": thread,
        },
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def cancel(request, company, message_id):
    """Take back an answer that waits for a decent hour."""
    rows = Message.objects.of(company).select_related("thread")
    message = get_object_or_404(rows, pk=message_id)
    try:
        replies.cancel(message, by=request.user, now=clock.now())
    except ReplyRefused as refusal:
        return refused(request, message=str(refusal), go_to=message, changed=CHANGED)
    return done(request, go_to=message, changed=CHANGED, message="The answer was taken back.")


@company_view(Role.BOOKKEEPER)
@require_POST
def assign(request, company, thread_id):
    """Take the conversation, or leave it to whoever comes."""
    thread = pages.of(company, thread_id)
    owner = None if request.POST.get("to") == "nobody" else request.user
    threads.assign(thread, owner=owner, by=request.user, now=clock.now())
    message = "It is yours now." if owner else "Nobody looks after it now."
    return done(request, go_to=thread, changed=CHANGED, message=message)


@company_view(Role.BOOKKEEPER)
def close(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = CloseForm(request.POST or None, initial={"outcome": _likely(thread)})
    return _act(
        request,
        thread,
        form,
        threads.close,
        title="Close the conversation",
        submit="Close",
        said="The conversation is closed.",
        go_to=_inbox(company),
        warning=_still_quiet(thread),
    )


def _likely(thread: Thread) -> str:
    return {"thanks": "nothing", "stop": "opted_out"}.get(thread.intent, "")


def _still_quiet(thread: Thread) -> str:
    if thread.customer is None:
        return ""
    waiting = thread.customer.tasks.open().filter(
        key__in=[threads.paid_key(thread), threads.dispute_key(thread)]
    )
    titles = [task.title for task in waiting]
    return f"Reminders rest until this task is done: {'; '.join(titles)}." if titles else ""


@company_view(Role.BOOKKEEPER)
def snooze(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = SnoozeForm(request.POST or None, today=company.local_date(clock.now()))
    return _act(
        request,
        thread,
        form,
        threads.snooze,
        title="Put away",
        submit="Put away",
        said="It is put away.",
        go_to=_inbox(company),
    )


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
    return _act(
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
        "amount": invoice and invoice.balance,
        "reason": (reading.get("evidence") or "")[:300],
    }
    form = DisputeForm(request.POST or None, customer=thread.customer, initial=initial)
    return _act(
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
def payment(request, company, thread_id):
    thread = pages.of(company, thread_id)
    invoice, _ = _spoken_of(thread)
    initial = {"invoice": invoice, "note": _quote(thread)[:500]}
    form = PaymentForm(request.POST or None, customer=thread.customer, initial=initial)
    return _act(
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
    return _act(
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
    return _act(
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
    return _act(
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
    return _act(
        request,
        thread,
        form,
        outcomes.allow,
        title="Contact wants messages again",
        submit="Confirm",
        said="Messages may be sent again.",
        warning=" ".join(withdrawn),
    )


@company_view(Role.BOOKKEEPER)
def link(request, company, thread_id):
    """Whose number it is: search, then choose."""
    thread = pages.of(company, thread_id)
    words = storable(request.GET.get("q", "")).strip()[:100]
    refusal = ""
    if request.method == "POST":
        chosen = request.POST.get("customer", "")
        customer = (
            Customer.objects.of(company).filter(pk=chosen).first() if chosen.isdigit() else None
        )
        try:
            if customer is None:
                raise ThreadRefused("Choose a customer of this company.")
            own = strangers.link(thread, customer=customer, by=request.user, now=clock.now())
        except ThreadRefused as error:
            refusal = str(error)
        else:
            return done(
                request,
                go_to=own,
                changed=CHANGED,
                message=f"The sender belongs to {customer}.",
                leave=True,
            )
    found = Customer.objects.of(company).present().select_related("company")
    if words:
        found = found.filter(name__icontains=words)
    return show(
        request,
        page="messaging/thread_link_page.html",
        fragment="messaging/_thread_link.html",
        context={
            "thread": thread,
            "title": "Whose number is it?",
            "words": words,
            "matches": found.order_by("name")[:MOST_MATCHES],
            "refusal": refusal,
            "cancel": thread.get_absolute_url(),
        },
        status=422 if refusal else None,
    )


def _act(
    request,
    thread,
    form,
    act,
    *,
    title,
    submit,
    said,
    go_to=None,
    warning="",
    danger=False,
    quote="",
) -> HttpResponse:
    """Show the form, or do the act and leave."""
    if form.is_valid():
        try:
            act(thread, by=request.user, now=clock.now(), **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return done(request, go_to=go_to or thread, changed=CHANGED, message=said, leave=True)
    return show(
        request,
        page="messaging/thread_act_page.html",
        fragment="messaging/_thread_act.html",
        context={
            "thread": thread,
            "form": form,
            "title": title,
            "submit": submit,
            "warning": warning,
            "danger": danger,
            "quote": quote,
            "cancel": thread.get_absolute_url(),
        },
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
    named = rows.filter(number=reading["invoice"]).first() if reading.get("invoice") else None
    return named or rows.order_by("due_on", "pk").first(), reading


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
