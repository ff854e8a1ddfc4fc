"""Answers and notes: written, measured, sent, taken back."""

import json

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.upsert import is_key, storable
from arbook.web.respond import done, is_fragment, refused, show
from messaging import closing, drafts, quiet_hours, replies, saved_replies, threads, typists, ways
from messaging.forms.inbox import NOTE, AnswerForm
from messaging.models import Message, Thread
from messaging.replies import ReplyRefused
from messaging.saved_replies import SavedReplyRefused
from messaging.views import composing, onward
from messaging.views import inbox as pages
from messaging.views.acts import CHANGED, REFUSALS

KINDS = (Message.Medium.SMS, Message.Medium.EMAIL, NOTE)


@company_view(Role.BOOKKEEPER)
@require_POST
def reply(request, company, thread_id):
    """An answer or a note; ``then=close`` ends the conversation as answered."""
    thread = pages.of(company, thread_id)
    form, now = AnswerForm(request.POST), clock.now()
    if not form.is_valid():
        empty = not request.POST.get("body", "").strip()
        error = "Write the answer first." if empty else "This cannot be sent like that."
        return _composer(request, thread, now, error=error)
    data = form.cleaned_data
    closes = request.POST.get("then") == "close" and data["kind"] != NOTE
    try:
        with transaction.atomic():
            message = _written(request, thread, data, closes=closes, now=now)
    except REFUSALS as refusal:
        return _refused(request, thread, now, refusal, seen=data["seen"])
    typists.rests(thread, request.user, now=clock.system())
    if closes:
        go_to = onward.after(request, company, thread, now)
        undo = onward.undo_of(company, request.user, now)
        return done(request, go_to=go_to, message=message, undo=undo, leave=True)
    if not is_fragment(request):
        go_to = f"{thread.get_absolute_url()}{pages.here(request)}"
        return done(request, go_to=go_to, message=message)
    thread = pages.of(company, thread_id)
    response = _fragment(request, thread, now, kind=data["kind"], seen=_newest(thread))
    toast = {"message": message, "tone": "ok"}
    response["HX-Trigger"] = json.dumps({CHANGED: True, "toast": toast})
    return response


def _written(request, thread, data, *, closes, now) -> str:
    """Keep the note, or send the answer and close with it; returns what to tell."""
    drafts.throw_away(thread, by=request.user)
    if data["kind"] == NOTE:
        threads.note(thread, body=data["body"], by=request.user, now=now)
        return "The note is kept."
    sent = replies.reply(
        thread,
        body=data["body"],
        medium=data["kind"],
        seen=data["seen"],
        leave_at=data["leave_at"],
        by=request.user,
        now=now,
    )
    message = _leaves(sent, is_chosen=bool(data["leave_at"]))
    if not closes:
        return message
    closing.close(
        thread,
        outcome=Thread.Outcome.ANSWERED,
        next_step="Reminders go on as planned.",
        by=request.user,
        now=now,
    )
    return f"{message} The conversation is closed."


def _leaves(sent: Message, *, is_chosen: bool) -> str:
    if not sent.send_after:
        return "The answer is on its way."
    local = sent.send_after.astimezone(sent.company.zone)
    at = f"{local:%a} {local:%b} {local.day}, {local:%H:%M}"
    place = ways.place_of(sent.thread, sent.medium, sent.address)
    theirs = quiet_hours.their_time(sent.send_after, place)
    if is_chosen:
        return f"It leaves {at} ({theirs})."
    return f"It leaves {at}, at a decent hour for them ({theirs})."


