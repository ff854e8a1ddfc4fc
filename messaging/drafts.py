"""What somebody begins to write stays until it is sent, on whatever page they are next."""

from datetime import datetime

from arbook.companies.models import User
from messaging import segments
from messaging.kept_drafts import Draft
from messaging.models import Thread


def keep(
    thread: Thread,
    *,
    by: User,
    body: str,
    medium: str = "",
    leave_at: str = "",
    seen: int | None = None,
    now: datetime,
) -> None:
    """Remember the words of a composer; an empty one is thrown away.

    ``seen`` is the newest message on its screen: what comes late, of words that were sent already,
    is no draft any more.
    """
    if not body.strip():
        throw_away(thread, by=by)
    elif not _is_sent(thread, by, body, seen):
        words = {"company": thread.company, "medium": medium, "body": body, "leave_at": leave_at}
        Draft.objects.update_or_create(thread=thread, by=by, defaults=words | {"kept_at": now})


def throw_away(thread: Thread, *, by: User) -> None:
    """The words were sent, or are not wanted any more."""
    Draft.objects.filter(thread=thread, by=by).delete()


def of(thread: Thread, by: User) -> Draft | None:
    """What this person has begun to write here."""
    return Draft.objects.filter(thread=thread, by=by).first()


def move(thread: Thread, to: Thread) -> None:
    """The words go with the conversation; who writes in both keeps the newer place's."""
    writers = to.drafts.values("by")
    thread.drafts.exclude(by__in=writers).update(thread=to)


def _is_sent(thread: Thread, by: User, body: str, seen: int | None) -> bool:
    if seen is None:
        return False
    mine = thread.messages.filter(approved_by=by, pk__gt=seen).values_list("body", flat=True)
    words = _plain(body)
    return any(words in _plain(sent) for sent in mine)


def _plain(words: str) -> str:
    return " ".join(segments.plain(words).split())
