"""Where a person goes when a conversation is dealt with: the next one of the same queue."""

from datetime import datetime, timedelta

from django.urls import reverse

from arbook.web.respond import Undo
from messaging import inbox
from messaging.models import Thread

UNDO_WITHIN = timedelta(minutes=10)


def after(request, company, thread: Thread, now: datetime) -> str:
    """The first conversation of the queue one worked in; else the list."""
    which = request.GET.get("queue", "")
    address = reverse("messaging:inbox", args=[company.slug])
    if which not in inbox.QUEUES or which == "closed":
        return address
    first = inbox.next_in(company, which, request.user, now=now)
    if first is None or first.pk == thread.pk:
        return f"{address}?queue={which}"
    return f"{first.get_absolute_url()}?queue={which}"


def undo_of(thread: Thread, now: datetime) -> Undo:
    """Take up again what was closed or put away; later there is a button for it."""
    return Undo(
        reverse("messaging:thread_reopen", args=[thread.company.slug, thread.pk]),
        now + UNDO_WITHIN,
    )
