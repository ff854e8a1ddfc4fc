"""What a day left behind, as plain rows: the vendors' own books on one side, ours on the other.

The judges read nothing else, so that a doctored ledger shows whether they can say no.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tests.chaos.cast import Place


@dataclass(frozen=True)
class Text:
    """A text the carrier took from us."""

    sid: str
    company: str
    to: str
    body: str
    at: datetime
    """On the day's clock."""
    real: float
    """On the machine's."""


@dataclass(frozen=True)
class Letter:
    """A mail the mail server took from us."""

    id: int
    company: str
    to: str
    subject: str
    text: str
    at: datetime
    real: float


@dataclass(frozen=True)
class Charge:
    """A payment at Stripe, with what its payer's page named."""

    intent: str
    company: str
    state: str
    amount: Decimal
    parts: dict[str, Decimal]
    """Amount by the invoice's id in the books; empty when the page was not seen."""


@dataclass(frozen=True)
class BookPayment:
    """A payment in QuickBooks."""

    id: str
    company: str
    total: Decimal
    note: str
    unapplied: Decimal
    lines: dict[str, Decimal]
    """Amount by invoice id."""
    real: float


@dataclass(frozen=True)
class BookInvoice:
    """An invoice in QuickBooks, with what its total was from which real second on."""

    id: str
    number: str
    company: str
    customer: str
    balance: Decimal
    totals: tuple[tuple[float, Decimal], ...]

    def total_at(self, real: float) -> Decimal:
        found = self.totals[0][1]
        for since, total in self.totals:
            if since <= real:
                found = total
        return found


@dataclass(frozen=True)
class Stop:
    """A customer's stop, and when it lay in our database; None when it never did."""

    number: str
    company: str
    sid: str
    real: float | None


@dataclass(frozen=True)
class Row:
    """One stored event or effect at the end."""

    what: str
    kind: str
    state: str
    cause: str
    is_due: bool
    """Its time has come, so that nothing but a stall explains why it waits."""


@dataclass(frozen=True)
class Person:
    """A customer of the cast with its id in the books."""

    id: str
    company: str
    email: str
    mobile: str
    place: Place
    consents: bool


@dataclass
class Ledger:
    """All the evidence of one day."""

    texts: list[Text] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    payments: list[BookPayment] = field(default_factory=list)
    invoices: list[BookInvoice] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    checks: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    inbound: dict[str, bool] = field(default_factory=dict)
    """Each text a customer sent, by its id, and whether we hold it."""
    withdrawn: set[tuple[str, str]] = field(default_factory=set)
    """Company and number of each consent that our ledger holds as withdrawn."""
    known_texts: set[str] = field(default_factory=set)
    """Ids of texts at the carrier that a message of ours names."""
    mirror: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """Our copy of each invoice's balance, by company and id."""
    captured: dict[str, str] = field(default_factory=dict)
    """What we hold of each payment at Stripe: state by intent."""
    stalls: dict[str, float] = field(default_factory=dict)
    looks: int = 0
    sessions: list[tuple[str, bool]] = field(default_factory=list)
    """Each look at whether a session still holds after keys changed."""
    secrets: list[tuple[str, bool]] = field(default_factory=list)
    """Each stored secret, and whether the newest key alone reads it."""
    never_hit: list[str] = field(default_factory=list)
    faults: int = 0
    chain: str = ""
    """What the audit's own verification said; empty when it found nothing wrong."""
