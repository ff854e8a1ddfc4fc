"""The only place that says yes. Pure: facts in, a verdict with every reason out.

Each check looks at one concern and nothing else. Invoices are narrowed from check to check: a held
invoice drops out and the others go on; the check that takes the last one is the one that stops.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from arbook import money, phones
from customers.models import Channel
from invoices.models import CadenceStep, Hold
from messaging import budget, quiet_hours, wording
from messaging.facts import WIRE, ContactFact, Facts, HoldFact, InvoiceFact, StepFact

RULES_VERSION = "2026-11"

PASS, STOP, WAIT, SKIP = "pass", "stop", "wait", "skip"
AGAIN = timedelta(minutes=15)
"""When something of the whole company stands in the way, messages look again after this."""

# Stops that are no fault of the customer's: the message keeps its approval and waits.
COMPANY_CHECKS = frozenset({"company", "connection", "books_fresh"})


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


def decide(facts: Facts) -> Verdict:
    """Ask every check. Nothing is read and nothing is written here."""
    case = Case(facts, list(facts.invoices))
    checks = []
    for function in CHECKS:
        checks.append(function(case))
    stops = [one for one in checks if one.result == STOP]
    first = stops[0] if stops else None
    waits = [one for one in checks if one.result == WAIT]
    hours = next(one for one in checks if one.check == "hours")
    needs_person = any(one.check == "limit" for one in waits) or bool(
        case.step and case.step.approval != CadenceStep.Approval.AUTOMATIC
    )
    return Verdict(
        passed=first is None,
        checks=tuple(checks),
        stopped_by=first.check if first else "",
        sentence=first.sentence if first else _yes(case, hours),
        until=first.until if first else None,
        not_before=hours.until,
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


def company(case: Case) -> Check:
    facts = case.facts.company
    if facts.stopped_at:
        reason = f": {facts.stopped_reason}" if facts.stopped_reason else ""
        return Check(
            "company",
            "Sending is on",
            STOP,
            "stopped",
            f"All sending of {facts.name} is stopped{reason}.",
            "company",
            facts.stopped_at,
        )
    return Check("company", "Sending is on", PASS, "on", "Sending is on.", "company")


def connection(case: Case) -> Check:
    books = case.facts.company.books
    if not books.is_usable:
        return Check(
            "connection",
            "QuickBooks connected",
            STOP,
            "not connected",
            f"{books.said}.",
            "connections",
            books.read_at,
        )
    return Check(
        "connection",
        "QuickBooks connected",
        PASS,
        "connected",
        "QuickBooks answers.",
        "connections",
        books.read_at,
    )


def books_fresh(case: Case) -> Check:
    facts, name = case.facts.company, "Books are fresh"
    read_at = facts.books_read_at
    if read_at is None:
        return Check(
            "books_fresh",
            name,
            STOP,
            "never read",
            "The books have not been read yet.",
            "QuickBooks",
        )
    age = case.facts.now - read_at
    if age > facts.books_max_age:
        return Check(
            "books_fresh",
            name,
            STOP,
            _age(age),
            f"The books were last read {_age(age)} ago; the limit is {_age(facts.books_max_age)}.",
            "QuickBooks",
            read_at,
        )
    return Check(
        "books_fresh",
        name,
        PASS,
        f"{_age(age)} old",
        f"The books were read {_age(age)} ago.",
        "QuickBooks",
        read_at,
    )


def customer(case: Case) -> Check:
    facts, name = case.facts, "Customer is active"
    if facts.is_gone:
        return Check(
            "customer",
            name,
            STOP,
            "deleted",
            f"{facts.name} is no longer in the books.",
            "QuickBooks",
            facts.customer_read_at,
        )
    if not facts.is_active:
        return Check(
            "customer",
            name,
            STOP,
            "inactive",
            f"{facts.name} is inactive in QuickBooks.",
            "QuickBooks",
            facts.customer_read_at,
        )
    return Check(
        "customer",
        name,
        PASS,
        "active",
        f"{facts.name} is active.",
        "QuickBooks",
        facts.customer_read_at,
    )


def do_not_dun(case: Case) -> Check:
    tag, name = case.facts.silent_tag, "May be reminded"
    if tag:
        return Check(
            "do_not_dun",
            name,
            STOP,
            tag,
            f"{case.facts.name} is tagged {tag}: nobody reminds them.",
            "tags",
        )
    return Check("do_not_dun", name, PASS, "no tag", "No tag keeps them silent.", "tags")


def open_invoices(case: Case) -> Check:
    name = "Something is open"
    asked = case.left
    case.left = [one for one in asked if one.is_open]
    read_at = min((one.read_at for one in asked if one.read_at), default=None)
    if not case.left:
        return Check(
            "open_invoices", name, STOP, _fate(asked), _fate_sentence(asked), "QuickBooks", read_at
        )
    return Check(
        "open_invoices",
        name,
        PASS,
        _count(case.left),
        f"{_count(case.left)} open.",
        "QuickBooks",
        read_at,
    )


def currency(case: Case) -> Check:
    name, home = "In the home currency", case.facts.company.currency
    if not case.left:
        return _skipped("currency", name)
    foreign = [one for one in case.left if (one.currency or home) != home]
    case.left = [one for one in case.left if one not in foreign]
    if not case.left:
        return Check(
            "currency",
            name,
            STOP,
            foreign[0].currency,
            f"{_named(foreign)} in {foreign[0].currency}: a person handles foreign currency.",
            "QuickBooks",
            foreign[0].read_at,
        )
    return Check("currency", name, PASS, home, f"In {home}.", "QuickBooks")


def net_balance(case: Case) -> Check:
    facts, name = case.facts, "Owes more than their credit"
    if not case.left:
        return _skipped("net_balance", name)
    if facts.net_balance <= 0:
        return Check(
            "net_balance",
            name,
            STOP,
            case.words(facts.net_balance),
            f"Credit of {case.words(facts.credit)} covers everything that is open; "
            "apply it in QuickBooks.",
            "QuickBooks",
            facts.company.books_read_at,
        )
    return Check(
        "net_balance",
        name,
        PASS,
        case.words(facts.net_balance),
        f"{case.words(facts.net_balance)} remain after credit.",
        "QuickBooks",
        facts.company.books_read_at,
    )


def customer_hold(case: Case) -> Check:
    name = "No pause on the customer"
    if not case.facts.holds:
        return Check("customer_hold", name, PASS, "none", "Nothing pauses them.", "holds")
    hold = max(case.facts.holds, key=_lasts)
    return Check(
        "customer_hold",
        name,
        STOP,
        hold.label,
        _hold_sentence(case, hold),
        "holds",
        hold.placed_at,
        hold.until,
    )


def invoice_hold(case: Case) -> Check:
    name = "No pause on the invoice"
    if not case.left:
        return _skipped("invoice_hold", name)
    held = {one.id: _holding(one) for one in case.left if _holding(one)}
    dropped = [one for one in case.left if one.id in held]
    case.left = [one for one in case.left if one.id not in held]
    if not dropped:
        return Check("invoice_hold", name, PASS, "none", "No invoice is paused.", "holds")
    if case.left:
        return Check(
            "invoice_hold",
            name,
            PASS,
            f"{len(dropped)} left out",
            f"{_named(dropped)} paused and left out.",
            "holds",
        )
    hold = min(held.values(), key=_lasts)
    return Check(
        "invoice_hold",
        name,
        STOP,
        hold.label,
        _hold_sentence(case, hold),
        "holds",
        hold.placed_at,
        hold.until,
        dropped[0].id,
    )


def dispute(case: Case) -> Check:
    name = "Not all of it disputed"
    if not case.left:
        return _skipped("dispute", name)
    contested = [one for one in case.left if one.disputed > 0]
    aside = sum((min(one.disputed, one.balance) for one in contested), money.ZERO)
    case.left = [one for one in case.left if one.asked > 0]
    if not case.left:
        return Check(
            "dispute",
            name,
            STOP,
            case.words(aside),
            f"All of it is disputed ({case.words(aside)}).",
            "disputes",
            invoice=contested[0].id,
        )
    said = f"{case.words(aside)} set aside" if aside else "nothing disputed"
    return Check("dispute", name, PASS, said, f"{said.capitalize()}.", "disputes")


def flying(case: Case) -> Check:
    name = "No money on its way"
    if not case.left:
        return _skipped("in_flight", name)
    on_its_way = [one for one in case.left if one.flying > 0]
    amount = sum((one.flying for one in on_its_way), money.ZERO)
    case.left = [one for one in case.left if one.flying <= 0]
    if not case.left:
        return Check(
            "in_flight",
            name,
            STOP,
            case.words(amount),
            f"{case.words(amount)} are on their way and not yet in the books.",
            "payments",
            invoice=on_its_way[0].id,
        )
    said = f"{case.words(amount)}, left out" if amount else "none"
    return Check("in_flight", name, PASS, said, "Nothing else is on its way.", "payments")


def reply(case: Case) -> Check:
    since, name = case.facts.reply_since, "No reply waits for an answer"
    if since:
        return Check(
            "reply",
            name,
            STOP,
            "waiting",
            f"{case.facts.name} wrote on {case.when(since)} and waits for an answer.",
            "inbox",
            since,
        )
    return Check("reply", name, PASS, "none", "No reply is unanswered.", "inbox")


def contact(case: Case) -> Check:
    """Chooses the channel: the step's own, or mail where the step allows it."""
    name, step, facts = "Can be reached", case.step, case.facts
    wants = Channel.SMS if step and step.action == CadenceStep.Action.SMS else Channel.EMAIL
    case.channel = wants
    if wants == Channel.SMS and step.falls_back_to_mail:
        trouble = _no_text(facts)
        if trouble and facts.email:
            case.channel, case.fell_back = Channel.EMAIL, trouble
    who = case.contact
    if who is None:
        kind = "mobile number" if case.channel == Channel.SMS else "e-mail address"
        detail = facts.unusable.get(case.channel)
        return Check(
            "contact",
            name,
            STOP,
            detail or "none",
            f"{facts.name} has no usable {kind}{f' ({detail})' if detail else ''}.",
            "contacts",
        )
    if case.fell_back:
        return Check(
            "contact",
            name,
            PASS,
            f"mail: {case.fell_back}",
            f"By mail instead of text: {case.fell_back}.",
            "contacts",
        )
    return Check("contact", name, PASS, _shown(who), f"Reached at {_shown(who)}.", "contacts")


