"""The invoices a message would speak of: balance, touch, dispute and holds of each."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Length

from arbook import money
from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BookInvoice
from invoices.models import CadenceStep, Dispute, Hold, Invoice, Reminder
from reconciliation import in_flight


@dataclass(frozen=True, slots=True)
class HoldFact:
    id: int
    reason: str
    label: str
    note: str
    until: datetime | None
    placed_at: datetime
    source: str = ""


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
    source: str = ""
    """The agreement it comes from, whose own hold does not keep it back."""
    amount: Decimal | None = None
    """What it asks for; None for all that is open."""


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
        """What may be asked for: the disputed part is set aside, a plan asks for its instalment."""
        rest = max(self.balance - self.disputed, money.ZERO)
        if self.step is None or self.step.amount is None:
            return rest
        return min(rest, self.step.amount)


def due_steps(
    company: Company, ids: Collection[int], *, due_only: bool, now: datetime
) -> dict[int, StepFact]:
    """The planned touch of each invoice, that of an agreement before the cadence's; with
    ``due_only`` those whose day has come."""
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
    today = company.local_date(now)
    # The word before a promised day, however late it got, is none on the day itself.
    rows = rows.exclude(source__startswith="promise:", anchor_on__lte=today)
    if due_only:
        rows = rows.filter(due_on__lte=today)
    rows = rows.order_by(Length("source"), "due_on", "pk")
    return {
        row.invoice_id: StepFact(
            reminder_id=row.pk,
            label=str(row.step),
            action=row.step.action,
            template=row.step.template,
            approval=row.step.approval,
            falls_back_to_mail=row.step.falls_back_to_mail,
            due_on=row.due_on,
            source=row.source,
            amount=row.amount,
        )
        for row in rows
    }


def of_customers(
    company: Company,
    ids: Collection[int],
    *,
    keys: set[int],
    due: Mapping[int, StepFact],
    quiet: Mapping[int, list[Hold]],
    books: Mapping[str, BookInvoice | None] | None,
    read_at: datetime | None,
) -> dict[int, list[InvoiceFact]]:
    """Open invoices of each customer, oldest first; those of ``keys`` whatever became of them."""
    found = _mirrored(company, ids, keys | set(due), books, read_at)
    invoice_ids = [one.id for many in found.values() for one in many]
    contested = _disputed(company, invoice_ids)
    flying = in_flight.by_invoice(company, invoice_ids)
    return {
        pk: [
            replace(
                one,
                disputed=contested.get(one.id, money.ZERO),
                flying=flying.get(one.id, money.ZERO),
                holds=tuple(hold(row) for row in quiet.get(pk, ()) if row.invoice_id == one.id),
                step=due.get(one.id),
            )
            for one in sorted(many, key=lambda one: (one.ages_from, one.id))
        ]
        for pk, many in found.items()
    }


def hold(row: Hold) -> HoldFact:
    return HoldFact(
        id=row.pk,
        reason=row.reason,
        label=row.get_reason_display(),
        note=row.note,
        until=row.until,
        placed_at=row.placed_at,
        source=row.source,
    )


def _mirrored(company, ids, keys, books, read_at) -> dict[int, list[InvoiceFact]]:
    """As the mirror has them, or as they were read from the books just now."""
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
            fact = _from_books(fact, row, books[row.quickbooks_id], read_at)
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


def _disputed(company: Company, invoice_ids: Collection[int]) -> dict[int, Decimal]:
    return dict(
        Dispute.objects.of(company)
        .filter(invoice__in=invoice_ids, state=Dispute.State.OPEN)
        .values_list("invoice_id", F("amount") - F("credited"))
    )
