"""The plan: each open invoice has exactly one planned reminder, its next touch.

The position is worked out from facts (dates, steps, touches taken), never from when a job ran, so
planning twice changes nothing and a missed day is caught up by one touch, the latest one due. A
review that waits for a person holds back every later step of its invoice.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from arbook.companies.models import Company
from invoices import cadence_sql as sql
from invoices import withdrawals
from invoices.default_cadences import CADENCES, STANDARD
from invoices.models import Cadence, CadenceStep, Invoice, Reminder

State = Reminder.State
MESSAGES = (CadenceStep.Action.EMAIL, CadenceStep.Action.SMS)
TAKEN = (State.SENT, State.SKIPPED)
STEP_FIELDS = (
    "key",
    "anchor",
    "day",
    "action",
    "template",
    "approval",
    "falls_back_to_mail",
    "not_before_due",
    "min_balance",
)


@dataclass(frozen=True)
class Planned:
    """What planning changed: touches planned anew, moved, passed over and cancelled."""

    planned: int = 0
    moved: int = 0
    passed: int = 0
    cancelled: int = 0

    @property
    def changed(self) -> int:
        return self.planned + self.moved + self.passed + self.cancelled


def is_rehearsal(company: Company) -> bool:
    """Whether touches of today are taken in a dry run."""
    return company.mode == Company.Mode.DRY_RUN


@transaction.atomic
def plan(company: Company, *, now: datetime, invoice_ids: Iterable[int] | None = None) -> Planned:
    """Give each open invoice its next touch, all of the company or the named ones."""
    ids = None if invoice_ids is None else sorted(set(invoice_ids))
    if ids == []:
        return Planned()
    ensure_default(company, now=now)
    _lock(company)
    return _plan(company, now, ids)


@transaction.atomic
def cancel(invoice_ids: Iterable[int], *, reason: str, now: datetime) -> int:
    """Cancel the planned touches of invoices that need no asking any more; returns how many."""
    ids = sorted(set(invoice_ids))
    companies = Company.objects.filter(
        pk__in=Invoice.objects.filter(pk__in=ids).values("company")
    ).order_by("pk")
    for company in companies:
        _lock(company)
    rows = list(
        Reminder.objects.planned()
        .filter(invoice__in=ids)
        .select_related("step", "invoice", "company")
    )
    count = withdrawals.withdraw([(row.pk, State.CANCELLED, reason) for row in rows], now)
    withdrawals.say_cancelled(rows, reason, now)
    return count


@transaction.atomic
def settle(
    reminder_ids: Iterable[int],
    *,
    state: str,
    now: datetime,
    reason: str = "",
    plan_next: bool = True,
) -> int:
    """A touch was taken (SENT) or let go (SKIPPED): it never comes again, the next one is planned.

    Returns how many were settled. With ``plan_next=False`` the caller plans a whole batch later.
    """
    if state not in TAKEN:
        raise ValueError(f"A reminder is settled as sent or skipped, not {state}.")
    rows = list(
        Reminder.objects.filter(pk__in=list(reminder_ids))
        .exclude(state__in=TAKEN)
        .select_related("company")
    )
    companies = {row.company_id: row.company for row in rows}
    for key in sorted(companies):
        _lock(companies[key])
    count = (
        Reminder.objects.filter(pk__in=[row.pk for row in rows])
        .exclude(state__in=TAKEN)
        .update(state=state, reason=reason[:200], settled_at=now)
    )
    if plan_next:
        for key, company in sorted(companies.items()):
            _plan(company, now, sorted({row.invoice_id for row in rows if row.company_id == key}))
    return count


def due(company: Company, *, today: date) -> QuerySet[Reminder]:
    """Planned messages whose day has come; reviews and letters are taken by ``escalations``."""
    return (
        Reminder.objects.of(company)
        .due(today)
        .filter(is_rehearsal=is_rehearsal(company), step__action__in=MESSAGES)
    )


def ensure_default(company: Company, *, now: datetime) -> Cadence:
    """The company's default cadence; the shipped ones are written when there is none yet."""
    known = Cadence.objects.of(company).current().filter(is_default=True).first()
    if known:
        return known
    try:
        with transaction.atomic():
            taken = set(Cadence.objects.of(company).values_list("name", flat=True))
            for name, steps in CADENCES.items():
                if name in taken:
                    continue
                row = Cadence.objects.create(
                    company=company,
                    name=name,
                    is_default=name == STANDARD,
                    changed_at=now,
                    change="As shipped.",
                )
                write_steps(row, steps)
    except IntegrityError:
        pass  # another process was first
    chosen = Cadence.objects.of(company).current().filter(is_default=True).first()
    if chosen is None:
        chosen = Cadence.objects.of(company).current().order_by("pk").first()
        Cadence.objects.filter(pk=chosen.pk).update(is_default=True)
        chosen.is_default = True
    return chosen


def write_steps(row: Cadence, steps) -> None:
    """Write drafts as the steps of a new version."""
    CadenceStep.objects.bulk_create(
        [
            CadenceStep(cadence=row, **{name: getattr(step, name) for name in STEP_FIELDS})
            for step in steps
        ]
    )


def of_customer(customer) -> Cadence | None:
    """The cadence that plans for the customer: their own, else the company's default."""
    current = Cadence.objects.of(customer.company_id).current()
    choice = getattr(customer, "cadence_choice", None)
    own = current.filter(name=choice.name).first() if choice else None
    return own or current.filter(is_default=True).first()


def _lock(company: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK, [company.pk])


def facts_of(company: Company, now: datetime, ids: list[int] | None = None) -> dict:
    """The values the plan's statements are run with."""
    return {
        "company": company.pk,
        "currency": company.currency,
        "zone": company.timezone,
        "today": company.local_date(now),
        "rehearsal": is_rehearsal(company),
        "ids": ids,
        "now": now,
    }


def _statement(
    text: str, ids: list[int] | None, steps: str = sql.SAVED_STEPS, cadence: str = sql.SAVED_CADENCE
) -> str:
    return text.format(
        steps=steps,
        cadence=cadence,
        only_invoices="AND invoice.id = ANY(%(ids)s)" if ids is not None else "",
        only_reminders="AND reminder.invoice_id = ANY(%(ids)s)" if ids is not None else "",
    )


def _plan(company: Company, now: datetime, ids: list[int] | None) -> Planned:
    """Compare and write; the caller holds the company's lock."""
    facts = facts_of(company, now, ids)
    with connection.cursor() as cursor:
        cursor.execute(_statement(sql.DIFFERENCES, ids), facts)
        rows = cursor.fetchall()
        if not rows:
            return Planned()
        gone = [row for row in rows if row[5] is not None and not row[7]]
        wanted = [row for row in rows if row[1] is not None]
        leaving = [withdrawals.farewell(row, facts) for row in gone]
        open_ends = [row for row in gone if row[1] is None]
        if open_ends:
            withdrawals.say_why(leaving, open_ends, company, facts["rehearsal"], now)
        withdrawals.withdraw(leaving, now)
        if wanted:
            cursor.execute(
                sql.PLAN,
                facts
                | {
                    "invoices": [row[0] for row in wanted],
                    "steps": [row[1] for row in wanted],
                    "keys": [row[2] for row in wanted],
                    "anchors": [row[3] for row in wanted],
                    "days": [row[4] for row in wanted],
                },
            )
    states = Counter(state for _, state, _ in leaving)
    moved = sum(1 for row in wanted if row[7])
    return Planned(
        planned=len(wanted) - moved,
        moved=moved,
        passed=states[State.PASSED],
        cancelled=states[State.CANCELLED],
    )
