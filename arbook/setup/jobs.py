"""Cleaning that belongs to no app."""

from datetime import datetime

from django.core.management import call_command


def clean_sessions(now: datetime) -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")