def _refused(request, thread, now, refusal, *, seen):
    other, offered = getattr(refusal, "other", None), getattr(refusal, "offered", None)
    more = {}
    if offered:
        more["leave_at"] = offered.astimezone(thread.company.zone).strftime("%Y-%m-%dT%H:%M")
    # Whoever has read what the other one sent may send all the same.
    return _composer(
        request, thread, now, error=str(refusal), seen=other.pk if other else seen, **more
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def saved(request, company, thread_id):
    """Put a saved reply behind what is written already; nothing is sent."""
    thread, now = pages.of(company, thread_id), clock.now()
    body = storable(request.POST.get("body", ""))[:20_000]
    try:
        text = saved_replies.text_for(thread, request.POST.get("saved", ""), now=now)
    except SavedReplyRefused as refusal:
        return _composer(request, thread, now, error=str(refusal))
    joined = f"{body.rstrip()} {text}".strip()
    return _composer(request, thread, now, body=joined, is_inserted=True)


def _composer(request, thread, now, *, error="", seen=None, **more):
    """The composer with what was written, alone or on its page."""
    if seen is None:
        given = request.POST.get("seen", "")
        seen = int(given) if given.isdecimal() and len(given) < 19 else _newest(thread)
    kind = request.POST.get("kind", "")
    written = {
        "seen": seen,
        "body": request.POST.get("body", ""),
        "kind": kind if kind in KINDS else "",
        "leave_at": request.POST.get("leave_at", "")[:16],
        "error": error,
    } | more
    _keep(request, thread, now, body=written["body"])
    status = 422 if error else 200
    if is_fragment(request):
        return _fragment(request, thread, now, status=status, **written)
    context = pages.queue_context(request, thread.company, now, thread)
    context |= pages.of_thread(request, thread, now)
    context |= composing.context(request, thread, now, **written)
    return show(request, page="messaging/inbox.html", context=context, status=status)


def _keep(request, thread, now, *, body: str) -> None:
    seen = request.POST.get("seen", "")
    drafts.keep(
        thread,
        by=request.user,
        body=storable(body)[:20_000],
        medium=request.POST.get("kind", "") if request.POST.get("kind") in KINDS else "",
        leave_at=storable(request.POST.get("leave_at", ""))[:16],
        seen=int(seen) if is_key(seen) else None,
        now=now,
    )


def _fragment(request, thread, now, *, status=200, **written):
    context = composing.context(request, thread, now, **written) | {"here": pages.here(request)}
    return render(request, "messaging/_composer.html", context, status=status)


def _newest(thread) -> int:
    return thread.messages.order_by("-pk").values_list("pk", flat=True).first() or 0


@company_view(Role.VIEWER)
def composer(request, company, thread_id):
    """The composer as things stand now, for a page on which nothing was written yet."""
    thread = pages.of(company, thread_id)
    begun = composing.begun(request, thread)
    return _fragment(request, thread, clock.now(), seen=_newest(thread), **begun)


@company_view(Role.BOOKKEEPER)
@require_POST
def measure(request, company, thread_id):
    """How many parts the text would have, and the sign that somebody writes; the words are kept.

    Whoever leaves the page in the middle of a word says so with ``left``.
    """
    thread, now = pages.of(company, thread_id), clock.now()
    kind, body = request.POST.get("kind", ""), request.POST.get("body", "")[:20_000]
    has_left = "left" in request.POST
    signal = typists.writes if body.strip() and not has_left else typists.rests
    signal(thread, request.user, now=clock.system())
    _keep(request, thread, now, body=body)
    if has_left:
        return HttpResponse(status=204)
    way = ways.of(thread, now=now).get(kind)
    return render(
        request,
        "messaging/_composer_size.html",
        {
            "thread": thread,
            "is_measured": True,
            **composing.measured(way, kind, body, request.POST.get("leave_at", "")[:16]),
        },
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def cancel(request, company, message_id):
    """Take back an answer that waits for its hour."""
    rows = Message.objects.of(company).select_related("thread")
    message = get_object_or_404(rows, pk=message_id)
    try:
        replies.cancel(message, by=request.user, now=clock.now())
    except ReplyRefused as refusal:
        return refused(request, message=str(refusal), go_to=message, changed=CHANGED)
    return done(request, go_to=message, changed=CHANGED, message="The answer was taken back.")