def consent(case: Case) -> Check:
    who, name = case.contact, "Allows it"
    if who is None:
        return _skipped("consent", name)
    is_text = case.channel == Channel.SMS
    if who.consent == "withdrawn":
        return Check(
            "consent", name, STOP, "withdrawn", f"{_shown(who)}: {who.said}", "consent ledger"
        )
    if is_text and who.consent != "given":
        return Check(
            "consent",
            name,
            STOP,
            "unknown",
            f"Nobody recorded that {_shown(who)} allows texts.",
            "consent ledger",
        )
    value = "given" if is_text else "not withdrawn"
    return Check("consent", name, PASS, value, who.said or "Not withdrawn.", "consent ledger")


def channel(case: Case) -> Check:
    name = "The channel works"
    if case.channel == Channel.EMAIL:
        return Check("channel", name, PASS, "e-mail", "Mail needs no registration.", "connections")
    texts = case.facts.company.texts
    if not texts.is_usable:
        return Check(
            "channel",
            name,
            STOP,
            texts.said,
            f"Texts cannot leave: {texts.said}.",
            "Twilio",
            texts.read_at,
        )
    return Check("channel", name, PASS, texts.said, "Texts may leave.", "Twilio", texts.read_at)


def contact_budget(case: Case) -> Check:
    facts, name = case.facts, "Within the contact budget"
    used = budget.standing(
        facts.touches, now=facts.now, zone=facts.company.zone, per_week=facts.company.per_week
    )
    value = f"{used.week} of {used.per_week} this week"
    if not used.allows:
        why = "already contacted today" if used.today else f"{value} already"
        return Check(
            "budget",
            name,
            STOP,
            value,
            f"{facts.name} was {why}; the next contact may be on {case.when(used.until)}."
            if used.today
            else f"{facts.name} had {used.week} contacts in seven days; the next may be on "
            f"{case.when(used.until)}.",
            "messages and calls",
            None,
            used.until,
        )
    return Check("budget", name, PASS, value, f"Contacted {value}.", "messages and calls")


