"""Work for a person: opened once per thing, taken, put off, finished with an outcome."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, Count, IntegerField, OuterRef, Subquery, When
from django.db.models.functions import Coalesce

from arbook.audit import log
from arbook.companies.models import Company, Duty, Role, User
from customers import tags
from customers.models import Customer
from invoices import holds
from invoices.models import Invoice, Task

SATURDAY = 5
FOR_MANAGERS = {Task.Kind.CHARGEBACK}
AT_ONCE = {Task.Kind.CALL, Task.Kind.PAYMENT_FAILED, Task.Kind.CHARGEBACK}


class TaskRefused(Exception):
    """The task cannot be changed like this. The message is fit for the screen."""


def hold_source(task: Task) -> str:
    """What a hold names as its source when it shall end with this task."""
    return f"task:{task.pk}"


def _about(task: Task) -> list:
    return [row for row in (task, task.invoice, task.customer) if row is not None]


@transaction.atomic
def open_task(
    company: Company,
    *,
    kind: str,
    key: str,
    title: str,
    detail: str = "",
    customer: Customer | None = None,
    invoice: Invoice | None = None,
    amount: Decimal | None = None,
    owner: User | None = None,
    due_on: date | None = None,
    duty: str = "",
    now: datetime,
) -> Task:
    """Open a task; while one with this key is open, that one is returned and nothing happens.

    ``duty`` says whose work it is where neither an owner is named nor the customer has one.
    """
    if customer is None and invoice is not None:
        customer = invoice.customer
    task, is_new = Task.objects.get_or_create(
        company=company,
        key=key[:120],
        done_at=None,
        defaults={
            "kind": kind,
            "title": title[:200],
            "detail": detail[:500],
            "customer": customer,
            "invoice": invoice,
            "amount": amount,
            "owner": owner
            or (customer.owner if customer else None)
            or whose(company, kind, _duty_about(customer, duty)),
            "due_on": due_on or first_day(company, kind, now),
            "opened_at": now,
        },
    )
    if is_new:
        log.record(
            "task.opened",
            f"Task opened: {task.title}",
            about=_about(task),
            by=None,
            at=now,
            kind=kind,
        )
    return task


@transaction.atomic
def finish(task: Task, *, by: User | None, now: datetime, outcome: str) -> Task:
    """Close a task with what came of it."""
    outcome = outcome.strip()
    if not outcome:
        raise TaskRefused("Say in a few words what came of it.")
    task = _open_row(task)
    task.done_at, task.done_by, task.outcome = now, by, outcome[:300]
    task.save(update_fields=["done_at", "done_by", "outcome"])
    log.record(
        "task.finished",
        f"Task done: {task.title} Outcome: {task.outcome}",
        about=_about(task),
        by=by,
        at=now,
    )
    reason = f"the task is done: {task.outcome}"
    holds.lift_source(task.company, hold_source(task), by=by, now=now, reason=reason)
    return task


@transaction.atomic
def finish_key(
    company: Company, key: str, *, by: User | None, now: datetime, outcome: str
) -> Task | None:
    """Close the open task of a thing that settled itself; None when there is none."""
    task = Task.objects.of(company).open().filter(key=key[:120]).first()
    return finish(task, by=by, now=now, outcome=outcome) if task else None


@transaction.atomic
def reopen(task: Task, *, by: User, now: datetime) -> bool:
    """Take the finishing back; False when the same thing has an open task again."""
    if Task.objects.of(task.company).open().filter(key=task.key).exists():
        return False
    task.done_at = task.done_by = None
    task.outcome = ""
    task.save(update_fields=["done_at", "done_by", "outcome"])
    log.record("task.reopened", f"Task open again: {task.title}", about=_about(task), by=by, at=now)
    return True


@transaction.atomic
def snooze(task: Task, *, until: date, by: User | None, now: datetime) -> Task:
    """Put a task away until a day; it comes back by itself."""
    task = _open_row(task)
    if until <= task.company.local_date(now):
        raise TaskRefused("Choose a day after today.")
    task.snoozed_until = until
    task.save(update_fields=["snoozed_until"])
    log.record(
        "task.snoozed",
        f"Task put off until {until:%b} {until.day}: {task.title}",
        about=_about(task),
        by=by,
        at=now,
    )
    return task


@transaction.atomic
def assign(task: Task, *, owner: User | None, by: User | None, now: datetime) -> Task:
    """Give a task to a member of its company, or to nobody."""
    task = _open_row(task)
    if owner and not owner.memberships.filter(company=task.company_id).exists():
        raise TaskRefused(f"{owner} does not work for {task.company}.")
    task.owner = owner
    task.save(update_fields=["owner"])
    log.record(
        "task.assigned",
        f"Task of {owner or 'nobody'} now: {task.title}",
        about=_about(task),
        by=by,
        at=now,
    )
    return task


@transaction.atomic
def give(task: Task, *, owner: User, due_on: date, by: User, now: datetime) -> Task:
    """Give a task to a member, to be done by a day."""
    if due_on < task.company.local_date(now):
        raise TaskRefused("A task cannot be due in the past.")
    task = assign(task, owner=owner, by=by, now=now)
    task.due_on = due_on
    task.save(update_fields=["due_on"])
    return task


@transaction.atomic
def settle_claims(invoice_ids: Iterable[int], *, now: datetime) -> int:
    """Claims that an invoice is paid are over when the books show it; returns how many."""
    rows = Task.objects.open().filter(
        kind=Task.Kind.VERIFY_PAYMENT, invoice__in=list(invoice_ids), invoice__balance__lte=0
    )
    rows = list(rows.select_related("invoice"))
    for task in rows:
        finish(task, by=None, now=now, outcome=f"QuickBooks shows {task.invoice} paid.")
    return len(rows)


def _duty_about(customer: Customer | None, duty: str) -> str:
    """Replies of sensitive customers go to who looks after those, whatever they say."""
    is_sensitive = customer and duty and (customer.is_sensitive or tags.silent([customer.pk]))
    return Duty.ACCOUNTS if is_sensitive else duty


def whose(company: Company, kind: str, duty: str = "") -> User | None:
    """Who gets work that nobody was named for: whose duty it is, else of those whose role it is,
    the one with least."""
    waiting = Task.objects.open().filter(company=company, owner=OuterRef("user")).order_by()
    count = waiting.values("owner").annotate(count=Count("pk")).values("count")
    wanted = Role.MANAGER if kind in FOR_MANAGERS else Role.BOOKKEEPER
    first = [When(duty=duty, then=0)] if duty else []
    row = (
        company.memberships.filter(role__gte=Role.BOOKKEEPER, user__is_active=True)
        .annotate(
            is_other=Case(
                *first, When(role=wanted, then=1), default=2, output_field=IntegerField()
            ),
            waiting=Coalesce(Subquery(count), 0),
        )
        .select_related("user")
        .order_by("is_other", "role", "waiting", "pk")
        .first()
    )
    return row.user if row else None


def first_day(company: Company, kind: str, now: datetime) -> date:
    """By when work of a kind is due: urgent things today, the rest on the next working day."""
    today = company.local_date(now)
    day = today if kind in AT_ONCE else today + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def _open_row(task: Task) -> Task:
    row = (
        Task.objects.select_for_update(of=("self",))
        .select_related("company", "customer", "invoice")
        .get(pk=task.pk)
    )
    if row.done_at:
        who = f" by {row.done_by}" if row.done_by else ""
        raise TaskRefused(f"This task is already done{who}: {row.outcome}")
    return row
