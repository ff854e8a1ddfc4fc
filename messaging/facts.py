"""Everything the gate looks at, gathered for many customers at once from the mirror.

A fresh read of QuickBooks can be passed in; then its invoices count, whatever the mirror says.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime

from arbook import money, places
from arbook.companies.models import Company
from arbook.gateways.models import Connection
from arbook.gateways.quickbooks_shapes import BookInvoice
from customers import consent, contacts, tags
from customers.models import Channel, Contact, Customer
from invoices import holds
from invoices.models import (
    BooksState,
    CadenceStep,
    CreditMemo,
    Dispute,
    Hold,
    Invoice,
    JournalLine,
    Payment,
    Reminder,
)
from messaging import budget, delivery_codes
from messaging.models import Message, Thread
from messaging.wording import Finding
from reconciliation import in_flight

PLAN, WIRE = "plan", "wire"


@dataclass(frozen=True, slots=True)
class Connected:
    """The state of one vendor's connection."""

    is_usable: bool
    said: str
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What is the same for every customer of one run."""

    name: str
    mode: str
    zone: ZoneInfo
    currency: str
    stopped_at: datetime | None
    stopped_reason: str
    sends_from: time
    sends_until: time
    review_above: Decimal
    per_week: int
    books: Connected
    books_read_at: datetime | None
    books_max_age: timedelta
    texts: Connected
    """Twilio connected, a sender set, the campaign verified, the channel not blocked."""
    test_email: str
    test_phone: str

    @property
    def is_dry_run(self) -> bool:
        return self.mode == Company.Mode.DRY_RUN


@dataclass(frozen=True, slots=True)
class HoldFact:
    id: int
    reason: str
    label: str
    note: str
    until: datetime | None
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class StepFact:
    """The cadence step that is due."""

    reminder_id: int
    label: str
    action: str
    template: str
    approval: str
    falls_back_to_mail: bool
    due_on: date


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    id: int
    quickbooks_id: str
    number: str
    issued_on: date
    due_on: date | None
    balance: Decimal
    currency: str
    is_void: bool = False
    is_gone: bool = False
    """Deleted in the books, or it belongs to another customer now."""
    read_at: datetime | None = None
    disputed: Decimal = Decimal("0.00")
    flying: Decimal = Decimal("0.00")
    """Money on its way to this invoice."""
    holds: tuple[HoldFact, ...] = ()
    step: StepFact | None = None

    @property
    def is_open(self) -> bool:
        return self.balance > 0 and not self.is_void and not self.is_gone

    @property
    def ages_from(self) -> date:
        return self.due_on or self.issued_on

    @property
    def asked(self) -> Decimal:
        """What may be asked for: the disputed part is set aside."""
        return max(self.balance - self.disputed, money.ZERO)


@dataclass(frozen=True, slots=True)
class ContactFact:
    id: int
    channel: str
    address: str
    consent: str = "unknown"
    said: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts about one customer's reminder at one moment."""

    now: datetime
    stage: str
    company: CompanyFacts
    customer_id: int
    name: str
    is_active: bool
    is_gone: bool
    customer_read_at: datetime | None
    silent_tag: str
    invoices: tuple[InvoiceFact, ...]
    """The invoices this message would speak of."""
    net_balance: Decimal
    credit: Decimal
    holds: tuple[HoldFact, ...]
    """Those on the whole customer."""
    reply_since: datetime | None
    email: ContactFact | None
    sms: ContactFact | None
    unusable: dict[str, str] = field(default_factory=dict)
    """Why there is no usable contact, by channel."""
    touches: tuple[datetime, ...] = ()
    place: places.Place | None = None
    """Where a text's recipient may live."""
    mail_place: places.Place | None = None
    was_texted: bool = False
    was_mailed: bool = False
    is_approved: bool = False
    """A person has said yes to exactly this."""
    findings: tuple[Finding, ...] | None = None
    """What the linter says of the text; None while there is no text yet."""

    @property
    def contact_on(self) -> dict[str, ContactFact | None]:
        return {Channel.EMAIL: self.email, Channel.SMS: self.sms}

    def with_text(self, findings: Iterable[Finding]) -> "Facts":
        return replace(self, findings=tuple(findings))


