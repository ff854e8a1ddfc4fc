"""Today: what a person must do, in one list, for one company or for all of them.

Every queue is one statement, however many rows and companies; its rows are ranked by the money at
stake, replies by how long they wait.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Case, Count, F, Min, OuterRef, Q, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse

from arbook import money
from arbook.companies.models import Company
from arbook.dashboard.figures import by_day
from arbook.web import figures
from invoices.idle import idle
from invoices.models import Approval, Invoice, Task
from messaging.models import Message, Thread

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
    # When it is not the company's own.
    currency: str = ""


@dataclass(frozen=True)
class Group:
    """Things of one kind; ``count`` may be more than the rows shown."""

    key: str
    title: str
    icon: str
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    # Where all of them are listed; empty over several companies.
    all_url: str = ""


@dataclass(frozen=True)
class Queue:
    """A group of Today before it is filled."""

    key: str
    title: str
    icon: str
    url_name: str
    kinds: tuple[str, ...] = ()
    query: str = ""


Kind = Task.Kind
# Broken promises and instalments are calls like others, and go before them.
GIVEN_WORD = Q(kind=Kind.CALL) & (Q(key__startswith="promise:") | Q(key__startswith="plan:"))
QUEUES = [
    Queue("replies", "Replies waiting", "chat-bubble-left-right", "messaging:inbox"),
    Queue("promises", "Broken promises and missed instalments", "hand-raised", "invoices:tasks"),
    Queue(
        "failed",
        "Disputes and failed payments",
        "exclamation-triangle",
        "invoices:tasks",
        (Kind.PAYMENT_FAILED, Kind.CHARGEBACK),
    ),
    Queue("approve", "To approve", "check-badge", "invoices:approvals"),
    Queue(
        "money",
        "Money to match",
        "banknotes",
        "reconciliation:money",
        (Kind.MONEY, Kind.REFUND, Kind.VERIFY_PAYMENT),
    ),
    Queue(
        "calls",
        "Calls and answers",
        "phone",
        "invoices:tasks",
        (Kind.CALL, Kind.ANSWER, Kind.OTHER),
    ),
    Queue("idle", "Idle", "pause-circle", "invoices:list", query="?state=idle"),
    Queue("data", "Data to fix", "wrench-screwdriver", "invoices:data_to_fix", (Kind.FIX_DATA,)),
]


def groups(companies: list[Company], *, now: datetime) -> list[Group]:
    """The groups in their fixed order, each with its first rows and its whole count."""
    if not companies:
        return []
    of = {company.pk: company for company in companies}
    filled = {
        "replies": _replies(of),
        "approve": _to_approve(of, now),
        "idle": _idle(of, now),
        **_tasks(of, now),
    }
    only = companies[0] if len(companies) == 1 else None
    made = []
    for queue in QUEUES:
        rows, count = filled.get(queue.key, ([], 0))
        url = reverse(queue.url_name, args=[only.slug]) + queue.query if only else ""
        made.append(Group(queue.key, queue.title, queue.icon, rows, count, url))
    return made


def _filled(found: Iterable, row: Callable) -> tuple[list[Row], int]:
    """The rows, and how many there are in all: each of them says it."""
    found = list(found)
    if not found:
        return [], 0
    first = found[0]
    return [row(one) for one in found], first["in_all"] if isinstance(first, dict) else first.in_all


IN_ALL = Window(Count("*"))


def _replies(of: dict[int, Company]) -> tuple[list[Row], int]:
    def row(thread: Thread) -> Row:
        company = of[thread.company_id]
        return Row(
            company=company,
            who=str(thread.customer or figures.phone(thread.unknown_address)),
            why=f"Answered: {thread.intent.replace('_', ' ')}" if thread.intent else "Wrote to us",
            url=reverse("messaging:thread", args=[company.slug, thread.pk]),
            action="Answer",
            amount=thread.at_stake or None,
            since=thread.needs_reply_since,
            owner=str(thread.owner or ""),
        )

    return _filled(
        Thread.objects.filter(company__in=of)
        .needs_reply()
        .select_related("customer", "owner")
        .annotate(at_stake=_open_of("customer"), in_all=IN_ALL)
        .order_by("needs_reply_since", "pk")[:MOST_ROWS],
        row,
    )


def _open_of(path: str):
    sums = (
        Invoice.objects.open()
        .filter(customer=OuterRef(path), currency=F("company__currency"))
        .order_by()
        .values("customer")
        .annotate(total=Sum("balance"))
        .values("total")
    )
    return Subquery(sums)


def _tasks(of: dict[int, Company], now: datetime) -> dict[str, tuple[list[Row], int]]:
    """Every group of tasks at once, by the group's key."""
    days = by_day(list(of.values()), now)
    waiting = [Task.objects.filter(company__in=ids).waiting(day) for day, ids in days.items()]
    queue = Case(
        When(GIVEN_WORD, then=Value("promises")),
        *[When(kind__in=one.kinds, then=Value(one.key)) for one in QUEUES if one.kinds],
    )
    order = [Coalesce("amount", money.ZERO).desc(), "opened_at", "pk"]
    tasks = (
        reduce(or_, waiting)
        .select_related("customer", "owner")
        .annotate(
            queue=queue,
            place=Window(RowNumber(), partition_by=[queue], order_by=order),
            in_all=Window(Count("*"), partition_by=[queue]),
        )
        .filter(place__lte=MOST_ROWS)
        .order_by("place")
    )

    def row(task: Task) -> Row:
        company = of[task.company_id]
        is_call = task.kind == Kind.CALL and task.customer_id is not None
        return Row(
            company=company,
            who=str(task.customer or task.get_kind_display()),
            why=f"{task.title}: {task.detail}" if task.detail else task.title,
            url=reverse(
                "messaging:call" if is_call else "invoices:task", args=[company.slug, task.pk]
            ),
            action="Call" if is_call else "Open",
            amount=task.amount,
            since=task.opened_at,
            owner=str(task.owner or ""),
        )

    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(task.queue, []).append(task)
    return {key: _filled(rows, row) for key, rows in found.items()}


