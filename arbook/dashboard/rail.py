"""What the frame shows: the rail with counts where a person must act, and how fresh things are."""

from datetime import datetime, timedelta

from django.urls import reverse

from arbook import clock
from arbook.companies.frame import RailItem, frame
from arbook.companies.models import Company
from arbook.gateways.models import Connection
from invoices.models import Approval, BooksState, Task
from messaging.models import Message, Thread


def _replies(company: Company) -> int:
    return Thread.objects.of(company).needs_reply().count()


def _decisions(company: Company) -> int:
    waiting = Approval.objects.of(company).waiting(clock.now()).count()
    return waiting + Message.objects.of(company).proposed().count()


def _money(company: Company) -> int:
    kinds = [Task.Kind.MONEY, Task.Kind.REFUND, Task.Kind.VERIFY_PAYMENT]
    return Task.objects.of(company).open().filter(kind__in=kinds).count()


def register() -> None:
    """Fill the frame once, at start."""
    frame.rail[:] = [
        RailItem("today", "Today", "sun", "dashboard:today", everywhere="home"),
        RailItem("review", "Review", "paper-airplane", "messaging:batch", count=_decisions),
        RailItem("inbox", "Inbox", "inbox", "messaging:inbox", count=_replies),
        RailItem("customers", "Customers", "users", "customers:list"),
        RailItem("invoices", "Invoices", "document-text", "invoices:list"),
        RailItem("aging", "Aging", "table-cells", "invoices:aging"),
        RailItem("approvals", "Approvals", "check-badge", "invoices:approvals"),
        RailItem("money", "Money", "banknotes", "reconciliation:money", count=_money),
        RailItem("tasks", "Tasks", "clipboard-document-list", "invoices:tasks"),
        RailItem("policies", "Cadences", "calendar-days", "invoices:cadences"),
        RailItem("connections", "Connections", "link", "setup:connections"),
        RailItem("members", "Members", "user-group", "setup:members"),
        RailItem("settings", "Settings", "cog-6-tooth", "setup:company"),
    ]
    frame.freshness[:] = [freshness]


def _ago(then: datetime, now: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"


def freshness(company: Company, now: datetime) -> list[dict]:
    """One line for the books and one for each vendor, green, amber or red."""
    url = reverse("setup:connections", args=[company.slug])
    books = BooksState.objects.filter(company=company).first()
    connections = {one.vendor: one for one in Connection.objects.of(company)}
    read = books.last_read_at if books else None
    limit = timedelta(minutes=company.books_max_age_minutes)
    lines = [
        {
            "label": "QuickBooks",
            "text": _ago(read, now) if read else "never read",
            "level": "ok" if read and now - read <= limit else "bad",
            "url": url,
        }
    ]
    for vendor in (Connection.Vendor.STRIPE, Connection.Vendor.TWILIO):
        connection = connections.get(vendor)
        usable = connection is not None and connection.is_usable
        lines.append(
            {
                "label": vendor.label,
                "text": "live" if usable else "not connected" if not connection else "reconnect",
                "level": "ok" if usable else "bad",
                "url": url,
            }
        )
    broken = connections.get(Connection.Vendor.QUICKBOOKS)
    if broken and not broken.is_usable:
        lines[0] |= {"text": "reconnect needed", "level": "bad"}
    return lines
