"""What the frame shows: the rail with counts where a person must act, and how fresh things are."""

from datetime import datetime, timedelta

from django.db.models import Count, Value
from django.urls import reverse

from arbook.companies.frame import RailItem, frame
from arbook.companies.models import Company
from arbook.gateways import lines
from arbook.gateways.models import Connection
from arbook.web import figures
from invoices.models import Approval, BooksState, Task
from messaging.models import Message, Thread

# How long before the whole QuickBooks grant ends the frame begins to say so.
RENEW_AHEAD = timedelta(days=21)
FRESH = (Connection.Vendor.QUICKBOOKS, Connection.Vendor.STRIPE, Connection.Vendor.TWILIO)


def counts(company: Company, now: datetime) -> dict[str, int]:
    """What waits for a person, by place, in one statement; where nothing waits is left out."""
    kinds = [Task.Kind.MONEY, Task.Kind.REFUND, Task.Kind.VERIFY_PAYMENT]
    tasks = Task.objects.of(company).waiting(company.local_date(now))
    first, *others = [
        rows.order_by().values_list(Value(key)).annotate(n=Count("pk"))
        for key, rows in {
            "review": Message.objects.of(company).proposed(),
            "inbox": Thread.objects.of(company).needs_reply(),
            "approvals": Approval.objects.of(company).waiting(now),
            "money": tasks.filter(kind__in=kinds),
        }.items()
    ]
    return dict(first.union(*others, all=True))


def register() -> None:
    """Fill the frame once, at start."""
    frame.rail[:] = [
        RailItem("today", "Today", "sun", "dashboard:today", everywhere="home"),
        RailItem("review", "Review", "paper-airplane", "messaging:batch"),
        RailItem("inbox", "Inbox", "inbox", "messaging:inbox", also=("messaging:letter",)),
        RailItem("calls", "Calls", "phone", "messaging:calls"),
        RailItem(
            "customers",
            "Customers",
            "users",
            "customers:list",
            also=("messaging:calendar", "messaging:evidence"),
        ),
        RailItem("invoices", "Invoices", "document-text", "invoices:list"),
        RailItem("aging", "Aging", "table-cells", "invoices:aging"),
        RailItem("approvals", "Approvals", "check-badge", "invoices:approvals"),
        RailItem("money", "Money", "banknotes", "reconciliation:money"),
        RailItem(
            "tasks",
            "Tasks",
            "clipboard-document-list",
            "invoices:tasks",
            also=("invoices:disputes", "invoices:plans"),
        ),
        RailItem("policies", "Cadences", "calendar-days", "invoices:cadences"),
        RailItem("texts", "Texts", "chat-bubble-bottom-center-text", "messaging:templates"),
        RailItem("system", "System", "cpu-chip", "system:overview"),
        RailItem(
            "connections",
            "Connections",
            "link",
            "setup:connections",
            also=("messaging:registration",),
        ),
        RailItem("members", "Members", "user-group", "setup:members"),
        RailItem("settings", "Settings", "cog-6-tooth", "setup:company"),
    ]
    frame.counts[:] = [counts]
    frame.freshness[:] = [freshness]


def freshness(company: Company, now: datetime) -> list[dict]:
    """One line for the books and one for each vendor, green, amber or red."""
    connections = {one.vendor: one for one in Connection.objects.of(company)}
    keys = {vendor: lines.key_of(company.pk, vendor) for vendor in FRESH}
    standings = lines.standings(list(keys.values()))
    rests = {vendor: _rest(standings[key], now) for vendor, key in keys.items()}
    books, *others = FRESH
    shown = [_books(company, connections.get(books), rests[books], now)]
    for vendor in others:
        connection = connections.get(vendor)
        if connection is None:
            text, level = "not connected", "bad"
        elif not connection.is_usable:
            text, level = "reconnect", "bad"
        elif rests[vendor]:
            text, level = rests[vendor], "warn"
        else:
            text, level = "live", "ok"
        shown.append({"label": vendor.label, "text": text, "level": level})
    url = reverse("setup:connections", args=[company.slug])
    return [line | {"url": url} for line in shown]


def _rest(found: lines.Standing, now: datetime) -> str:
    """What is to be said of a vendor that is left alone, or tried again after that; else empty."""
    if found.is_resting(now):
        return f"rests until {figures.moment(found.until)}"
    return "is tried again" if found.is_on_trial(now) else ""


def _books(company: Company, connection: Connection | None, rest: str, now: datetime) -> dict:
    books = BooksState.objects.filter(company=company).first()
    read = books.last_read_at if books else None
    ends = connection.hard_expires_at if connection else None
    text, level = figures.ago(read, now) if read else "never read", "ok"
    if connection is None:
        text, level = "not connected", "bad"
    elif not connection.is_usable:
        text, level = "reconnect needed", "bad"
    elif read is None or now - read > timedelta(minutes=company.books_max_age_minutes):
        # The gate lets nothing leave on books this old.
        text, level = f"{text}, {rest}" if rest else text, "bad"
    elif rest:
        text, level = f"{text}, {rest}", "warn"
    elif ends and ends - now < RENEW_AHEAD:
        text, level = f"{text}, connect again before {figures.day(ends)}", "warn"
    return {"label": "QuickBooks", "text": text, "level": level}
