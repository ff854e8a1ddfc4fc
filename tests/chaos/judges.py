"""The promises, each judged from the ledger alone: the cases looked at, and which broke it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.chaos.cast import MAIL_CLOSES, MAIL_OPENS
from tests.chaos.ledger import BookInvoice, Charge, Ledger, Person, Row

FRESH = 60.0
"""Real seconds: nothing leaves on books that were read longer ago."""
ON_THE_WIRE = 5.0
"""Real seconds a call that is under way may still take when a stop arrives."""
AT_THE_BORDER = 60.0
"""Seconds of the day's clock between the last look at the hours and the hand-over."""
LEAST_FAULTS = 2000
NUMBER = re.compile(r"\b[AB]\d{5}\b")
AMOUNT = re.compile(r"\$([\d,]+\.\d\d)")
ASKS = "/pay/"
"""A message with a pay link asks for money; receipts and answers have none."""
ENDED = ("done", "ignored", "cancelled")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Verdict:
    """One promise: cases looked at, and every breach in a sentence."""

    promise: str
    checked: int
    breaches: tuple[str, ...]


Judge = Callable[[Ledger], Verdict]
JUDGES: list[Judge] = []


def judge(promise: str):
    """Register a generator of (case, breach or None) as the judge of one promise."""

    def register(cases: Callable[[Ledger], Iterable[str | None]]) -> Judge:
        def judged(ledger: Ledger) -> Verdict:
            found = list(cases(ledger))
            breaches = tuple(one for one in found if one)
            # A promise of which the day held no case was not shown to hold.
            return Verdict(promise, len(found), breaches if found else ("nothing was checked",))

        JUDGES.append(judged)
        judged.__name__ = cases.__name__
        return judged

    return register


def judge_all(ledger: Ledger) -> list[Verdict]:
    return [one(ledger) for one in JUDGES]


# --- Money ---------------------------------------------------------------------------------------


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


# --- Messages ------------------------------------------------------------------------------------


@judge("no text twice")
def no_text_twice(ledger: Ledger):
    seen: dict[tuple, str] = {}
    for text in sorted(ledger.texts, key=lambda one: one.real):
        key = (text.company, text.to, text.body)
        yield f"{text.sid} to {text.to} repeats {seen[key]}" if key in seen else None
        seen.setdefault(key, text.sid)


@judge("no mail twice")
def no_mail_twice(ledger: Ledger):
    seen: dict[tuple, int] = {}
    for letter in sorted(ledger.letters, key=lambda one: one.id):
        # The way out of a mail names the mail itself; two of the same words are still one.
        key = (letter.company, letter.to, letter.subject, letter.text.split("\n--")[0])
        yield f"mail {letter.id} to {letter.to} repeats {seen[key]}" if key in seen else None
        seen.setdefault(key, letter.id)


@judge("one reminder a day for each customer, over all channels")
def within_the_budget(ledger: Ledger):
    people = _people(ledger)
    days = Counter()
    for one in _reminders(ledger):
        person = people[one.company, one.to]
        zone = ZoneInfo(person.place.zone)
        days[person.company, person.id, one.at.astimezone(zone).date()] += 1
    for (company, customer, day), count in days.items():
        told = f"customer {customer} of {company} heard from us {count} times on {day}"
        yield told if count > 1 else None


@judge("no reminder about what was paid a minute before")
def none_after_payment(ledger: Ledger):
    books = _Books(ledger)
    people = _people(ledger)
    for one in _reminders(ledger):
        yield books.overstated(one, people[one.company, one.to])


@judge("no text after an opt-out reached us")
def none_after_stop(ledger: Ledger):
    stops = {}
    for stop in ledger.stops:
        if stop.real is not None:
            key = (stop.company, stop.number)
            stops[key] = min(stop.real, stops.get(key, stop.real))
    for text in ledger.texts:
        since = stops.get((text.company, text.to))
        late = text.real - since if since is not None else 0.0
        # "You will hear no more" is the one thing that may follow.
        is_breach = late > ON_THE_WIRE and not _confirms(text.body)
        yield f"{text.sid} to {text.to}, {late:.0f} s after its stop" if is_breach else None


@judge("no text without consent")
def none_without_consent(ledger: Ledger):
    people = _people(ledger)
    for text in ledger.texts:
        person = people.get((text.company, text.to))
        if person is None:
            yield f"{text.sid} went to {text.to}, who is nobody's customer"
        else:
            is_fine = person.consents or _confirms(text.body)
            yield None if is_fine else f"{text.sid} to {text.to}, who never agreed"


@judge("no message outside the hours of where its reader lives")
def within_the_hours(ledger: Ledger):
    people = _people(ledger)
    for text in ledger.texts:
        person = people.get((text.company, text.to))
        if person:
            late = _outside(text.at, person, person.place.opens, person.place.closes)
            yield f"{text.sid} to {text.to} at {late}" if late else None
    for letter in ledger.letters:
        person = people.get((letter.company, letter.to))
        if person and ASKS in letter.text:
            late = _outside(letter.at, person, MAIL_OPENS, MAIL_CLOSES)
            yield f"mail {letter.id} to {letter.to} at {late}" if late else None


