"""Where a person goes when a conversation is dealt with: the next one of the same queue."""

from datetime import UTC, datetime

from django.urls import reverse

from arbook.companies.models import Company, User
from arbook.web.respond import Undo
from messaging import inbox, undoing
from messaging.models import Thread


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


def undo_of(company: Company, by: User, moment: datetime) -> Undo | None:
    """The bar that takes the act of this instant back; None where there is nothing to take back."""
    if not undoing.is_undoable(company, moment=moment, by=by):
        return None
    written = moment.astimezone(UTC).isoformat()
    address = reverse("messaging:inbox_undo", args=[company.slug, written])
    return Undo(address, moment + undoing.WITHIN, now=moment)
