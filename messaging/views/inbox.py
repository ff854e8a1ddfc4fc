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
from messaging import beside, inbox, segments, talk, ways
from messaging.models import Message, Thread

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
    number = request.GET.get("page", "1")
    number = int(number) if is_key(number) and len(number) < 6 else 1
    found = inbox.queue(company, which, request.user, now=now, words=words, page=number)
    kept = {"queue": which} | ({"q": words} if words else {})
    title, text = NOTHING[which]
    return {
        "queue": which,
        "queue_label": inbox.QUEUES[which],
        "kept": urlencode(kept),
        "kept_page": urlencode(kept | {"page": number}),
        "words": words,
        "number": number,
        "found": found,
        "current": current,
        "empty_title": f"Nothing matches “{words}”" if words else title,
        "empty_text": "" if words else text,
        "now": now,
    }


def _home(thread: Thread, now) -> str:
    """The queue a conversation opened by a link stands in."""
    if thread.state == Thread.State.SNOOZED and thread.snoozed_until > now:
        return "snoozed"
    return {Thread.State.WAITING: "waiting", Thread.State.CLOSED: "closed"}.get(
        thread.state, "needs"
    )


def queue_tabs(request, company, which, now) -> list[dict]:
    counts = inbox.counts(company, request.user, now=now)
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
    context["tabs"] = queue_tabs(request, company, context["queue"], now)
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
        context=context | {"tabs": queue_tabs(request, company, context["queue"], now)},
    )


@company_view(Role.VIEWER)
def thread_page(request, company, thread_id):
    now = clock.now()
    row = of(company, thread_id)
    context = queue_context(request, company, now, row)
    context |= of_thread(request, row, now)
    context["tabs"] = queue_tabs(request, company, context["queue"], now)
    return render(request, "messaging/inbox.html", context | {"label": "Queues"})


def of_thread(request, row: Thread, now) -> dict:
    """What the conversation, the composer and the context pane show."""
    said = talk.read(row, now=now)
    return {
        "thread": row,
        "talk": said,
        "context": beside.of(row, now=now),
        **composer(request, row, now, seen=said.newest),
    }


def composer(
    request, row: Thread, now, *, seen: int, body: str = "", kind: str = "", error: str = ""
) -> dict:
    """The composer: the ways that are open, and why the others are not."""
    offered = ways.of(row, now=now)
    first = next((way.medium for way in offered.values() if way.is_open), Message.Medium.NOTE)
    kind = kind or first
    return {
        "thread": row,
        "ways": list(offered.values()),
        "way": offered.get(kind),
        "kind": kind,
        "body": body,
        "seen": seen,
        "error": error,
        "size": segments.measure(segments.plain(body)),
        "may_act": request.role >= Role.BOOKKEEPER,
        "now": now,
    }


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
