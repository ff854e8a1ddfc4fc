"""One calendar of everything said to customers and everything planned, on every channel.

Ours and QuickBooks' own mails, texts, calls, answers, touches to come, promises and instalments:
whoever is about to write or call sees first what the customer has heard and will hear.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from arbook import money
from arbook.companies.models import Company
from arbook.places import zone_name
from customers import book_mails
from customers.models import BookMail, Customer
from invoices.models import CadenceStep, Installment, PaymentPlan, PromiseToPay, Reminder, Task
from messaging import budget, threads, touches
from messaging.models import Message

Medium, State = Message.Medium, Message.State
BACK, AHEAD = timedelta(days=42), timedelta(days=42)
ICONS = {
    "sms": "chat-bubble-left",
    "email": "envelope",
    "call": "phone",
    "letter": "document-text",
    "note": "pencil-square",
    "books": "book-open",
    "reply": "chat-bubble-left-right",
    "planned": "clock",
    "promise": "hand-raised",
    "instalment": "banknotes",
    "task": "phone-arrow-up-right",
}
CHANNELS = {"sms": "Text", "email": "E-mail", "call": "Call", "letter": "Letter", "note": "Note"}
ACTIONS = {CadenceStep.Action.SMS: "text", CadenceStep.Action.EMAIL: "e-mail"}
COUNTED, PLANNED, BESIDE = "counted", "planned", "beside"


@dataclass(frozen=True)
class Item:
    """One thing on one day. ``part`` is counted, planned or beside (it uses no budget)."""

    day: date
    at: datetime
    kind: str
    what: str
    detail: str = ""
    clock: str = ""
    """The hour in the customer's own time."""
    url: str = ""
    part: str = BESIDE
    failed: bool = False

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


@dataclass(frozen=True)
class Day:
    day: date
    items: list[Item]
    is_past: bool
    is_today: bool


@dataclass(frozen=True)
class CustomerCalendar:
    """A customer's days that hold something, newest first, and the budget as it stands."""

    days: list[Day]
    used: budget.Standing
    next_allowed: str
    """From when on the budget lets us speak again, in the customer's own time; empty: now."""


@dataclass(frozen=True)
class Row:
    customer: Customer
    cells: list[Day]
    used: int


@dataclass(frozen=True)
class Week:
    """A company's week: its days, a row for each customer something happens to."""

    first: date
    days: list[Day]
    rows: list[Row]
    per_week: int
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def before(self) -> date:
        return self.first - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=7)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def of_customer(customer: Customer, *, now: datetime) -> CustomerCalendar:
    """Six weeks back and six ahead of one customer."""
    company = customer.company
    found = _items(company, [customer], since=now - BACK, until=now + AHEAD, now=now)[customer.pk]
    by_day: dict[date, list[Item]] = defaultdict(list)
    for item in found:
        by_day[item.day].append(item)
    days = [_day(company, day, many, now) for day, many in sorted(by_day.items(), reverse=True)]
    recent = touches.lately(company, [customer.pk], since=now - budget.WEEK, now=now)
    used = budget.standing(
        [one.at for one in recent.get(customer.pk, [])],
        now=now,
        zone=company.zone,
        per_week=company.touches_per_week,
    )
    return CustomerCalendar(days, used, _words(used.until, customer) if used.until else "")


def customers_of_week(company: Company, first: date) -> list[int]:
    """Who hears or heard something in the week, those with most of it first."""
    since, until = _span(company, first)
    count: dict[int, int] = defaultdict(int)
    last = first + timedelta(days=6)
    said = Message.objects.of(company).filter(_within(since, until)).exclude(customer=None)
    others = (
        said.exclude(state__in=threads.UNSAID).values_list("customer_id", flat=True),
        BookMail.objects.filter(company=company, sent_at__gte=since, sent_at__lt=until).values_list(
            "customer_id", flat=True
        ),
        _planned(company, first, last).values_list("invoice__customer_id", flat=True),
        _promised(company, first, last).values_list("invoice__customer_id", flat=True),
        _due(company, first, last).values_list("plan__customer_id", flat=True),
    )
    for rows in others:
        for pk in rows.order_by():
            count[pk] += 1
    return sorted(count, key=lambda pk: (-count[pk], pk))


def of_week(company: Company, first: date, ids: Collection[int], *, now: datetime) -> Week:
    """The week of these customers, in a number of statements that does not grow with them."""
    since, until = _span(company, first)
    customers = Customer.objects.of(company).in_bulk(ids)
    people = [customers[pk] for pk in ids if pk in customers]
    found = _items(company, people, since=since, until=until, now=now)
    days = [first + timedelta(days=ahead) for ahead in range(7)]
    rows = []
    for one in people:
        items = found[one.pk]
        cells = [_day(company, day, [i for i in items if i.day == day], now) for day in days]
        rows.append(Row(one, cells, sum(item.part == COUNTED for item in items)))
    everything = [item for many in found.values() for item in many]
    counts = {part: sum(i.part == part for i in everything) for part in (COUNTED, PLANNED)}
    heads = [_day(company, day, [i for i in everything if i.day == day], now) for day in days]
    return Week(first, heads, rows, company.touches_per_week, counts)


def _span(company: Company, first: date) -> tuple[datetime, datetime]:
    start = datetime.combine(first, time.min, company.zone)
    return start, datetime.combine(first + timedelta(days=7), time.min, company.zone)