def gather(
    company: Company,
    customer_ids: Iterable[int],
    *,
    now: datetime,
    stage: str = PLAN,
    only: Mapping[int, Iterable[int]] | None = None,
    also: Mapping[int, Iterable[int]] | None = None,
    due_only: bool = True,
    books: Mapping[str, BookInvoice | None] | None = None,
    books_read_at: datetime | None = None,
    approved: Iterable[int] = (),
) -> dict[int, Facts]:
    """Facts by customer, in a number of statements that does not grow with the customers.

    A message speaks of the invoices whose touch is due; ``only`` narrows them, by customer.
    ``also`` names invoices to account for when they are closed by now, so that a withdrawn message
    can say why. With ``due_only`` off, touches of later days and invoices without one count too.
    ``books`` is a fresh read by QuickBooks id (None: deleted there), taken at ``books_read_at``.
    ``approved`` are the customers whose message a person approved.
    """
    only = None if only is None else {pk: set(many) for pk, many in only.items()}
    named = {pk: set(many) for pk, many in (also or only or {}).items()}
    ids = sorted(set(customer_ids))
    if not ids:
        return {}
    approved = set(approved)
    shared = of_company(company, now=now, books_read_at=books_read_at)
    rows = Customer.objects.of(company).in_bulk(ids)
    steps = _steps(company, ids, due_only=due_only, now=now)
    invoices = _invoices(company, ids, named, steps, books, books_read_at)
    invoice_ids = [one.id for many in invoices.values() for one in many]
    disputed = _disputed(company, invoice_ids)
    flying = in_flight.by_invoice(company, invoice_ids)
    quiet = holds.active(company, ids, now=now)
    credits = _credits(company, ids)
    tagged = tags.silent(ids)
    channels = {channel: _contacts(company, ids, channel) for channel in Channel.values}
    unusable = _unusable(ids, channels)
    touches, mailed, texted = _touches(company, ids, now=now)
    replies = dict(
        Thread.objects.needs_reply()
        .filter(customer__in=ids)
        .values_list("customer_id", "needs_reply_since")
    )
    gathered = {}
    for pk, customer in rows.items():
        sms = channels[Channel.SMS].get(pk)
        own = quiet.get(pk, [])
        opened = invoices.get(pk, [])
        asked = [
            one
            for one in opened
            if (only is None or one.id in only.get(pk, ()))
            and (
                one.id in steps or (one.id in named.get(pk, ()) and not (due_only and one.is_open))
            )
        ]
        total = sum((one.balance for one in opened if one.is_open), money.ZERO)
        credit = credits.get(pk, money.ZERO)
        gathered[pk] = Facts(
            now=now,
            stage=stage,
            company=shared,
            customer_id=pk,
            name=customer.name,
            is_active=customer.is_active,
            is_gone=customer.is_deleted,
            customer_read_at=shared.books_read_at,
            silent_tag=tagged.get(pk, ""),
            invoices=tuple(
                replace(
                    one,
                    disputed=disputed.get(one.id, money.ZERO),
                    flying=flying.get(one.id, money.ZERO),
                    holds=tuple(_hold(row) for row in own if row.invoice_id == one.id),
                    step=steps.get(one.id),
                )
                for one in sorted(asked, key=lambda one: (one.ages_from, one.id))
            ),
            net_balance=total - credit,
            credit=credit,
            holds=tuple(_hold(row) for row in own if row.invoice_id is None),
            reply_since=(replies[pk] or now) if pk in replies else None,
            email=channels[Channel.EMAIL].get(pk),
            sms=sms,
            unusable=unusable.get(pk, {}),
            touches=tuple(touches.get(pk, ())),
            place=_place(customer, sms.address if sms else ""),
            mail_place=_place(customer, ""),
            was_texted=pk in texted,
            was_mailed=pk in mailed,
            is_approved=pk in approved,
        )
    return gathered


