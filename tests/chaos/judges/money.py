"""Money: what was paid at Stripe stands in the books, once and where it belongs."""

from decimal import Decimal

from tests.chaos.judging import judge
from tests.chaos.ledger import Charge, Ledger

ZERO = Decimal("0.00")


@judge("every payment is in the books exactly once")
def posted_once(ledger: Ledger):
    for charge in ledger.charges:
        found = _postings(ledger, charge)
        if charge.state != "succeeded":
            yield f"{charge.intent} is {charge.state} and is in the books" if found else None
        elif len(found) != 1:
            yield f"{charge.intent} over {charge.amount} is in the books {len(found)} times"
        elif found[0].total != charge.amount:
            yield f"{charge.intent}: {found[0].total} in the books, {charge.amount} at Stripe"
        else:
            yield None


@judge("on the invoices its payer saw")
def on_the_right_invoices(ledger: Ledger):
    balances = {(one.company, one.id): one.balance for one in ledger.invoices}
    for charge in ledger.charges:
        for payment in _postings(ledger, charge):
            yield _misplaced(charge, payment, balances)


def _misplaced(charge: Charge, payment, balances: dict) -> str | None:
    name = f"{charge.intent} (payment {payment.id})"
    if not charge.parts:
        return f"{name}: nobody saw what it was for"
    for invoice, amount in payment.lines.items():
        if invoice not in charge.parts:
            return f"{name} went to invoice {invoice}, the page named {sorted(charge.parts)}"
        if amount > charge.parts[invoice]:
            return f"{name}: {amount} on invoice {invoice}, the page said {charge.parts[invoice]}"
    if sum(payment.lines.values(), ZERO) + payment.unapplied != payment.total:
        return f"{name}: {payment.lines} and {payment.unapplied} left are not {payment.total}"
    for invoice, part in charge.parts.items():
        is_short = payment.lines.get(invoice, ZERO) < part
        if is_short and payment.unapplied and balances.get((charge.company, invoice), ZERO):
            return f"{name} left {payment.unapplied} over while invoice {invoice} is open"
    return None


@judge("nothing else was written into the books")
def nothing_strange_in_the_books(ledger: Ledger):
    intents = {charge.intent for charge in ledger.charges}
    for payment in ledger.payments:
        is_ours = any(intent in payment.note for intent in intents)
        is_known = is_ours or f"{payment.company} {payment.id}" in ledger.checks
        yield None if is_known else f"payment {payment.id} ({payment.note!r}) is nobody's"


@judge("our mirror says what the books say")
def mirror_agrees(ledger: Ledger):
    for invoice in ledger.invoices:
        ours = ledger.mirror.get((invoice.company, invoice.id))
        yield (
            None
            if ours == invoice.balance
            else f"invoice {invoice.number}: {ours} here, {invoice.balance} in the books"
        )


@judge("every payment at Stripe is known here as it stands there")
def captured(ledger: Ledger):
    wanted = {"succeeded": "succeeded", "processing": "in_flight"}
    for charge in ledger.charges:
        ours, there = ledger.captured.get(charge.intent, ""), wanted.get(charge.state)
        yield (
            f"{charge.intent} is {charge.state} there and {ours or 'unknown'} here"
            if there and ours != there
            else None
        )


def _postings(ledger: Ledger, charge: Charge) -> list:
    return [
        one
        for one in ledger.payments
        if one.company == charge.company and charge.intent in one.note
    ]
