"""The inbox: the queue, and beside it one conversation with its context."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key, storable
from arbook.web.respond import show
from customers.models import Customer
from messaging import beside, inbox, pulse, talk, typists
from messaging.models import Thread
from messaging.views import composing

NOTHING = {
    "needs": ("No reply waits for an answer", "New replies appear here by themselves."),
    "mine": ("Nothing is yours right now", "Take a conversation with “Assign to me”."),
    "unassigned": ("Every conversation has an owner", ""),
    "waiting": ("We wait for nobody", "Conversations we answered stand here until closed."),
    "snoozed": ("Nothing is put away", ""),
    "unknown": ("Every sender is known", "Replies from numbers of no customer come here."),
    "closed": ("No conversation is closed yet", ""),
}


def of(company, thread_id) -> Thread:
    """The thread of a URL."""
    rows = Thread.objects.of(company).select_related(
        "customer", "customer__company", "owner", "company", "closed_by"
    )
    return get_object_or_404(rows, pk=thread_id)


def queue_context(request, company, now, current: Thread | None = None) -> dict:
    which = request.GET.get("queue", "")
    if which not in inbox.QUEUES:
        which = _home(current, now) if current else "needs"
    words = storable(request.GET.get("q", "")).strip()[:100]
    tag = request.GET.get("tag", "")
    tag = tag if tag in inbox.INTENTS else ""
    # Before anything is read: what changes meanwhile is then seen by the next beat.
    version = pulse.of_queues(company, now=now)
    number = request.GET.get("page", "1")
    number = int(number) if is_key(number) and len(number) < 6 else 1
    found = inbox.queue(company, which, request.user, now=now, words=words, tag=tag, page=number)
    kept = {"queue": which}
    kept |= {name: value for name, value in (("q", words), ("tag", tag)) if value}
    counts, tags = inbox.numbers(company, which, request.user, now=now)
    title, text = NOTHING[which]
    return {
        "queue": which,
        "queue_label": inbox.QUEUES[which],
        "queue_version": version,
        "here": f"?queue={which}",
        "tag": tag,
        "tags": tags,
        "tabs": queue_tabs(company, which, counts),
        "outcomes": Thread.Outcome.choices,
        "may_act": request.role >= Role.BOOKKEEPER,
        "kept": urlencode(kept),
        "kept_page": urlencode(kept | {"page": number}),
        "words": words,
        "number": number,
        "found": found,
        "current": current,
        "empty_title": _nothing_of(words, tag) or title,
        "empty_text": "" if words or tag else text,
        "now": now,
    }


def _nothing_of(words: str, tag: str) -> str:
    """What an empty list says when it was narrowed down."""
    if words:
        return f"Nothing matches “{words}”"
    return f"Nothing here is about {inbox.INTENTS[tag][0]}" if tag else ""


def _home(thread: Thread, now) -> str:
    """The queue a conversation opened by a link stands in."""
    if thread.state == Thread.State.SNOOZED and thread.snoozed_until > now:
        return "snoozed"
    return {Thread.State.WAITING: "waiting", Thread.State.CLOSED: "closed"}.get(
        thread.state, "needs"
    )


def queue_tabs(company, which: str, counts: dict[str, int]) -> list[dict]:
    address = reverse("messaging:inbox", args=[company.slug])
    return [
        {
            "label": label,
            "url": f"{address}?queue={key}",
            "current": key == which,
            "count": counts.get(key) or "",
        }
        for key, label in inbox.QUEUES.items()
    ]


@company_view(Role.VIEWER)
def inbox_page(request, company):
    now = clock.now()
    context = queue_context(request, company, now)
    return render(request, "messaging/inbox.html", context | {"label": "Queues"})


@company_view(Role.VIEWER)
def queue_part(request, company):
    """The list alone, for its own refreshing; 204 while nothing has changed."""
    now = clock.now()
    shown = request.GET.get("thread", "")
    current = Thread.objects.of(company).filter(pk=shown).first() if is_key(shown) else None
    context = queue_context(request, company, now, current)
    if request.GET.get("stamp") == context["found"].stamp:
        return HttpResponse(status=204)
    return show(
        request,
        page="messaging/inbox.html",
        fragment="messaging/_inbox_list.html",
        context=context,
    )


@company_view(Role.VIEWER)
def thread_page(request, company, thread_id):
    now = clock.now()
    row = of(company, thread_id)
    context = queue_context(request, company, now, row)
    context |= of_thread(request, row, now)
    return render(request, "messaging/inbox.html", context | {"label": "Queues"})


def of_thread(request, row: Thread, now) -> dict:
    """What the conversation, the composer and the context pane show."""
    version = pulse.of_talk(row)
    writing = typists.beside(row, request.user, now=clock.system())
    said = talk.read(row, now=now)
    return {
        "thread": row,
        "talk": said,
        "talk_version": version,
        "writing": writing,
        "writing_mark": typists.mark(writing),
        "context": beside.of(row, now=now),
        **composing.context(request, row, now, seen=said.newest, **composing.begun(request, row)),
    }


def here(request) -> str:
    """The queue a page of a conversation was opened from, for its links; may be nothing."""
    which = request.GET.get("queue", "")
    return f"?queue={which}" if which in inbox.QUEUES else ""


@company_view(Role.VIEWER)
def talk_part(request, company, thread_id):
    """The words alone, for their own refreshing; 204 while nothing has changed."""
    now = clock.now()
    row = of(company, thread_id)
    said = talk.read(row, now=now)
    if request.GET.get("stamp") == said.stamp:
        return HttpResponse(status=204)
    return render(
        request,
        "messaging/_talk.html",
        {
            "thread": row,
            "talk": said,
            "now": now,
            "may_act": request.role >= Role.BOOKKEEPER,
        },
    )


@company_view(Role.VIEWER)
def context_part(request, company, thread_id):
    now = clock.now()
    row = of(company, thread_id)
    return render(
        request,
        "messaging/_thread_context.html",
        {
            "thread": row,
            "context": beside.of(row, now=now),
            "may_act": request.role >= Role.BOOKKEEPER,
            "here": here(request),
            "now": now,
        },
    )


@company_view(Role.VIEWER)
def head_part(request, company, thread_id):
    return render(
        request,
        "messaging/_thread_head.html",
        {
            "thread": of(company, thread_id),
            "may_act": request.role >= Role.BOOKKEEPER,
            "here": here(request),
            "now": clock.now(),
        },
    )


@company_view(Role.VIEWER)
def of_customer(request, company, customer_id):
    """The last words with a customer, for the customer page."""
    customer = get_object_or_404(Customer.objects.of(company), pk=customer_id)
    row = Thread.objects.of(company).filter(customer=customer).select_related("owner").first()
    now = clock.now()
    return show(
        request,
        page="messaging/thread_of_customer.html",
        fragment="messaging/_thread_of_customer.html",
        context={
            "customer": customer,
            "thread": row,
            "items": talk.newest(row, now=now) if row else [],
            "now": now,
        },
    )
