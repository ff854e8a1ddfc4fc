"""All facts about a customer's reminder, gathered for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from arbook import money, places
from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BookInvoice
from customers import tags
from customers.models import Channel, Customer
from invoices import holds
from invoices.models import CreditMemo, JournalLine, Payment
from messaging.facts import invoices, reach
from messaging.facts.company import CompanyFacts, of_company
from messaging.facts.invoices import HoldFact, InvoiceFact
from messaging.facts.reach import ContactFact
from messaging.models import Thread
from messaging.wording import Finding

PLAN, WIRE = "plan", "wire"


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


BY_MAIL = "they are written to by mail only"


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
    quiet = holds.active(company, ids, now=now)
    found = invoices.of_customers(
        company,
        ids,
        keys={pk for many in named.values() for pk in many},
        due=invoices.due_steps(company, ids, due_only=due_only, now=now),
        quiet=quiet,
        books=books,
        read_at=books_read_at,
    )
    credits, tagged = _credits(company, ids), tags.silent(ids)
    channels = {channel: reach.best(company, ids, channel) for channel in Channel.values}
    unusable = reach.unusable(ids, channels)
    touches, mailed, texted = reach.touches(company, ids, now=now)
    replies = _unanswered(ids, now)
    gathered = {}
    for pk, customer in Customer.objects.of(company).in_bulk(ids).items():
        mine, sms = found.get(pk, []), channels[Channel.SMS].get(pk)
        lacking = unusable.get(pk, {})
        if customer.mail_only:
            sms, lacking = None, lacking | {Channel.SMS: BY_MAIL}
        wanted = mine if only is None else [one for one in mine if one.id in only.get(pk, ())]
        wanted = _one_agreement(wanted)
        opened = sum((one.balance for one in mine if one.is_open), money.ZERO)
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
                one
                for one in wanted
                if one.step or (one.id in named.get(pk, ()) and not (due_only and one.is_open))
            ),
            net_balance=opened - credit,
            credit=credit,
            holds=tuple(invoices.hold(row) for row in quiet.get(pk, ()) if row.invoice_id is None),
            reply_since=replies.get(pk),
            email=channels[Channel.EMAIL].get(pk),
            sms=sms,
            unusable=lacking,
            touches=tuple(touches.get(pk, ())),
            place=customer.place(sms.address if sms else ""),
            mail_place=customer.place(),
            was_texted=pk in texted,
            was_mailed=pk in mailed,
            is_approved=pk in approved,
        )
    return gathered


def _one_agreement(wanted: list[InvoiceFact]) -> list[InvoiceFact]:
    """What was agreed is said alone: a promise or an instalment never stands among other sums."""
    source = next((one.step.source for one in wanted if one.step and one.step.source), "")
    if not source:
        return wanted
    return [one for one in wanted if one.step is None or one.step.source == source]


def _unanswered(ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """Since when a reply of each customer waits."""
    rows = Thread.objects.needs_reply().filter(customer__in=ids)
    since = rows.values_list("customer_id", "needs_reply_since")
    return {pk: at or now for pk, at in since}


def _credits(company: Company, ids: Collection[int]) -> dict[int, Decimal]:
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
