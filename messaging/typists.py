"""Who is writing an answer at this moment, so that two people do not write the same one.

Kept in the cache for some seconds only. It is a courtesy: what really keeps the second answer back
is the token in messaging.replies.
"""

import hashlib
from datetime import datetime, timedelta

from django.core.cache import cache

from arbook.companies.models import User
from messaging.models import Thread

LASTS = timedelta(seconds=12)


def writes(thread: Thread, user: User, *, now: datetime) -> None:
    """Somebody types. ``now`` is real time: nobody types longer because a clock was moved."""
    _keep(thread, _others(thread.pk, user, now) | {str(user.pk): [str(user), now.isoformat()]})


def rests(thread: Thread, user: User, *, now: datetime) -> None:
    """Somebody has sent what they wrote, or thrown it away."""
    _keep(thread, _others(thread.pk, user, now))


def beside(thread: Thread, user: User, *, now: datetime) -> list[str]:
    """The names of the others who are writing."""
    return sorted(name for name, _ in _others(thread.pk, user, now).values())


def mark(names: list[str]) -> str:
    """Tells whether the same people write as before; empty for nobody."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:8] if names else ""


def _others(thread_id: int, user: User, now: datetime) -> dict[str, list[str]]:
    rows = cache.get(_key(thread_id)) or {}
    since = now - LASTS
    return {
        pk: row
        for pk, row in rows.items()
        if pk != str(user.pk) and datetime.fromisoformat(row[1]) > since
    }


def _keep(thread: Thread, rows: dict[str, list[str]]) -> None:
    # Two who type in the same instant may overwrite each other; the next stroke mends it.
    cache.set(_key(thread.pk), rows, timeout=LASTS.total_seconds())


def _key(thread_id: int) -> str:
    return f"typing:{thread_id}"
