"""The only place that says yes. Pure: facts in, a verdict with every reason out.

Each check looks at one concern and nothing else. Invoices are narrowed from check to check: a held
invoice drops out and the others go on; the check that takes the last one is the one that stops.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from customers.models import Channel
from invoices.models import CadenceStep
from messaging.checks import company, customer, invoices, message, pauses, reach
from messaging.checks.answer import STOP, WAIT, Case, Check
from messaging.facts import ContactFact, Facts, InvoiceFact, StepFact

RULES_VERSION = "2026-11"

CHECKS: tuple[Callable[[Case], Check], ...] = (
    company.sending,
    company.connection,
    company.books_fresh,
    customer.active,
    customer.do_not_dun,
    invoices.still_open,
    invoices.currency,
    customer.net_balance,
    pauses.on_customer,
    pauses.on_invoice,
    invoices.dispute,
    invoices.in_flight,
    customer.reply,
    reach.contact,
    reach.consent,
    reach.channel,
    customer.contact_budget,
    reach.hours,
    message.limit,
    message.test_address,
    message.words,
)

# Stops that are no fault of the customer's: the message keeps its approval and waits.
COMPANY_CHECKS = frozenset({"company", "connection", "books_fresh"})
AGAIN = timedelta(minutes=15)
"""When something of the whole company stands in the way, messages look again after this."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes or no, with every reason."""

    passed: bool
    checks: tuple[Check, ...]
    stopped_by: str
    sentence: str
    until: datetime | None
    not_before: datetime | None
    channel: str
    contact: ContactFact | None
    step: StepFact | None
    lines: tuple[InvoiceFact, ...]
    total: Decimal
    needs_person: bool
    """Over the company's limit, or the step asks for a look."""

    @property
    def is_company_wide(self) -> bool:
        return self.stopped_by in COMPANY_CHECKS

    def of(self, check: str) -> Check:
        return next(one for one in self.checks if one.check == check)


def decide(facts: Facts) -> Verdict:
    """Ask every check. Nothing is read and nothing is written here."""
    case = Case(facts, list(facts.invoices))
    checks = {one.check: one for one in (ask(case) for ask in CHECKS)}
    first = next((one for one in checks.values() if one.result == STOP), None)
    needs_person = checks["limit"].result == WAIT or bool(
        case.step and case.step.approval != CadenceStep.Approval.AUTOMATIC
    )
    return Verdict(
        passed=first is None,
        checks=tuple(checks.values()),
        stopped_by=first.check if first else "",
        sentence=first.sentence if first else _yes(case, checks["hours"]),
        until=first.until if first else None,
        not_before=checks["hours"].until,
        channel=case.channel,
        contact=case.contact,
        step=case.step,
        lines=tuple(case.left),
        total=case.total,
        needs_person=needs_person,
    )


def _yes(case: Case, hours: Check) -> str:
    what = "Text" if case.channel == Channel.SMS else "E-mail"
    when = f" {hours.value}" if hours.result == WAIT else ""
    return f"{what} over {case.words(case.total)} may leave{when}."
