"""What a check works with and what it answers: a case; pass, stop, wait or skip, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from arbook import money, phones
from customers.models import Channel
from messaging.facts import ContactFact, Facts, InvoiceFact, StepFact

PASS, STOP, WAIT, SKIP = "pass", "stop", "wait", "skip"


@dataclass(frozen=True, slots=True)
class Check:
    """One concern's answer."""

    check: str
    name: str
    result: str
    value: str
    sentence: str
    source: str = ""
    read_at: datetime | None = None
    until: datetime | None = None
    invoice: int | None = None

    @property
    def passed(self) -> bool:
        return self.result != STOP

    def as_json(self) -> dict:
        return {
            "check": self.check,
            "name": self.name,
            "result": self.result,
            "passed": self.passed,
            "value": self.value,
            "sentence": self.sentence,
            "source": self.source,
            "read_at": self.read_at.isoformat() if self.read_at else None,
            "until": self.until.isoformat() if self.until else None,
            "invoice": self.invoice,
        }


@dataclass(frozen=True, slots=True)
class Concern:
    """What one check asks, and where its facts come from."""

    check: str
    name: str
    source: str

    def passes(self, value: str, sentence: str, read_at: datetime | None = None) -> Check:
        return Check(self.check, self.name, PASS, value, sentence, self.source, read_at)

    def stops(
        self,
        value: str,
        sentence: str,
        read_at: datetime | None = None,
        *,
        until: datetime | None = None,
        invoice: int | None = None,
    ) -> Check:
        return Check(
            self.check, self.name, STOP, value, sentence, self.source, read_at, until, invoice
        )

    def waits(self, value: str, sentence: str, *, until: datetime | None = None) -> Check:
        """A yes, but not now or not without a person."""
        return Check(self.check, self.name, WAIT, value, sentence, self.source, None, until)

    def skips(self, value: str, sentence: str) -> Check:
        return Check(self.check, self.name, SKIP, value, sentence, self.source)

    def moot(self) -> Check:
        """An earlier check has taken what this one would look at."""
        return Check(self.check, self.name, SKIP, "", "Nothing is left to ask for.")


@dataclass
class Case:
    """The facts, and what the checks so far have left of the invoices."""

    facts: Facts
    left: list[InvoiceFact]
    channel: str = Channel.EMAIL
    fell_back: str = ""

    @property
    def step(self) -> StepFact | None:
        """The oldest open invoice sets the tone."""
        return next((one.step for one in self.left if one.step), None)

    @property
    def contact(self) -> ContactFact | None:
        return self.facts.contact_on[self.channel]

    @property
    def total(self) -> Decimal:
        return sum((one.asked for one in self.left), money.ZERO)

    def words(self, amount: Decimal) -> str:
        return money.words(amount, self.facts.company.currency)

    def when(self, instant: datetime, zone: ZoneInfo | None = None) -> str:
        local = instant.astimezone(zone or self.facts.company.zone)
        return f"{local:%a} {local:%b} {local.day}, {local:%H:%M}"


def named(rows: list[InvoiceFact]) -> str:
    """``Invoice 1042 is`` or ``3 invoices are``."""
    if len(rows) == 1:
        return f"Invoice {rows[0].number or rows[0].quickbooks_id} is"
    return f"{len(rows)} invoices are"


def shown(who: ContactFact) -> str:
    """The number or address as people write it."""
    return phones.display(who.address) if who.channel == Channel.SMS else who.address


def capital(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".")
