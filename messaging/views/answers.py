"""Answers and notes: written, measured, sent, taken back."""

import json

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.web.respond import done, is_fragment, refused, show
from messaging import replies, segments, threads, ways
from messaging.forms.inbox import NOTE, AnswerForm
from messaging.models import Message, Thread
from messaging.replies import ReplyRefused
from messaging.views import inbox as pages
from messaging.views.acts import CHANGED, REFUSALS


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