def hours(case: Case) -> Check:
    facts, name = case.facts, "A decent hour"
    is_text = case.channel == Channel.SMS
    place = facts.place if is_text else facts.mail_place
    moment = quiet_hours.next_moment(facts.now, place, policy_of(facts, case.channel))
    source = "text hours by state" if is_text else "mail hours"
    if moment.at is None:
        return Check("hours", name, STOP, "no decent hour", f"{_capital(moment.sentence)}.", source)
    if moment.at > facts.now:
        local = moment.at.astimezone(ZoneInfo(moment.zone))
        value = f"{local:%a} {local:%H:%M} {place.label_of(moment.zone)}"
        result = STOP if facts.stage == WIRE else WAIT
        return Check(
            "hours", name, result, value, f"{_capital(moment.sentence)}.", source, None, moment.at
        )
    return Check("hours", name, PASS, "now", f"{_capital(moment.sentence)}.", source)


def limit(case: Case) -> Check:
    facts, name = case.facts, "Under the amount limit"
    most = facts.company.review_above
    if case.total > most and not facts.is_approved and not facts.company.is_dry_run:
        # Before it is planned to leave this asks for a person; at the wire it is a plain no.
        result = STOP if facts.stage == WIRE else WAIT
        return Check(
            "limit",
            name,
            result,
            case.words(case.total),
            f"{case.words(case.total)} is over {case.words(most)}: a person must approve.",
            "company",
        )
    value = f"{case.words(case.total)} of {case.words(most)}"
    said = "A person approved it." if case.total > most else "Within the limit."
    return Check("limit", name, PASS, value, said, "company")