def of_company(
    company: Company, *, now: datetime, books_read_at: datetime | None = None
) -> CompanyFacts:
    """The facts all customers share."""
    connections = {row.vendor: row for row in Connection.objects.of(company)}
    state = BooksState.objects.filter(company=company).first()
    return CompanyFacts(
        name=company.name,
        mode=company.mode,
        zone=company.zone,
        currency=company.currency,
        stopped_at=company.stopped_at,
        stopped_reason=company.stopped_reason,
        sends_from=_as_time(company.sends_from),
        sends_until=_as_time(company.sends_until),
        review_above=company.review_above,
        per_week=company.touches_per_week,
        books=_books(connections.get(Connection.Vendor.QUICKBOOKS)),
        books_read_at=books_read_at or (state.last_read_at if state else None),
        books_max_age=(
            timedelta(seconds=60)
            if books_read_at
            else timedelta(minutes=company.books_max_age_minutes)
        ),
        texts=_texts(connections.get(Connection.Vendor.TWILIO)),
        test_email=company.test_email,
        test_phone=company.test_phone,
    )


def _as_time(value: time | str) -> time:
    # A row that was created in this process still has the text its default was written as.
    return time.fromisoformat(value) if isinstance(value, str) else value


def _books(row: Connection | None) -> Connected:
    if row is None:
        return Connected(False, "QuickBooks is not connected")
    if not row.is_usable:
        return Connected(False, f"QuickBooks must be reconnected: {row.error or 'access was lost'}")
    return Connected(True, "connected", row.last_ok_at)


def _texts(row: Connection | None) -> Connected:
    if row is None:
        return Connected(False, "Twilio is not connected")
    if not row.is_usable:
        return Connected(False, f"Twilio must be reconnected: {row.error or 'access was lost'}")
    if not row.options.get("messaging_service"):
        return Connected(False, "no sender is set up at Twilio")
    blocked = row.options.get("blocked") or {}
    campaign = row.options.get("campaign") or {}
    read_at = parse_datetime(campaign.get("read_at") or "") if campaign.get("read_at") else None
    if blocked:
        return Connected(False, f"texts are blocked: {blocked.get('said', '')}", read_at)
    state = campaign.get("state") or "not read yet"
    if state != "VERIFIED":
        return Connected(False, f"the campaign is {state}, not VERIFIED", read_at)
    return Connected(True, "campaign VERIFIED", read_at)


def _steps(company, ids, *, due_only, now) -> dict[int, StepFact]:
    """The planned touch of each invoice; with ``due_only`` those whose day has come."""
    rows = (
        Reminder.objects.of(company)
        .planned()
        .filter(
            invoice__customer__in=ids,
            is_rehearsal=company.mode == Company.Mode.DRY_RUN,
            step__action__in=[CadenceStep.Action.EMAIL, CadenceStep.Action.SMS],
        )
        .select_related("step")
    )
    if due_only:
        rows = rows.filter(due_on__lte=company.local_date(now))
    return {
        row.invoice_id: StepFact(
            reminder_id=row.pk,
            label=str(row.step),
            action=row.step.action,
            template=row.step.template,
            approval=row.step.approval,
            falls_back_to_mail=row.step.falls_back_to_mail,
            due_on=row.due_on,
        )
        for row in rows
    }


def _invoices(company, ids, named, steps, books, books_read_at) -> dict[int, list[InvoiceFact]]:
    """Open invoices of each customer, and the named ones whatever became of them."""
    keys = {pk for many in named.values() for pk in many} | set(steps)
    rows = (
        Invoice.objects.of(company)
        .filter(customer__in=ids)
        .filter(Q(balance__gt=0, is_void=False, is_deleted=False) | Q(pk__in=keys))
        .select_related("customer")
    )
    found: dict[int, list[InvoiceFact]] = defaultdict(list)
    for row in rows:
        fact = InvoiceFact(
            id=row.pk,
            quickbooks_id=row.quickbooks_id,
            number=row.number,
            issued_on=row.issued_on,
            due_on=row.due_on,
            balance=row.balance,
            currency=row.currency,
            is_void=row.is_void,
            is_gone=row.is_deleted,
            read_at=row.read_at,
        )
        if books is not None and row.quickbooks_id in books:
            fact = _from_books(fact, row, books[row.quickbooks_id], books_read_at)
        found[row.customer_id].append(fact)
    return found


