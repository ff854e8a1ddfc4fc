"""What reconciliation does by itself: the net below the webhooks."""

from datetime import datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import stripe
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import each_company
from arbook.webhooks.store import Arrival, keep
from reconciliation import checkout

# Stripe keeps events this long.
LOOK_BACK = timedelta(days=2)


def catch_up(now: datetime) -> None:
    """Fetch the events Stripe could not deliver; they walk the same way as live ones."""

    def work(company: Company, now: datetime) -> None:
        events = stripe.of(company).undelivered_events(now - LOOK_BACK)
        keep(
            [Arrival("stripe", one["id"], one["type"], company.pk, one) for one in events], now=now
        )

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
