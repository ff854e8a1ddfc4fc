"""What belongs to no app: cleaning, and keeping connections alive."""

from datetime import datetime

from django.core.management import call_command

from arbook.companies.models import Company
from arbook.heartbeat.jobs import each_company
from arbook.setup import grants


def clean_sessions(now: datetime) -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")


def keep_connections(now: datetime) -> None:
    """Renew access that nobody uses, and say ahead when one ends; also of companies at rest."""
    each_company(_keep, now, companies=Company.objects.all())


def _keep(company: Company, now: datetime) -> None:
    grants.keep(company, now=now)
