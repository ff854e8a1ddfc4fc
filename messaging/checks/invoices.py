"""What may be asked for: invoices still open, in our currency, uncontested, nothing on its way."""

from arbook import money
from messaging.checks.answer import Case, Check, Concern, named
from messaging.facts import InvoiceFact

STILL_OPEN = Concern("open_invoices", "Something is open", "QuickBooks")
CURRENCY = Concern("currency", "In the home currency", "QuickBooks")
DISPUTE = Concern("dispute", "Not all of it disputed", "disputes")
IN_FLIGHT = Concern("in_flight", "No money on its way", "payments")


def still_open(case: Case) -> Check:
    asked = case.left
    case.left = [one for one in asked if one.is_open]
    read_at = min((one.read_at for one in asked if one.read_at), default=None)
    if not case.left:
        return STILL_OPEN.stops(_fate(asked), _fate_sentence(asked), read_at)
    count = "1 invoice" if len(case.left) == 1 else f"{len(case.left)} invoices"
    return STILL_OPEN.passes(count, f"{count} open.", read_at)


def currency(case: Case) -> Check:
    if not case.left:
        return CURRENCY.moot()
    home = case.facts.company.currency
    foreign = [one for one in case.left if (one.currency or home) != home]
    case.left = [one for one in case.left if one not in foreign]
    if not case.left:
        other = foreign[0].currency
        said = f"{named(foreign)} in {other}: a person handles foreign currency."
        return CURRENCY.stops(other, said, foreign[0].read_at)
    return CURRENCY.passes(home, f"In {home}.")


def dispute(case: Case) -> Check:
    if not case.left:
        return DISPUTE.moot()
    contested = [one for one in case.left if one.disputed > 0]
    aside = sum((min(one.disputed, one.balance) for one in contested), money.ZERO)
    case.left = [one for one in case.left if one.asked > 0]
    if not case.left:
        amount = case.words(aside)
        return DISPUTE.stops(amount, f"All of it is disputed ({amount}).", invoice=contested[0].id)
    said = f"{case.words(aside)} set aside" if aside else "nothing disputed"
    return DISPUTE.passes(said, f"{said.capitalize()}.")


def in_flight(case: Case) -> Check:
    if not case.left:
        return IN_FLIGHT.moot()
    on_its_way = [one for one in case.left if one.flying > 0]
    amount = sum((one.flying for one in on_its_way), money.ZERO)
    case.left = [one for one in case.left if one.flying <= 0]
    if not case.left:
        said = f"{case.words(amount)} are on their way and not yet in the books."
        return IN_FLIGHT.stops(case.words(amount), said, invoice=on_its_way[0].id)
    value = f"{case.words(amount)}, left out" if amount else "none"
    return IN_FLIGHT.passes(value, "Nothing else is on its way.")


def _fate(asked: list[InvoiceFact]) -> str:
    if not asked:
        return "nothing due"
    if all(one.is_gone for one in asked):
        return "deleted"
    if all(one.is_void or one.is_gone for one in asked):
        return "void"
    return "paid"


def _fate_sentence(asked: list[InvoiceFact]) -> str:
    if not asked:
        return "No touch is due."
    said = {"deleted": "no longer in the books", "void": "void", "paid": "paid"}[_fate(asked)]
    return f"{named(asked)} {said}."
