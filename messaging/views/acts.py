"""The common shape of what people do with a conversation: a form, one call, and away."""

from django import forms
from django.db.models import Max
from django.http import HttpResponse

from arbook import clock
from arbook.web.respond import done, show
from customers.tags import TagRefused
from invoices.approvals import ApprovalRefused
from invoices.disputes import DisputeRefused
from invoices.holds import HoldRefused
from invoices.plans import PlanRefused
from invoices.promises import PromiseRefused
from messaging import threads
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
    newest = thread.messages.aggregate(newest=Max("pk"))["newest"] or 0
    form.fields["seen"] = forms.IntegerField(
        required=False, widget=forms.HiddenInput, initial=newest
    )
    if form.is_valid() and _has_read(thread, form, newest):
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


def _has_read(thread, form, newest: int) -> bool:
    """Whether the form was filled in after their last words; if not, it says them."""
    seen = form.cleaned_data.pop("seen", None)
    news = threads.heard_since(thread, seen) if seen is not None else None
    if news is None:
        return True
    form.data = form.data.copy()
    form.data["seen"] = newest
    form.add_error(
        None, f"They wrote meanwhile: “{news.body}” Read it; then do it if it still fits."
    )
    return False
