"""What waits because everything is stopped, and how long."""

from datetime import datetime

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
