"""A conversation in hand: whose it is, who looks after it, put away, closed."""

from datetime import datetime

from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key, storable
from arbook.web.respond import done, refused, show
from customers import tags
from customers.models import Customer
from messaging import away, closing, strangers, thread_keys, threads, ticks, undoing
from messaging.forms.inbox import CloseForm, SnoozeForm
from messaging.models import Thread
from messaging.threads import ThreadRefused
from messaging.views import inbox as pages
from messaging.views import onward
from messaging.views.acts import CHANGED, REFUSALS, act

MOST_MATCHES = 20


@company_view(Role.BOOKKEEPER)
@require_POST
def assign(request, company, thread_id):
    """Take the conversation, or leave it to whoever comes."""
    thread = pages.of(company, thread_id)
    owner = None if request.POST.get("to") == "nobody" else request.user
    now = clock.now()
    threads.assign(thread, owner=owner, by=request.user, now=now)
    message = "It is yours now." if owner else "Nobody looks after it now."
    undo = onward.undo_of(company, request.user, now)
    return done(request, go_to=thread, changed=CHANGED, message=message, undo=undo)


@company_view(Role.BOOKKEEPER)
def close(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = CloseForm(request.POST or None, initial={"outcome": _likely(thread)})
    return act(
        request,
        thread,
        form,
        closing.close,
        title="Close the conversation",
        submit="Close",
        said="The conversation is closed.",
        warning=_still_quiet(thread),
    )


def _likely(thread: Thread) -> str:
    return {"thanks": "nothing", "stop": "opted_out"}.get(thread.intent, "")


def _still_quiet(thread: Thread) -> str:
    if thread.customer is None:
        return ""
    waiting = thread.customer.tasks.open().filter(
        key__in=[thread_keys.paid_key(thread), thread_keys.dispute_key(thread)]
    )
    titles = [task.title for task in waiting]
    return f"Reminders rest until this task is done: {'; '.join(titles)}." if titles else ""


@company_view(Role.BOOKKEEPER)
def snooze(request, company, thread_id):
    thread = pages.of(company, thread_id)
    form = SnoozeForm(request.POST or None, today=company.local_date(clock.now()))
    return act(
        request,
        thread,
        form,
        away.snooze,
        title="Put away",
        submit="Put away",
        said="It is put away.",
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def reopen(request, company, thread_id):
    """Take up again what was closed or put away."""
    thread = pages.of(company, thread_id)
    away.reopen(thread, by=request.user, now=clock.now())
    return done(request, go_to=thread, message="It waits for an answer again.", leave=True)


@company_view(Role.BOOKKEEPER)
@require_POST
def undo(request, company, moment):
    """Take back what one click of this person did, in one conversation or in many."""
    address = reverse("messaging:inbox", args=[company.slug])
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError("an instant has a zone")
        found, said = undoing.undo(company, moment=at, by=request.user, now=clock.now())
    except (ValueError, *REFUSALS) as refusal:
        said = undoing.MOVED_ON if isinstance(refusal, ValueError) else str(refusal)
        return refused(request, message=said, go_to=address, changed=CHANGED)
    here = request.headers.get("HX-Current-URL", "").partition("?")[0]
    go_to = found[0].get_absolute_url() if len(found) == 1 else address
    # Where one stands already the parts read themselves again.
    leave = len(found) == 1 and not here.endswith(go_to)
    return done(request, go_to=go_to, changed=CHANGED, message=said, leave=leave)


@company_view(Role.BOOKKEEPER)
@require_POST
def tick(request, company, thread_id):
    """Which of the open invoices the conversation is about."""
    thread = pages.of(company, thread_id)
    chosen = [int(one) for one in request.POST.getlist("invoices") if is_key(one)]
    try:
        ticks.tick(thread, invoices=chosen, by=request.user, now=clock.now())
    except ThreadRefused as refusal:
        return refused(request, message=str(refusal), go_to=thread)
    return done(request, go_to=thread, changed=CHANGED)


@company_view(Role.BOOKKEEPER)
@require_POST
def tag(request, company, thread_id):
    """Put a word on the customer, or take one away; VIP keeps every reminder silent."""
    thread, now = pages.of(company, thread_id), clock.now()
    try:
        if thread.customer is None:
            raise ThreadRefused("First say whose number this is.")
        name = tags.spelled(
            company, storable(request.POST.get("known") or request.POST.get("tag", ""))
        )
        change = tags.take if request.POST.get("act") == "take" else tags.put
        change(thread.customer, name=name, by=request.user, now=now)
    except REFUSALS as refusal:
        return refused(request, message=str(refusal), go_to=thread)
    word = "is no longer" if change is tags.take else "is"
    silent = ": every reminder is silent" if name == tags.VIP and change is tags.put else ""
    message = f"{thread.customer} {word} tagged {name}{silent}."
    undo = onward.undo_of(company, request.user, now)
    return done(request, go_to=thread, changed=CHANGED, message=message, undo=undo)


@company_view(Role.BOOKKEEPER)
def link(request, company, thread_id):
    """Whose number it is: search, then choose."""
    thread = pages.of(company, thread_id)
    words = storable(request.GET.get("q", "")).strip()[:100]
    refusal = ""
    if request.method == "POST":
        chosen = request.POST.get("customer", "")
        customer = (
            Customer.objects.of(company).filter(pk=chosen).first() if is_key(chosen) else None
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
