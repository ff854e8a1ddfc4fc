"""Cleaning that belongs to no app."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db.models import Exists, OuterRef

from arbook.web.shared_cache import SharedCache


def clean_sessions(now: datetime) -> None:
    """Remove sessions that have ended, and what the shared cache need not remember any more."""
    call_command("clearsessions")
    ended = Exists(Session.objects.filter(session_key=OuterRef("session_key")))
    UserSession.objects.filter(~ended).delete()
    if isinstance(caches["default"], SharedCache):
        cache.sweep()
