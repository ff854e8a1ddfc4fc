"""What a person must know beside an open amount: disputed, promised, in flight, idle and so on.

Asked for whole pages of rows at once: the number of statements does not depend on the rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from arbook.companies.models import Company
from arbook.money import words
from customers import consent, contacts, tags
from customers.models import Channel
from invoices import receivable
from invoices.idle import idle
from invoices.models import Dispute, Hold, PromiseToPay

# Holds that say the same as a dispute or promise of their own.
COVERED = {Hold.Reason.DISPUTE: "dispute", Hold.Reason.PROMISE: "promise"}
OF_HOLDS = {Hold.Reason.PLAN: ("plan", "Plan"), Hold.Reason.IN_FLIGHT: ("in_flight", "In flight")}


@dataclass(frozen=True)
class Flag:
    """One word on a row, with the rest of the story as its title."""

    key: str
    label: str
    tone: str = ""
    title: str = ""


@dataclass(frozen=True)
class _Facts:
    """A flag with where it belongs: a whole customer, or one invoice of theirs."""

    customer_id: int
    invoice_id: int | None
    flag: Flag


def of_customers(
    company: Company, customer_ids: Iterable[int], *, now: datetime
) -> dict[int, list[Flag]]:
    """What is to be known of each customer or any of their open invoices."""
    found: dict[int, list[Flag]] = {pk: [] for pk in customer_ids}
    for fact in _facts(company, list(found), now):
        known = {flag.key for flag in found[fact.customer_id]}
        if fact.flag.key not in known:
            found[fact.customer_id].append(fact.flag)
    return found


def of_invoices(
    company: Company, owners: Mapping[int, int], *, now: datetime
) -> dict[int, list[Flag]]:
    """The same for invoices, given with their customers: their own flags and their customer's."""
    by_invoice, by_customer = defaultdict(list), defaultdict(list)
    for fact in _facts(company, sorted(set(owners.values())), now):
        if fact.invoice_id is None:
            by_customer[fact.customer_id].append(fact.flag)
        elif fact.invoice_id in owners:
            by_invoice[fact.invoice_id].append(fact.flag)
    found = {}
    for invoice, customer in owners.items():
        unique = {flag.key: flag for flag in [*by_customer[customer], *by_invoice[invoice]]}
        found[invoice] = list(unique.values())
    return found


def _facts(company: Company, customers: list[int], now: datetime) -> list[_Facts]:
    if not customers:
        return []
    return [
        *_disputes(company, customers),
        *_promises(company, customers),
        *_holds(company, customers, now),
        *_credits(company, customers),
        *_texting(company, customers),
        *_silent(customers),
        *_idle(company, customers, now),
    ]


def _disputes(company: Company, customers: list[int]) -> Iterable[_Facts]:
    rows = Dispute.objects.of(company).filter(
        state=Dispute.State.OPEN, invoice__customer__in=customers
    )
    for invoice, customer, amount, reason in rows.values_list(
        "invoice_id", "invoice__customer_id", "amount", "reason"
    ):
        title = f"{words(amount, company.currency)} contested: {reason}"
        yield _Facts(customer, invoice, Flag("dispute", "Disputed", "warn", title))


def _promises(company: Company, customers: list[int]) -> Iterable[_Facts]:
    rows = PromiseToPay.objects.of(company).open().filter(invoice__customer__in=customers)
    for invoice, customer, amount, due_on in rows.values_list(
        "invoice_id", "invoice__customer_id", "amount", "due_on"
    ):
        label = f"Promise {due_on:%b} {due_on.day}"
        title = f"{words(amount, company.currency)} promised by then"
        yield _Facts(customer, invoice, Flag("promise", label, "info", title))


def _holds(company: Company, customers: list[int], now: datetime) -> Iterable[_Facts]:
    rows = Hold.objects.of(company).active(now).filter(customer__in=customers)
    for customer, invoice, reason, note, until in rows.values_list(
        "customer_id", "invoice_id", "reason", "note", "until"
    ):
        if reason in COVERED:
            continue
        key, label = OF_HOLDS.get(reason, (f"hold_{reason}", "On hold"))
        why = Hold.Reason(reason).label
        last = (until - timedelta(microseconds=1)).astimezone(company.zone) if until else None
        end = f" until {last:%b} {last.day}" if last else ""
        title = f"{why[:1].upper()}{why[1:]}{f': {note}' if note else ''}{end}"
        tone = "info" if reason in OF_HOLDS else "warn"
        yield _Facts(customer, invoice, Flag(key, label, tone, title))


def _credits(company: Company, customers: list[int]) -> Iterable[_Facts]:
    for customer, amount in receivable.credits(company, customers).items():
        title = f"{words(Decimal(amount), company.currency)} not applied to any invoice"
        yield _Facts(customer, None, Flag("credit", "Unapplied credit", "plum", title))


def _texting(company: Company, customers: list[int]) -> Iterable[_Facts]:
    best = contacts.best(customers, Channel.SMS)
    standings = consent.standings(company, Channel.SMS, {one.address for one in best.values()})
    for customer in customers:
        if customer not in best:
            yield _Facts(customer, None, Flag("no_consent", "No mobile", "", "No textable number"))
            continue
        standing = standings[best[customer].address]
        if standing.is_withdrawn:
            yield _Facts(
                customer, None, Flag("no_consent", "Texts stopped", "bad", standing.sentence)
            )
        elif not standing.is_given:
            yield _Facts(customer, None, Flag("no_consent", "No consent", "", standing.sentence))


def _silent(customers: list[int]) -> Iterable[_Facts]:
    for customer, name in tags.silent(customers).items():
        flag = Flag("vip", str(name), "plum", "Every reminder is silent")
        yield _Facts(customer, None, flag)


def _idle(company: Company, customers: list[int], now: datetime) -> Iterable[_Facts]:
    rows = idle([company], now=now).filter(customer__in=customers, currency=company.currency)
    flag = Flag("idle", "Idle", "bad", "Past due, and nothing is planned")
    for invoice, customer in rows.values_list("pk", "customer_id"):
        yield _Facts(customer, invoice, flag)
