"""The batch as a person reviews it: what waits, what leaves, what does not go out and why."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from arbook import money, phones, places
from arbook.companies.models import Company
from arbook.upsert import is_key
from messaging import attention, segments
from messaging.models import Decision, Message

GROUPS = (
    (attention.OVER_LIMIT, "Over the limit", "scale"),
    (attention.AMOUNT_CHANGED, "Amount changed", "arrow-path"),
    (attention.FIRST_CONTACT, "First contact", "sparkles"),
    (attention.VIP_NEARBY, "VIP nearby", "star"),
    (attention.NORMAL, "Normal", "envelope"),
)

SILENT = {
    "company": "Everything is stopped",
    "connection": "QuickBooks is not connected",
    "books_fresh": "The books are too old",
    "customer": "Customer inactive or gone",
    "do_not_dun": "Do not remind",
    "open_invoices": "Paid or closed",
    "currency": "Foreign currency",
    "net_balance": "Covered by credit",
    "customer_hold": "Customer paused",
    "invoice_hold": "Invoice paused",
    "dispute": "Disputed",
    "in_flight": "Money on its way",
    "reply": "A reply waits",
    "contact": "No usable contact",
    "consent": "No consent",
    "channel": "Texts cannot leave",
    "budget": "Contacted recently",
    "hours": "No decent hour",
    "limit": "Over the limit",
    "test_address": "No test address",
    "wording": "The words are not fit",
}


@dataclass(frozen=True)
class Item:
    """One message of the list."""

    message: Message
    invoices: list
    when: str

    @property
    def seen(self) -> str:
        """What a click approves: the message and the content it had on the screen."""
        return f"{self.message.pk}-{self.message.content_hash}"

    @property
    def channel(self) -> str:
        return "Text" if self.message.medium == Message.Medium.SMS else "E-mail"


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    icon: str
    items: list[Item]

    @property
    def seen(self) -> str:
        return ",".join(item.seen for item in self.items)

    @property
    def total(self) -> Decimal:
        return sum((item.message.total for item in self.items), money.ZERO)


@dataclass(frozen=True)
class Silence:
    """Customers that do not get a message, for one reason."""

    key: str
    label: str
    decisions: list[Decision]


@dataclass(frozen=True)
class Undoable:
    """Messages that one click approved and that can still be taken back."""

    moment: str
    count: int
    until: datetime


@dataclass(frozen=True)
class Review:
    groups: list[Group]
    leaving: list[Item]
    undoable: list[Undoable]
    silent: list[Silence]
    items: dict[int, Item] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(len(group.items) for group in self.groups)

    @property
    def normal(self) -> Group | None:
        return next((one for one in self.groups if one.key == attention.NORMAL), None)

    @property
    def kept_back(self) -> int:
        return sum(len(one.decisions) for one in self.silent)

    @property
    def proposed(self) -> list[Item]:
        """What waits, in the order of the screen."""
        return [item for group in self.groups for item in group.items]

    def first(self) -> Item | None:
        return next(iter([*self.proposed, *self.leaving]), None)

    def after(self, message: Message) -> Item | None:
        """The message itself while it waits, else the next one below it that does.

        A key pressed again must meet the next row, never one far above that nobody looked at.
        """
        item = self.items.get(message.pk)
        if item and item.message.state == Message.State.PROPOSED:
            return item
        place = _place(message)
        below = [one for one in self.proposed if _place(one.message) > place]
        return next(iter([*below, *self.proposed[-1:]]), None) or self.first()


def of(company: Company, *, now: datetime, by=None) -> Review:
    """Everything the screen shows, in a constant number of statements."""
    rows = (
        Message.objects.of(company)
        .filter(
            purpose=Message.Purpose.REMINDER,
            state__in=[Message.State.PROPOSED, Message.State.APPROVED],
        )
        .select_related("customer", "company")
        .prefetch_related("lines__invoice")
        .order_by("-total", "pk")
    )
    items = {row.pk: _item(row, now) for row in rows}
    proposed: dict[str, list[Item]] = defaultdict(list)
    leaving, batches = [], defaultdict(list)
    for item in items.values():
        message = item.message
        if message.state == Message.State.PROPOSED:
            proposed[message.attention or attention.NORMAL].append(item)
            continue
        leaving.append(item)
        if message.approved_by_id and by is not None and message.approved_by_id == by.pk:
            batches[message.approved_at].append(item)
    leaving.sort(key=lambda item: (item.message.send_after or now, item.message.pk))
    window = company.undo_window
    return Review(
        groups=[
            Group(key, label, icon, proposed[key]) for key, label, icon in GROUPS if proposed[key]
        ],
        leaving=leaving,
        undoable=[
            Undoable(moment_of(at), len(many), at + window)
            for at, many in sorted(batches.items(), reverse=True)
            if at + window > now
        ],
        silent=_silent(company),
        items=items,
    )


def _place(message: Message) -> tuple:
    """Where a message stands on the screen."""
    order = [key for key, _, _ in GROUPS]
    reason = message.attention if message.attention in order else attention.NORMAL
    return order.index(reason), -message.total, message.pk


def moment_of(at: datetime) -> str:
    """An instant as a part of an address, exact to the microsecond."""
    return at.strftime("%Y%m%d%H%M%S%f")


def approved_in(company: Company, moment: str, by) -> list[Message]:
    """The messages one person approved with one click."""
    rows = Message.objects.of(company).filter(state=Message.State.APPROVED, approved_by=by)
    return [row for row in rows if moment_of(row.approved_at) == moment]


def seen(written: str) -> dict[int, str]:
    """Read ``Group.seen`` back; nonsense is left out."""
    pairs = (part.partition("-") for part in (written or "").split(","))
    return {int(pk): digest for pk, _, digest in pairs if is_key(pk) and digest}


def cost_words(message: Message) -> str:
    """``2 segments, GSM-7``, with what makes it dear."""
    if message.medium != Message.Medium.SMS:
        return ""
    size = segments.measure(message.body)
    words = f"{size.parts} {'segment' if size.parts == 1 else 'segments'}, {size.encoding}"
    if size.offenders:
        words += f" because of {size.offenders[0].character}"
    return words


def _item(row: Message, now: datetime) -> Item:
    return Item(row, [line.invoice for line in row.lines.all()], when_words(row, now))


def when_words(message: Message, now: datetime) -> str:
    """When it leaves, on the customer's own clock."""
    customer = message.customer
    is_text = message.medium == Message.Medium.SMS
    place = customer.place(message.address if is_text else "")
    zone = place.zones[0]
    where = place.label if place.is_known else f"{places.zone_name(zone)} time"
    at = message.send_after
    if at is None or at <= now:
        return f"at once ({now.astimezone(ZoneInfo(zone)):%H:%M} {where})"
    local = at.astimezone(ZoneInfo(zone))
    same_day = local.date() == now.astimezone(ZoneInfo(zone)).date()
    day = "" if same_day else f"{local:%a} {local:%b} {local.day}, "
    return f"{day}{local:%H:%M} {where}"


def to_words(message: Message) -> str:
    """Who gets it, as people write numbers."""
    if message.medium == Message.Medium.SMS:
        return phones.display(message.address)
    return message.address


def _silent(company: Company) -> list[Silence]:
    rows = (
        Decision.objects.of(company)
        .filter(stage=Decision.Stage.PLAN, is_current=True, passed=False)
        .select_related("customer")
        .order_by("customer__name")
    )
    by_reason: dict[str, list[Decision]] = defaultdict(list)
    for row in rows:
        by_reason[row.stopped_by].append(row)
    return [
        Silence(key, SILENT.get(key, key), by_reason[key])
        for key in sorted(by_reason, key=lambda key: (-len(by_reason[key]), key))
    ]
