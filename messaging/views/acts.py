"""The common shape of what people do with a conversation: a form, one call, and away."""

from django.http import HttpResponse

from arbook import clock
from arbook.web.respond import done, show
from invoices.disputes import DisputeRefused
from invoices.holds import HoldRefused
from invoices.promises import PromiseRefused
from messaging.replies import ReplyRefused
from messaging.threads import ThreadRefused

CHANGED = "thread-changed"
REFUSALS = (ThreadRefused, ReplyRefused, PromiseRefused, DisputeRefused, HoldRefused)


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
    """Show the form, or do the act and leave."""
    if form.is_valid():
        try:
            do(thread, by=request.user, now=clock.now(), **form.cleaned_data)
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