def _to_approve(of: dict[int, Company], now: datetime) -> tuple[list[Row], int]:
    """One row for each company's batch of reminders, then the single approvals."""
    batches = list(
        Message.objects.filter(company__in=of)
        .proposed()
        .order_by()
        .values("company")
        .annotate(count=Count("pk"), total=Sum("total"), since=Min("created_at"))
        .order_by("-total")
    )

    def row(approval: Approval) -> Row:
        company = of[approval.company_id]
        return Row(
            company=company,
            who=str(approval.customer),
            why=approval.why or approval.title,
            url=reverse("invoices:approval", args=[company.slug, approval.pk]),
            action="Decide",
            amount=approval.amount,
            since=approval.asked_at,
            note=approval.get_kind_display(),
        )

    single, in_all = _filled(
        Approval.objects.filter(company__in=of)
        .waiting(now)
        .select_related("customer")
        .annotate(in_all=IN_ALL)
        .order_by("-amount", "pk")[:MOST_ROWS],
        row,
    )
    rows = [
        Row(
            company=of[batch["company"]],
            who="Today's reminders",
            why=f"{batch['count']} message{'s' if batch['count'] > 1 else ''} ready to be reviewed",
            url=reverse("messaging:batch", args=[of[batch["company"]].slug]),
            action="Review",
            amount=batch["total"],
            since=batch["since"],
        )
        for batch in batches
    ]
    return (rows + single)[: max(MOST_ROWS, len(rows))], len(rows) + in_all


def _idle(of: dict[int, Company], now: datetime) -> tuple[list[Row], int]:
    """One row for each customer and currency with past due invoices nothing will happen to."""

    def row(one: dict) -> Row:
        company = of[one["company"]]
        many = "" if one["count"] == 1 else "s"
        return Row(
            company=company,
            who=one["customer__name"],
            why=f"{one['count']} past due invoice{many}, no next step",
            url=reverse("invoices:list", args=[company.slug])
            + f"?state=idle&customer={one['customer']}",
            action="Next step",
            amount=one["total"],
            note=f"oldest due {one['oldest']:%b %-d}",
            currency=one["currency"],
        )

    return _filled(
        idle(of.values(), now=now)
        .order_by()
        .values("company", "customer", "customer__name", "currency")
        .annotate(total=Sum("balance"), count=Count("pk"), oldest=Min("due_on"), in_all=IN_ALL)
        .order_by("-total", "customer", "currency")[:MOST_ROWS],
        row,
    )
