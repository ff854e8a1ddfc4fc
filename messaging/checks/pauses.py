"""Whether something keeps the customer or the invoices quiet: the holds that are in force."""

from datetime import datetime, time, timedelta

from invoices.models import Hold
from messaging.checks.answer import Case, Check, Concern, capital, named
from messaging.facts import HoldFact, InvoiceFact

ON_CUSTOMER = Concern("customer_hold", "No pause on the customer", "holds")
ON_INVOICE = Concern("invoice_hold", "No pause on the invoice", "holds")


def on_customer(case: Case) -> Check:
    if not case.facts.holds:
        return ON_CUSTOMER.passes("none", "Nothing pauses them.")
    hold = max(case.facts.holds, key=_lasts)
    return ON_CUSTOMER.stops(hold.label, _sentence(case, hold), hold.placed_at, until=hold.until)


def on_invoice(case: Case) -> Check:
    if not case.left:
        return ON_INVOICE.moot()
    held = {one.id: hold for one in case.left if (hold := _holding(one))}
    dropped = [one for one in case.left if one.id in held]
    case.left = [one for one in case.left if one.id not in held]
    if not dropped:
        return ON_INVOICE.passes("none", "No invoice is paused.")
    if case.left:
        return ON_INVOICE.passes(
            f"{len(dropped)} left out", f"{named(dropped)} paused and left out."
        )
    hold = min(held.values(), key=_lasts)
    return ON_INVOICE.stops(
        hold.label,
        _sentence(case, hold),
        hold.placed_at,
        until=hold.until,
        invoice=dropped[0].id,
    )


def _holding(one: InvoiceFact) -> HoldFact | None:
    """The hold that keeps the whole invoice quiet; a partly disputed one keeps moving, and a touch
    that an agreement names passes the silence of that agreement."""
    agreed = one.step.source if one.step else ""
    holds = [
        hold
        for hold in one.holds
        if (hold.reason != Hold.Reason.DISPUTE or not 0 < one.disputed < one.balance)
        and (not agreed or hold.source != agreed)
    ]
    return max(holds, key=_lasts, default=None)


def _lasts(hold: HoldFact) -> float:
    return hold.until.timestamp() if hold.until else float("inf")


def _sentence(case: Case, hold: HoldFact) -> str:
    until = f", quiet until {_quiet_until(case, hold.until)}" if hold.until else ""
    note = f" ({hold.note.rstrip('.')})" if hold.note else ""
    return f"{capital(hold.label)}{note}{until}."


def _quiet_until(case: Case, until: datetime) -> str:
    # An end at midnight means the day before, whole.
    last = (until - timedelta(microseconds=1)).astimezone(case.facts.company.zone)
    if until.astimezone(case.facts.company.zone).time() == time.min:
        return f"{last:%a} {last:%b} {last.day}"
    return case.when(until)
