"""Word to the staff of a company, by Slack where it is connected and by mail always.

One alert per cause: the key makes a second one of the same thing harmless.
"""

from datetime import datetime

from django.conf import settings

from arbook.companies.models import Company, Membership, Role
from arbook.gateways.models import Connection
from arbook.outbox.outbox import Wanted, enqueue_many


def tell(
    company: Company, *, key: str, title: str, text: str = "", url: str = "", now: datetime
) -> None:
    """Alert the people in charge. ``url`` may be a path; it is made absolute."""
    link = settings.PUBLIC_URL + url if url.startswith("/") else url
    payload = {"title": title, "text": text, "url": link}
    wanted = [
        Wanted(
            "alerts.mail", f"alert-mail:{company.pk}:{key}:{address}"[:100], company, {**payload, "to": address}
        )
        for address in people_in_charge(company)
    ]
    if Connection.objects.of(company).filter(vendor=Connection.Vendor.SLACK).exists():
        wanted.append(Wanted("alerts.slack", f"alert-slack:{company.pk}:{key}"[:100], company, payload))
    enqueue_many(wanted, now=now)


def people_in_charge(company: Company) -> list[str]:
    """The alert address of the company, else its managers and owners."""
    if company.alert_email:
        return [company.alert_email]
    return list(
        Membership.objects.filter(company=company, role__gte=Role.MANAGER)
        .order_by("user__email")
        .values_list("user__email", flat=True)
    )