def test_address(case: Case) -> Check:
    facts, name = case.facts.company, "Dry run has a test address"
    if not facts.is_dry_run:
        return Check("test_address", name, SKIP, "not a dry run", "This is no dry run.", "company")
    target = facts.test_phone if case.channel == Channel.SMS else facts.test_email
    if not target:
        kind = "number" if case.channel == Channel.SMS else "e-mail address"
        return Check(
            "test_address",
            name,
            STOP,
            "missing",
            f"The dry run has no test {kind} to send to.",
            "company",
        )
    return Check("test_address", name, PASS, target, f"Everything goes to {target}.", "company")


def text(case: Case) -> Check:
    findings, name = case.facts.findings, "The words are fit"
    if findings is None:
        return Check("wording", name, SKIP, "no text yet", "There is no text yet.", "linter")
    stops = [one for one in findings if one.severity == wording.STOP]
    if stops:
        return Check(
            "wording",
            name,
            STOP,
            stops[0].phrase or stops[0].code.replace("_", " "),
            stops[0].sentence,
            "linter",
        )
    value = f"{len(findings)} to look at" if findings else "clean"
    said = findings[0].sentence if findings else "Nothing to object to."
    return Check("wording", name, PASS, value, said, "linter")


CHECKS: tuple[Callable[[Case], Check], ...] = (
    company,
    connection,
    books_fresh,
    customer,
    do_not_dun,
    open_invoices,
    currency,
    net_balance,
    customer_hold,
    invoice_hold,
    dispute,
    flying,
    reply,
    contact,
    consent,
    channel,
    contact_budget,
    hours,
    limit,
    test_address,
    text,
)


def policy_of(facts: Facts, on: str) -> quiet_hours.HoursPolicy:
    """The company's hours for texts; mail has its own, wider ones."""
    if on == Channel.EMAIL:
        return quiet_hours.EMAIL_HOURS
    company = facts.company
    return quiet_hours.HoursPolicy(opens=company.sends_from, closes=company.sends_until)


def _no_text(facts: Facts) -> str:
    """Why a text cannot leave by itself, or nothing."""
    if facts.sms is None:
        return facts.unusable.get(Channel.SMS) or "no mobile number"
    if facts.sms.consent == "withdrawn":
        return f"{_shown(facts.sms)} opted out"
    if facts.sms.consent != "given":
        return f"no consent for {_shown(facts.sms)}"
    if not facts.company.texts.is_usable:
        return facts.company.texts.said
    return ""


def _holding(one: InvoiceFact) -> HoldFact | None:
    """The hold that keeps the whole invoice quiet; a partly disputed one keeps moving."""
    holds = [
        hold
        for hold in one.holds
        if hold.reason != Hold.Reason.DISPUTE or not 0 < one.disputed < one.balance
    ]
    return max(holds, key=_lasts, default=None)


def _lasts(hold: HoldFact) -> float:
    return hold.until.timestamp() if hold.until else float("inf")


def _hold_sentence(case: Case, hold: HoldFact) -> str:
    until = f", quiet until {_quiet_until(case, hold.until)}" if hold.until else ""
    note = f" ({hold.note.rstrip('.')})" if hold.note else ""
    return f"{_capital(hold.label)}{note}{until}."


def _quiet_until(case: Case, until: datetime) -> str:
    # An end at midnight means the day before, whole.
    last = (until - timedelta(microseconds=1)).astimezone(case.facts.company.zone)
    if until.astimezone(case.facts.company.zone).time() == time.min:
        return f"{last:%a} {last:%b} {last.day}"
    return case.when(until)


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
    return f"{_named(asked)} {said}."


def _named(rows: list[InvoiceFact]) -> str:
    if len(rows) == 1:
        return f"Invoice {rows[0].number or rows[0].quickbooks_id} is"
    return f"{len(rows)} invoices are"


def _count(rows: list[InvoiceFact]) -> str:
    return "1 invoice" if len(rows) == 1 else f"{len(rows)} invoices"


def _shown(who: ContactFact) -> str:
    return phones.display(who.address) if who.channel == Channel.SMS else who.address


def _skipped(check: str, name: str) -> Check:
    return Check(check, name, SKIP, "", "Nothing is left to ask for.")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".")


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return f"{max(int(age.total_seconds()), 0)} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
