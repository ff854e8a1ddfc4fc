"""The common shape of what people do with a conversation: a form, one call, and away."""

from django.http import HttpResponse

from arbook import clock
from arbook.web.respond import done, show
from customers.tags import TagRefused
from invoices.approvals import ApprovalRefused
from invoices.disputes import DisputeRefused
from invoices.holds import HoldRefused
from invoices.plans import PlanRefused
from invoices.promises import PromiseRefused
from messaging.models import Thread
from messaging.replies import ReplyRefused
from messaging.threads import ThreadRefused
from messaging.views import onward

CHANGED = "thread-changed"
REFUSALS = (
    ThreadRefused,
    ReplyRefused,
    PromiseRefused,
    DisputeRefused,
    HoldRefused,
    PlanRefused,
    ApprovalRefused,
    TagRefused,
)
AWAY = (Thread.State.CLOSED, Thread.State.SNOOZED)


def act(
    request,
    thread,
    form,
    do,
    *,
    title,
    submit,
    said,
    go_to=None,
    warning="",
    danger=False,
    quote="",
) -> HttpResponse:
    """Show the form, or do the act and leave; what is dealt with leads to the next one."""
    if form.is_valid():
        now = clock.now()
        try:
            do(thread, by=request.user, now=now, **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            if go_to is None and Thread.objects.filter(pk=thread.pk, state__in=AWAY).exists():
                go_to = onward.after(request, thread.company, thread, now)
            return done(
                request,
                go_to=go_to or thread,
                changed=CHANGED,
                message=said,
                undo=onward.undo_of(thread.company, request.user, now),
                leave=True,
            )
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
