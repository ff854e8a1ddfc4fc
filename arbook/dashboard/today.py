"""Today: what a person must do, in one list, for one company or for all of them.

Every group is one query, whatever the number of companies; the rows are ranked by the money at
stake within their group, replies by how long they wait.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from arbook import money
from arbook.companies.models import Company
from invoices.idle import idle
from invoices.models import Approval, Invoice, Payment, Task
from messaging.models import Decision, Message, Thread
from reconciliation.models import StripePayment

MOST_ROWS = 25


@dataclass(frozen=True)
class Row:
    """One thing to do: who, how much, why, and the way to it."""

    company: Company
    who: str
    why: str
    url: str
    action: str
    amount: Decimal | None = None
    since: datetime | None = None
    note: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Group:
    """Things of one kind; ``count`` may be more than the rows shown."""

    key: str
    title: str
    icon: str
    nothing: str
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    all_url: str = ""


@dataclass(frozen=True)
class Header:
    """The figures above the list."""

    open: Decimal
    past_due: Decimal
    collected_today: Decimal
    due_this_week: Decimal
    leaving: int
    # Customers kept quiet, by the first reason: "budget: 3".
    held: list[str]


def groups(companies: list[Company], *, now: datetime) -> list[Group]:
    """The groups in their fixed order, each with its first rows and its whole count."""
    by_pk = {company.pk: company for company in companies}
    return [
        _replies(by_pk, now),
        _tasks(
            by_pk,
            now,
            "failed",
            "Disputes and failed payments",
            "exclamation-triangle",
            "No dispute and no failed payment",
            [Task.Kind.PAYMENT_FAILED, Task.Kind.CHARGEBACK],
        ),
        _to_approve(by_pk, now),
        _tasks(
            by_pk,
            now,
            "money",
            "Money to match",
            "banknotes",
            "All money is matched",
            [Task.Kind.MONEY, Task.Kind.REFUND, Task.Kind.VERIFY_PAYMENT],
        ),
        _tasks(
            by_pk,
            now,
            "calls",
            "Calls and answers",
            "phone",
            "Nobody to call",
            [Task.Kind.CALL, Task.Kind.ANSWER, Task.Kind.OTHER],
        ),
        _idle(by_pk, now),
        _tasks(
            by_pk,
            now,
            "data",
            "Data to fix",
            "wrench-screwdriver",
            "No data keeps us from collecting",
            [Task.Kind.FIX_DATA],
        ),
    ]


def _replies(companies: dict[int, Company], now: datetime) -> Group:
    threads = (
        Thread.objects.filter(company__in=companies)
        .needs_reply()
        .select_related("customer", "owner")
        .annotate(at_stake=_open_of("customer"))
        .order_by("needs_reply_since")
    )
    rows = [
        Row(
            company=companies[thread.company_id],
            who=str(thread),
            why=f"Answered: {thread.intent.replace('_', ' ')}" if thread.intent else "Wrote to us",
            url=reverse("messaging:thread", args=[companies[thread.company_id].slug, thread.pk]),
            action="Answer",
            amount=thread.at_stake or None,
            since=thread.needs_reply_since,
            owner=str(thread.owner or ""),
        )
        for thread in threads[:MOST_ROWS]
    ]
    return Group(
        "replies",
        "Replies waiting",
        "chat-bubble-left-right",
        "Every reply is answered",
        rows,
        threads.count() if len(rows) == MOST_ROWS else len(rows),
    )


def _open_of(path: str):
    sums = (
        Invoice.objects.open()
        .filter(customer=OuterRef(path))
        .order_by()
        .values("customer")
        .annotate(total=Sum("balance"))
        .values("total")
    )
    return Subquery(sums)


def _tasks(companies, now, key, title, icon, nothing, kinds) -> Group:
    today = max(company.local_date(now) for company in companies.values()) if companies else None
    tasks = (
        Task.objects.filter(company__in=companies, kind__in=kinds)
        .waiting(today)
        .select_related("customer", "owner")
        .order_by(Coalesce("amount", money.ZERO).desc(), "opened_at")
        if companies
        else Task.objects.none()
    )
    rows = [
        Row(
            company=companies[task.company_id],
            who=str(task.customer or task.get_kind_display()),
            why=task.title if not task.detail else f"{task.title}: {task.detail}",
            url=reverse("invoices:task", args=[companies[task.company_id].slug, task.pk]),
            action="Open",
            amount=task.amount,
            since=task.opened_at,
            owner=str(task.owner or ""),
        )
        for task in tasks[:MOST_ROWS]
    ]
    count = tasks.count() if len(rows) == MOST_ROWS else len(rows)
    return Group(key, title, icon, nothing, rows, count)


def _to_approve(companies: dict[int, Company], now: datetime) -> Group:
    batches = (
        Message.objects.filter(company__in=companies)
        .proposed()
        .order_by()
        .values("company")
        .annotate(count=Count("pk"), total=Sum("total"), since=Min("created_at"))
    )
    rows = [
        Row(
            company=companies[batch["company"]],
            who="Today's reminders",
            why=f"{batch['count']} message{'s' if batch['count'] > 1 else ''} ready to be reviewed",
            url=reverse("messaging:batch", args=[companies[batch["company"]].slug]),
            action="Review",
            amount=batch["total"],
            since=batch["since"],
        )
        for batch in batches
    ]
    approvals = (
        Approval.objects.filter(company__in=companies)
        .waiting(now)
        .select_related("customer")
        .order_by("-amount")
    )
    shown = approvals[: MOST_ROWS - len(rows)]
    rows += [
        Row(
            company=companies[approval.company_id],
            who=str(approval.customer),
            why=approval.why or approval.title,
            url=reverse(
                "invoices:approval", args=[companies[approval.company_id].slug, approval.pk]
            ),
            action="Decide",
            amount=approval.amount,
            since=approval.asked_at,
            note=approval.get_kind_display(),
        )
        for approval in shown
    ]
    count = len(rows) if len(rows) < MOST_ROWS else len(batches) + approvals.count()
    return Group("approve", "To approve", "check-badge", "Nothing waits for a yes", rows, count)


def _idle(companies: dict[int, Company], now: datetime) -> Group:
    found = (
        idle(list(companies.values()), now=now)
        .order_by()
        .values("company", "customer", "customer__name")
        .annotate(total=Sum("balance"), count=Count("pk"), oldest=Min("due_on"))
        .order_by("-total")
    )
    rows = [
        Row(
            company=companies[one["company"]],
            who=one["customer__name"],
            why=f"{one['count']} past due invoice{'s'[: one['count'] > 1]}, no next step",
            url=reverse("customers:detail", args=[companies[one["company"]].slug, one["customer"]]),
            action="Plan",
            amount=one["total"],
            note=f"oldest due {one['oldest']:%b %-d}",
        )
        for one in found[:MOST_ROWS]
    ]
    count = found.count() if len(rows) == MOST_ROWS else len(rows)
    return Group(
        "idle", "Idle", "pause-circle", "No past due invoice without a next step", rows, count
    )


def header(companies: list[Company], *, now: datetime) -> Header:
    """Open, past due, collected today, due in seven days, leaving, and what is held by reason."""
    today = max((company.local_date(now) for company in companies), default=now.date())
    sums = (
        Invoice.objects.filter(company__in=companies, currency=F("company__currency"))
        .open()
        .aggregate(
            open=Sum("balance"),
            past_due=Sum("balance", filter=Q(due_on__lt=today)),
            week=Sum("balance", filter=Q(due_on__gte=today, due_on__lt=today + timedelta(days=7))),
        )
    )
    stripe = StripePayment.objects.filter(
        company__in=companies, state=StripePayment.State.SUCCEEDED
    ).exclude(posting__state="verified")
    fresh = stripe.filter(settled_at__gte=now - timedelta(hours=24)).aggregate(s=Sum("amount"))["s"]
    booked = Payment.objects.filter(
        company__in=companies, paid_on=today, is_void=False, is_deleted=False
    ).aggregate(s=Sum("total"))["s"]
    held = (
        Decision.objects.filter(company__in=companies, is_current=True, passed=False)
        .filter(at__gte=now - timedelta(days=1))
        .order_by()
        .values("stopped_by")
        .annotate(n=Count("customer", distinct=True))
        .order_by("-n")
    )
    return Header(
        open=sums["open"] or money.ZERO,
        past_due=sums["past_due"] or money.ZERO,
        collected_today=(fresh or money.ZERO) + (booked or money.ZERO),
        due_this_week=sums["week"] or money.ZERO,
        leaving=Message.objects.filter(company__in=companies).leaving().count(),
        held=[f"{one['stopped_by'].replace('_', ' ')}: {one['n']}" for one in held],
    )
