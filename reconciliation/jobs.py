"""What reconciliation does by itself: the net below the webhooks."""

from datetime import datetime

from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import each_company
from reconciliation import checkout, meanwhile


def catch_up(now: datetime) -> None:
    """Fetch what Stripe could not deliver; it walks the same way as live events."""

    def work(company: Company, now: datetime) -> None:
        meanwhile.hear(company, now=now)

    each_company(work, now, companies=_connected(), may_be_refused=True)


def close_stale(now: datetime) -> None:
    """Close Stripe pages whose amount is no longer owed."""

    def work(company: Company, now: datetime) -> None:
        checkout.close_stale(company, now=now)

    each_company(work, now, companies=_connected())


def _connected():
    return Company.objects.active().filter(
        pk__in=Connection.objects.filter(
            vendor=Connection.Vendor.STRIPE, state=Connection.State.CONNECTED
        ).values("company")
    )
