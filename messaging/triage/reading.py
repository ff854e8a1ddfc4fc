"""What a reading is: the answer of triage, and the facts it may use."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Context:
    """What the reply most likely is about; everything may be unknown."""

    invoice: str | None = None
    amount_due: Decimal | None = None
    due_date: date | None = None


@dataclass(frozen=True)
class Reading:
    """One reply, read. `evidence` is the customer's own words that the intent rests on."""

    intent: str
    secondary: tuple[str, ...] = ()
    opt_out: bool = False
    must_pause: bool = True
    promise_date: date | None = None
    promise_amount: Decimal | None = None
    invoice: str | None = None
    evidence: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For a JSON line: ISO dates, amounts as decimal text, nothing known is null."""
        return {
            "intent": self.intent,
            "secondary": list(self.secondary),
            "opt_out": self.opt_out,
            "must_pause": self.must_pause,
            "promise_date": self.promise_date.isoformat() if self.promise_date else None,
            "promise_amount": None if self.promise_amount is None else str(self.promise_amount),
            "invoice": self.invoice,
            "evidence": self.evidence,
        }


INTENTS = (
    "stop",
    "help",
    "question",
    "paid",
    "promise",
    "plan",
    "dispute",
    "copy",
    "contact_change",
    "wrong_number",
    "start",
    "thanks",
    "abusive",
    "other",
)
NAMES = {
    "stop": "wants no more messages",
    "help": "wants a person",
    "question": "asks something",
    "paid": "says it is paid",
    "promise": "promises to pay",
    "plan": "wants to pay in parts",
    "dispute": "contests the bill",
    "copy": "wants a copy",
    "contact_change": "somebody else should get this",
    "wrong_number": "is not a customer",
    "start": "wants messages again",
    "thanks": "says thanks",
    "abusive": "insults",
    "other": "something else",
}
PAUSING = frozenset(
    {
        "stop",
        "help",
        "paid",
        "dispute",
        "plan",
        "promise",
        "question",
        "contact_change",
        "wrong_number",
        "abusive",
    }
)
