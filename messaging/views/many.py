"""Several conversations at once: taken, put away or closed as one act."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key
from arbook.web.respond import done, refused
from messaging import away, closing, inbox, threads
from messaging.models import Thread
from messaging.threads import ThreadRefused
from messaging.views import onward
from messaging.views.acts import CHANGED

READ_FIRST = ("close", "snooze")
"""What nobody does over words they have not seen."""
MOST_NAMED = 5


@company_view(Role.BOOKKEEPER)
@require_POST
def many(request, company):
    """All of the chosen ones or none: one that refuses undoes the others.

    Those who wrote since the list was drawn are left out and named.
    """
    which = request.POST.get("queue", "")
    go_to = reverse("messaging:inbox", args=[company.slug])
    go_to += f"?queue={which}" if which in inbox.QUEUES else ""
    keys = [int(one) for one in request.POST.getlist("threads") if is_key(one)][: inbox.PER_PAGE]
    rows = Thread.objects.of(company).select_related("company", "customer").filter(pk__in=keys)
    rows = list(rows.order_by("pk"))
    if not rows:
        return refused(request, message="Choose conversations first.", go_to=go_to)
    now = clock.now()
    act = request.POST.get("act")
    try:
        with transaction.atomic():
            unread = [row for row in rows if act in READ_FIRST and _has_news(request, row)]
            dealt_with = [row for row in rows if row not in unread]
            for row in dealt_with:
                _one(request, row, now)
    except ThreadRefused as refusal:
        return refused(request, message=f"{row}: {refusal}", go_to=go_to)
    meanwhile = _wrote_meanwhile(unread)
    if not dealt_with:
        return refused(request, message=meanwhile, go_to=go_to, changed=CHANGED)
    acts = {"close": "closed", "snooze": "put away until tomorrow"}
    done_to = acts.get(act, "yours now")
    count = len(dealt_with)
    counted = "1 conversation is" if count == 1 else f"{count} conversations are"
    message, undo = f"{counted} {done_to}.", onward.undo_of(company, request.user, now)
    message = " ".join(filter(None, [message, meanwhile]))
    return done(request, go_to=go_to, changed=CHANGED, message=message, undo=undo)


def _has_news(request, thread: Thread) -> bool:
    """Whether they wrote after the words that the list was drawn with."""
    seen = request.POST.get(f"seen-{thread.pk}", "")
    return is_key(seen) and bool(threads.heard_since(threads.locked(thread), int(seen)))


def _wrote_meanwhile(unread: list[Thread]) -> str:
    """Whose conversations were left as they are, and why; nothing where there are none."""
    if not unread:
        return ""
    names = [str(row.customer or threads.shown(row.unknown_address)) for row in unread]
    named = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    named += f" and {more} more" if more > 0 else ""
    return f"Left as it is, because they wrote meanwhile: {named}."


def _one(request, thread: Thread, now: datetime) -> None:
    by = request.user
    match request.POST.get("act"):
        case "assign":
            threads.assign(thread, owner=by, by=by, now=now)
        case "snooze":
            tomorrow = thread.company.local_date(now) + timedelta(days=1)
            away.snooze(thread, until=tomorrow, by=by, now=now)
        case "close":
            outcome, step = request.POST.get("outcome", ""), request.POST.get("next_step", "")
            closing.close(thread, outcome=outcome, next_step=step, by=by, now=now)
        case _:
            raise ThreadRefused("Choose what to do with it.")
