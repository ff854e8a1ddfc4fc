"""The composer: what may be written here, when it would leave, and what it costs."""

from datetime import datetime

from django.utils import timezone

from arbook.companies.models import Role
from messaging import drafts, replies, saved_replies, segments, ways
from messaging.models import Message, Thread

NOTE = Message.Medium.NOTE
# How many characters before and behind the one that makes a text dear are shown with it.
AROUND = 8
MOST_MARKED = 3


def context(
    request,
    thread: Thread,
    now,
    *,
    seen: int,
    body: str = "",
    kind: str = "",
    error: str = "",
    leave_at: str = "",
    is_inserted: bool = False,
    is_draft: bool = False,
) -> dict:
    """The composer: the ways that are open, and why the others are not."""
    offered = ways.of(thread, now=now)
    first = next((way.medium for way in offered.values() if way.is_open), NOTE)
    if is_draft and kind != NOTE and not (kind in offered and offered[kind].is_open):
        kind = ""
    kind = kind or first
    may_act = request.role >= Role.BOOKKEEPER
    return {
        "thread": thread,
        "ways": list(offered.values()),
        "first": first,
        "body": body,
        "seen": seen,
        "error": error,
        "leave_at": leave_at,
        "latest": now + replies.FURTHEST,
        "is_inserted": is_inserted,
        "is_draft": is_draft,
        "offers": saved_replies.offers(thread, now=now) if may_act else [],
        "may_act": may_act,
        "now": now,
        **measured(offered.get(kind), kind, body, leave_at),
    }


def begun(request, thread: Thread) -> dict:
    """What this person had begun to write here, for ``context``; nothing of anybody else's."""
    draft = drafts.of(thread, request.user)
    if draft is None:
        return {}
    leave_at = draft.leave_at
    return {"body": draft.body, "kind": draft.medium, "leave_at": leave_at, "is_draft": True}


def measured(way: ways.Way | None, kind: str, body: str, leave_at: str = "") -> dict:
    """What stands below the text, and on the button."""
    try:
        leaves = timezone.make_aware(datetime.fromisoformat(leave_at)) if leave_at else None
    except ValueError:
        leaves = None
    size = segments.measure(segments.plain(body))
    return {
        "kind": kind,
        "way": way,
        "leaves": leaves,
        "size": size,
        "marked": marked(size, segments.plain(body)) if kind == Message.Medium.SMS else [],
    }


def marked(size: segments.Segments, text: str) -> list[dict]:
    """The characters that make a text dear, each with the words around it."""
    return [
        {
            "before": _end_of(text[: one.position]),
            "character": one.character,
            "after": _start_of(text[one.position + 1 :]),
            "name": one.name.lower(),
        }
        for one in size.offenders[:MOST_MARKED]
    ]


def _end_of(words: str) -> str:
    return words if len(words) <= AROUND else f"…{words[-AROUND:]}"


def _start_of(words: str) -> str:
    return words if len(words) <= AROUND else f"{words[:AROUND]}…"