def _outside(at: datetime, person: Person, opens: float, closes: float) -> str:
    local = at.astimezone(ZoneInfo(person.place.zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    if local.weekday() < 5 and opens * 3600 <= second < closes * 3600 + AT_THE_BORDER:
        return ""
    return f"{local:%a %H:%M:%S} in {person.place.city}"


def _confirms(body: str) -> bool:
    """The one text that answers a stop."""
    return ASKS not in body and not AMOUNT.search(body)


def _people(ledger: Ledger) -> dict[tuple[str, str], Person]:
    found = {(one.company, one.mobile): one for one in ledger.people}
    return found | {(one.company, one.email): one for one in ledger.people}


def _reminders(ledger: Ledger) -> list:
    people = _people(ledger)
    return [
        one
        for one in [*ledger.texts, *ledger.letters]
        if ASKS in _words(one) and (one.company, one.to) in people
    ]


def _words(one) -> str:
    return one.body if hasattr(one, "body") else one.text


class _Books:
    """What was open when, worked out from the books' own payments."""

    def __init__(self, ledger: Ledger):
        self._of: dict[tuple[str, str], list[BookInvoice]] = defaultdict(list)
        self._paid: dict[tuple[str, str], list[tuple[float, Decimal]]] = defaultdict(list)
        for invoice in ledger.invoices:
            self._of[invoice.company, invoice.customer].append(invoice)
        for payment in ledger.payments:
            for invoice, amount in payment.lines.items():
                self._paid[payment.company, invoice].append((payment.real, amount))

    def overstated(self, one, person: Person) -> str | None:
        """Whether at no moment of the last minute the books held what this message asks for."""
        words = _words(one)
        name = f"{getattr(one, 'sid', '') or f'mail {one.id}'} to {one.to}"
        asked = AMOUNT.search(words)
        if asked is None:
            return f"{name} asks for money and names no amount"
        invoices = self._of[person.company, person.id]
        moments = self._moments(invoices, one.real)
        total = Decimal(asked[1].replace(",", ""))
        if all(self._open(invoices, moment) < total for moment in moments):
            most = max(self._open(invoices, moment) for moment in moments)
            return f"{name} asks for {total}, {most} was open within the minute before"
        for number in NUMBER.findall(words):
            named = [invoice for invoice in invoices if invoice.number == number]
            if not named:
                return f"{name} names {number}, which is another customer's"
            if all(self._open(named, moment) <= 0 for moment in moments):
                return f"{name} names {number}, which was paid for over a minute"
        return None

    def _moments(self, invoices: list[BookInvoice], real: float) -> list[float]:
        found = [real - FRESH, real]
        for invoice in invoices:
            found += [at for at, _ in self._paid[invoice.company, invoice.id]]
            found += [at for at, _ in invoice.totals]
        return [at for at in found if real - FRESH <= at <= real]

    def _open(self, invoices: list[BookInvoice], real: float) -> Decimal:
        return sum(
            (
                invoice.total_at(real)
                - sum(
                    (
                        amount
                        for at, amount in self._paid[invoice.company, invoice.id]
                        if at <= real
                    ),
                    ZERO,
                )
                for invoice in invoices
            ),
            ZERO,
        )


# --- Nothing lost --------------------------------------------------------------------------------


@judge("every text a customer wrote is here")
def every_reply_kept(ledger: Ledger):
    for sid, is_here in ledger.inbound.items():
        yield None if is_here else f"{sid} is not in any conversation"


@judge("every stop is in the ledger of consent")
def every_stop_written(ledger: Ledger):
    for stop in ledger.stops:
        is_there = (stop.company, stop.number) in ledger.withdrawn
        yield None if is_there else f"{stop.sid} from {stop.number} is not in the ledger"


@judge("every text the carrier has is known here")
def every_text_known(ledger: Ledger):
    for text in ledger.texts:
        yield None if text.sid in ledger.known_texts else f"{text.sid} to {text.to} is unknown here"


@judge("every row is done, or visible with its cause")
def every_row_settled(ledger: Ledger):
    for row in ledger.rows:
        yield _unsettled(row)


def _unsettled(row: Row) -> str | None:
    if row.state in ENDED:
        return None
    if row.state == "dead":
        return None if row.cause else f"{row.what} ({row.kind}) is dead without a cause"
    if row.state in ("pending", "received", "unsure") and not row.is_due:
        # It waits for an hour that is written on it: a decent one, or the next try.
        is_told = row.cause or row.state == "pending"
        return None if is_told else f"{row.what} ({row.kind}) is {row.state} without a cause"
    return f"{row.what} ({row.kind}) is still {row.state}: {row.cause or 'no cause'}"


@judge("no stall over 60 seconds")
def no_stall(ledger: Ledger):
    for what, seconds in ledger.stalls.items():
        yield f"{what} waited {seconds:.0f} s"
    for _ in range(ledger.looks):
        yield None


# --- Nobody in, nobody out -----------------------------------------------------------------------


@judge("sessions outlive the change of keys")
def sessions_hold(ledger: Ledger):
    for who, holds in ledger.sessions:
        yield None if holds else f"{who} had to sign in again"


@judge("stored secrets are readable under the newest key alone")
def secrets_readable(ledger: Ledger):
    for what, is_readable in ledger.secrets:
        yield None if is_readable else f"{what} cannot be read any more"


@judge("the audit's chain verifies")
def chain_verifies(ledger: Ledger):
    yield ledger.chain or None


# --- The day itself ------------------------------------------------------------------------------


@judge("every kind of blow fell")
def every_kind_hit(ledger: Ledger):
    yield f"never given: {', '.join(ledger.never_hit)}" if ledger.never_hit else None


@judge(f"at least {LEAST_FAULTS:,} faults were given")
def enough_faults(ledger: Ledger):
    yield f"only {ledger.faults}" if ledger.faults < LEAST_FAULTS else None
