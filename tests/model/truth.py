"""What is true outside: who said what, what was agreed, what left. Small on purpose.

The books, Stripe and the phones keep their own truth in the simulated vendors; here is the rest.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tests.model.people import Meaning, Person


@dataclass
class Said:
    """One text of a person. It counts from the moment the desk has stored it."""

    person: Person
    words: str
    meaning: Meaning
    sid: str
    at: datetime
    is_heard: bool = False
    heard_at: datetime | None = None


@dataclass(frozen=True)
class Left:
    """One message that a vendor took over."""

    person: Person | None
    company: str
    medium: str
    kind: str
    at: datetime
    to: str
    subject: str
    body: str
    total: Decimal
    # QuickBooks id of each invoice it speaks of, and the amount it names.
    lines: tuple[tuple[str, Decimal], ...]
    message: str
    is_test: bool = False
    vendor_id: str = ""


@dataclass(frozen=True)
class Yes:
    """A person's yes to exactly this message."""

    medium: str
    to: str
    body: str
    total: Decimal
    is_managers: bool


@dataclass
class Page:
    """A page at Stripe, and what it was opened for: the invoices and their parts."""

    company: str
    person: Person
    session: str
    parts: dict[str, Decimal]


@dataclass
class Truth:
    said: list[Said] = field(default_factory=list)
    # By company and number: given or withdrawn, oldest first, with the instant.
    consent: dict[tuple[str, str], list[tuple[datetime, bool]]] = field(default_factory=dict)
    vip: set[str] = field(default_factory=set)
    # By name of the customer: since when an answer is owed to them.
    waiting: dict[str, datetime] = field(default_factory=dict)
    # By name: until when a person keeps them quiet (None: until it is lifted).
    paused: dict[str, datetime | None] = field(default_factory=dict)
    # By invoice: the contested amount; quiet until; what was promised.
    disputed: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    promised: dict[tuple[str, str], datetime] = field(default_factory=dict)
    charged_back: set[str] = field(default_factory=set)
    disputes_known: set[str] = field(default_factory=set)
    # The day on which the page of an invoice foretold its next touch.
    predicted: dict[tuple[str, str], date] = field(default_factory=dict)
    approved: dict[str, Yes] = field(default_factory=dict)
    released: list[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    answers: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    left: list[Left] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    def allows_texts(self, company: str, number: str) -> bool:
        """The last word about this number, whoever wrote it down and however."""
        words = self.consent.get((company, number), [])
        return bool(words) and max(words, key=lambda word: word[0])[1]

    def breach(self, promise: int, said: str) -> None:
        self.breaches.append(f"promise {promise}: {said}")
