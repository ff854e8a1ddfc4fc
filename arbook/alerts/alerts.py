"""Word to staff: one message by mail and, where it is connected, one in Slack."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from arbook.companies.models import Company, Role
from arbook.gateways.models import Connection
from arbook.outbox import outbox


def tell(
    company: Company, *, key: str, title: str, text: str = "", url: str = "", now: datetime
) -> None:
    """Tell the company's people once per ``key``; ``url`` is where they act on it."""
    payload = {"title": title, "text": text, "url": url}
    wanted = [
        outbox.Wanted("alerts.mail", f"{_short(key)}:{number}", company, payload | {"to": address})
        for number, address in enumerate(addressees(company), start=1)
    ]
    has_slack = Connection.objects.of(company).filter(vendor=Connection.Vendor.SLACK).exists()
    if has_slack:
        wanted.append(outbox.Wanted("alerts.slack", f"{_short(key)}:slack", company, payload))
    outbox.enqueue_many(wanted, now=now)


def addressees(company: Company) -> Iterable[str]:
    """The company's alert address, else its managers and owners."""
    if company.alert_email:
        return [company.alert_email]
    return list(
        company.memberships.filter(role__gte=Role.MANAGER, user__is_active=True)
        .order_by("user__email")
        .values_list("user__email", flat=True)
    )


def as_text(payload: dict) -> str:
    """The alert in plain words, for a mail's body or a Slack message."""
    # Whoever reads it is not on one of our pages: a path alone leads nowhere.
    url = payload["url"]
    url = f"{settings.PUBLIC_URL}{url}" if url.startswith("/") else url
    return "\n\n".join(part for part in (payload["text"], url) if part)


def _short(key: str) -> str:
    # An effect's key holds 100 characters, and ours leaves room for what follows.
    return f"alert:{key}"[:90]
