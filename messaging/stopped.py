"""What waits because everything is stopped, and how long."""

import threading
import time
from datetime import datetime

from django.db import DatabaseError

from arbook import clock
from arbook.companies import stops
from arbook.companies.models import Company
from arbook.companies.stops import Stop
from arbook.outbox.registry import Later
from messaging.gate import AGAIN


def held(company: Company, now: datetime) -> Later | None:
    """The wait of everything that would leave now; None when nothing is stopped."""
    stop = stops.standing(company, now)
    return until_over(stop, company, now) if stop else None


def until_over(stop: Stop, company: Company, now: datetime) -> Later:
    """To its end, or a while when only a person ends it; whoever ends it sooner wakes them all."""
    return Later(stop.until or now + AGAIN, f"{stops.HELD}{stop.said(company.zone)}")


LOOK_EVERY = 1.0
"""Seconds for which a process believes that nothing is stopped."""

_nothing_at: dict[int, float] = {}
_lock = threading.Lock()


def hold_back(company: Company) -> None:
    """Just before a call: raises Later when a stop was pressed after the last look.

    That nothing is stopped is believed for a second; that something is, never.
    """
    began = time.monotonic()
    with _lock:
        if began - _nothing_at.get(company.pk, -LOOK_EVERY) < LOOK_EVERY:
            return
        # The other threads go on with what is known while this one looks.
        _nothing_at[company.pk] = began
    try:
        wait = held(company, clock.now())
    except DatabaseError as trouble:
        trouble.before_the_call = True
        forget()
        raise
    if wait:
        forget()
        raise wait


def forget() -> None:
    """Forget what this process saw; the next call looks."""
    with _lock:
        _nothing_at.clear()