def _within(since: datetime, until: datetime) -> Q:
    return (
        Q(handed_over_at__gte=since, handed_over_at__lt=until)
        | Q(handed_over_at=None, send_after__gte=since, send_after__lt=until)
        | Q(handed_over_at=None, send_after=None, created_at__gte=since, created_at__lt=until)
    )


def _planned(company: Company, first: date, last: date):
    return (
        Reminder.objects.of(company)
        .planned()
        .filter(
            due_on__gte=first,
            due_on__lte=last,
            is_rehearsal=company.mode == Company.Mode.DRY_RUN,
        )
    )


def _promised(company: Company, first: date, last: date):
    return PromiseToPay.objects.of(company).open().filter(due_on__gte=first, due_on__lte=last)


def _due(company: Company, first: date, last: date):
    return Installment.objects.of(company).filter(
        plan__state=PaymentPlan.State.ACCEPTED, due_on__gte=first, due_on__lte=last
    )


def _items(
    company: Company,
    customers: Iterable[Customer],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> dict[int, list[Item]]:
    whose = {one.pk: one for one in customers}
    for one in whose.values():
        one.company = company
    first, last = company.local_date(since), company.local_date(until - timedelta(seconds=1))
    found: dict[int, list[Item]] = defaultdict(list)
    rows = (
        Message.objects.of(company)
        .filter(_within(since, until), customer__in=whose)
        .exclude(state__in=threads.UNSAID)
        .select_related("approved_by")
    )
    for row in rows:
        row.company = company
        found[row.customer_id].append(_message(company, row, whose[row.customer_id], now))
    for pk, many in book_mails.lately(company, whose, since=since, until=until).items():
        for mail in many:
            if mail.sent_at < until:
                said = f"QuickBooks mailed invoice {mail.number or mail.document}"
                found[pk].append(_at(company, mail.sent_at, "books", said, part=COUNTED))
    ahead = max(first, company.local_date(now))
    for row in (
        _planned(company, ahead, last)
        .filter(invoice__customer__in=whose)
        .select_related("step", "invoice")
    ):
        what = f"Planned {ACTIONS.get(row.step.action, 'step')}: {row.step}"
        item = _on(company, row.due_on, "planned", what, str(row.invoice), part=PLANNED)
        found[row.invoice.customer_id].append(item)
    for row in (
        _promised(company, first, last)
        .filter(invoice__customer__in=whose)
        .select_related("invoice")
    ):
        amount = money.words(row.amount, row.invoice.currency)
        item = _on(company, row.due_on, "promise", f"Promised {amount}", str(row.invoice))
        found[row.invoice.customer_id].append(item)
    for row in _due(company, first, last).filter(plan__customer__in=whose).select_related("plan"):
        amount = money.words(row.amount, company.currency)
        item = _on(company, row.due_on, "instalment", f"Instalment {row.number}", amount)
        found[row.plan.customer_id].append(item)
    calls = Task.objects.of(company).filter(
        kind=Task.Kind.CALL, done_at=None, due_on__gte=first, due_on__lte=last, customer__in=whose
    )
    for row in calls:
        found[row.customer_id].append(_on(company, row.due_on, "task", "To call", row.title))
    return defaultdict(list, {pk: sorted(many, key=_order) for pk, many in found.items()})


def _order(item: Item):
    return item.day, item.at, item.what


def _message(company: Company, row: Message, customer: Customer, now: datetime) -> Item:
    if row.direction == Message.Direction.IN:
        said = f"They wrote by {row.get_medium_display()}"
        return _at(company, row.created_at, "reply", said, row.body, url=row.get_absolute_url())
    at = row.handed_over_at or row.send_after or row.created_at
    kind, what = row.medium, CHANNELS[row.medium]
    purpose = row.get_purpose_display() if row.purpose else ""
    what = f"{what}: {purpose}" if purpose and row.medium != Medium.NOTE else what
    leaves = row.state == State.APPROVED and row.handed_over_at is None
    part = PLANNED if leaves else COUNTED
    if row.purpose in touches.UNCOUNTED or row.medium == Medium.NOTE or row.test_address:
        part = BESIDE
    return _at(
        company,
        at,
        kind,
        f"{what}, leaves" if leaves else what,
        row.body or row.subject,
        clock=_words(at, customer, row.address if kind == Medium.SMS else ""),
        url=row.get_absolute_url(),
        part=part,
        failed=row.state == State.FAILED,
    )


def _at(company: Company, at: datetime, kind: str, what: str, detail: str = "", **more) -> Item:
    more.setdefault("clock", f"{at.astimezone(company.zone):%H:%M}")
    return Item(company.local_date(at), at, kind, what, detail[:200], **more)


def _on(company: Company, day: date, kind: str, what: str, detail: str = "", **more) -> Item:
    at = datetime.combine(day, time.min, company.zone)
    return Item(day, at, kind, what, detail[:200], **more)


def _words(at: datetime, customer: Customer, number: str = "") -> str:
    """The hour on the customer's clock, and whose clock that is where it is not the company's."""
    zone = customer.place(number).zones[0]
    local = at.astimezone(ZoneInfo(zone))
    own = at.astimezone(customer.company.zone)
    if local.utcoffset() == own.utcoffset():
        return f"{local:%H:%M}"
    return f"{local:%H:%M} {zone_name(zone)}"


def _day(company: Company, day: date, items: list[Item], now: datetime) -> Day:
    today = company.local_date(now)
    return Day(day, items, day < today, day == today)
