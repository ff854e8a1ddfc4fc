"""What happened meanwhile: after a silence vendors are heard before a reminder leaves.

Webhooks may be lost, and nothing runs while the house is down. So a reminder that is about to leave
waits until the payments and replies of that time are known, and until a new connection to Stripe
was proved to open a page to pay on.
"""

from datetime import datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import connections, errors, rehearsal
from arbook.gateways.models import Connection
from arbook.outbox.registry import Later
from messaging import lost_replies
from messaging.gate import AGAIN
from reconciliation import link_test
from reconciliation import meanwhile as at_stripe

Vendor = Connection.Vendor
AWAY = timedelta(minutes=2)
"""When a vendor that did not answer is asked again."""
TOLD = timedelta(seconds=30)
"""How long what a vendor told is given to be understood."""
HEAR = {Vendor.STRIPE: at_stripe.hear, Vendor.TWILIO: lost_replies.catch_up}


def held(company: Company, *, now: datetime) -> Later | None:
    """The wait of every reminder that would leave now; None when nothing is unheard."""
    rows = {one.vendor: one for one in Connection.objects.of(company).filter(vendor__in=HEAR)}
    cashier = rows.get(Vendor.STRIPE)
    if cashier and not cashier.is_usable:
        said = f"Stripe must be connected again, or a link to pay leads nowhere: {cashier.error}"
        return Later(now + AGAIN, said)
    behind = [one for one in rows.values() if one.is_usable and connections.is_behind(one, now)]
    try:
        # In a fixed order, payments first; replies act at once, payments in the worker's round.
        heard = {one.vendor: _hear(company, one, now) for one in behind}
        # Opening a page to pay on is an act; whoever only looks ahead leaves it to the real look.
        if cashier and link_test.is_due(cashier) and not rehearsal.is_on():
            cashier.company = company
            link_test.run(cashier, now=now)
    except link_test.LinkBroken as broken:
        return Later(now + AGAIN, str(broken))
    except errors.VendorError as away:
        return Later(now + AWAY, f"What happened meanwhile cannot be read: {away}")
    if heard.get(Vendor.STRIPE):
        return Later(now + TOLD, "What happened at Stripe meanwhile is looked at first.")
    return None


def _hear(company: Company, connection: Connection, now: datetime) -> int:
    try:
        return HEAR[connection.vendor](company, now=now)
    except errors.Refused:
        return 0  # it has no lists to read: its webhooks are all there is