def _from_books(fact: InvoiceFact, row: Invoice, book: BookInvoice | None, read_at) -> InvoiceFact:
    if book is None:
        return replace(fact, is_gone=True, read_at=read_at)
    return replace(
        fact,
        number=book.number,
        issued_on=book.issued_on,
        due_on=book.due_on,
        balance=book.balance,
        currency=book.currency or row.currency,
        is_void=book.is_void,
        is_gone=book.customer_id != row.customer.quickbooks_id,
        read_at=read_at,
    )


def _disputed(company, invoice_ids) -> dict[int, Decimal]:
    return dict(
        Dispute.objects.of(company)
        .filter(invoice__in=invoice_ids, state=Dispute.State.OPEN)
        .values_list("invoice_id", "amount")
    )


def _credits(company, ids) -> dict[int, Decimal]:
    """Unapplied money, credit memos and journal credits of each customer, as one sum."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    live = {"customer__in": ids, "is_deleted": False}
    for model, name, sign, more in (
        (Payment, "unapplied", 1, {"is_void": False}),
        (CreditMemo, "remaining", 1, {"is_void": False}),
        (JournalLine, "amount", -1, {}),
    ):
        rows = (
            model.objects.of(company).filter(**live, **more).order_by().values("customer_id")
        ).annotate(sum=Sum(name))
        for row in rows:
            sums[row["customer_id"]] += sign * row["sum"]
    return sums


def _hold(row: Hold) -> HoldFact:
    return HoldFact(
        id=row.pk,
        reason=row.reason,
        label=row.get_reason_display(),
        note=row.note,
        until=row.until,
        placed_at=row.placed_at,
    )


def _contacts(company, ids, channel) -> dict[int, ContactFact]:
    best = contacts.best(ids, channel)
    standings = consent.standings(company, channel, [row.address for row in best.values()])
    return {
        pk: ContactFact(
            id=row.pk,
            channel=channel,
            address=row.address,
            consent=standings[row.address].state,
            said=standings[row.address].sentence,
        )
        for pk, row in best.items()
    }


def _unusable(ids, channels) -> dict[int, dict[str, str]]:
    """For customers without a usable contact: what is wrong with those they have."""
    lacking = [pk for pk in ids if any(pk not in best for best in channels.values())]
    said: dict[int, dict[str, str]] = defaultdict(dict)
    rows = Contact.objects.filter(customer__in=lacking).exclude(state=Contact.State.USABLE)
    for row in rows:
        reason = row.state_reason or row.get_state_display()
        said[row.customer_id].setdefault(row.channel, f"{row}: {reason}")
    return said


def _touches(company, ids, *, now) -> tuple[dict[int, list[datetime]], set[int], set[int]]:
    """Contacts of the last week on every channel, and who was ever mailed or texted before.

    Rehearsals count among themselves: a customer never saw them.
    """
    rehearsed = Q(test_address="")
    if company.mode == Company.Mode.DRY_RUN:
        rehearsed = ~Q(pk=None)
    said = (
        Message.objects.of(company)
        .filter(rehearsed, customer__in=ids, direction=Message.Direction.OUT)
        .exclude(Q(state=Message.State.FAILED) & ~Q(error_code__in=delivery_codes.RETRIED))
        .annotate(said_at=Coalesce("handed_over_at", "settled_at"))
        .filter(Q(handed_over_at__isnull=False) | Q(state=Message.State.FAILED))
    )
    recent = (
        said.filter(said_at__gt=now - budget.WEEK)
        .exclude(purpose__in=[Message.Purpose.RECEIPT, Message.Purpose.CONFIRMATION])
        .exclude(medium=Message.Medium.NOTE)
        .values_list("customer_id", "said_at")
    )
    touches: dict[int, list[datetime]] = defaultdict(list)
    for pk, at in recent:
        touches[pk].append(at)
    arrived = said.exclude(state=Message.State.FAILED)
    spoken = set(arrived.order_by().values_list("customer_id", "medium").distinct())
    mailed = {pk for pk, medium in spoken if medium == Message.Medium.EMAIL}
    texted = {pk for pk, medium in spoken if medium == Message.Medium.SMS}
    return touches, mailed, texted


def _place(customer: Customer, number: str) -> places.Place:
    return places.locate(
        postal_code=customer.postal_code,
        state=customer.state,
        city=customer.city,
        country=customer.country,
        number=number,
    )
