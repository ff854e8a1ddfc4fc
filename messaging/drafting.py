"""From facts to the exact text: the gate's answer, the pay link and the words, for many at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from arbook.companies.models import Company
from customers.models import Channel, Customer
from invoices.models import Invoice
from messaging import compose, gate, segments
from messaging.checks.answer import STOP, Check
from messaging.checks.message import WORDS
from messaging.facts import Facts
from messaging.library import DEFAULT_KEY, ComposeRefused, Library
from messaging.merge_fields import Line
from messaging.models import Message
from reconciliation import paylinks
from reconciliation.models import PayLink

LOCK = "SELECT pg_advisory_xact_lock(hashtext('messaging.dispatch'), %s)"


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be said to one customer, or why nothing is said."""

    facts: Facts
    verdict: gate.Verdict
    wanted: compose.Wanted | None = None
    composed: compose.Composed | None = None
    link: PayLink | None = None
    is_edited: bool = False
    trouble: str = ""
    """An edited text that does not fit the amounts any more was replaced."""

    @property
    def passed(self) -> bool:
        return self.verdict.passed and self.composed is not None

    @property
    def parts(self) -> int | None:
        if self.composed is None or self.composed.medium != Message.Medium.SMS:
            return None
        return segments.measure(self.composed.body).parts


def draft_all(
    company: Company,
    gathered: Mapping[int, Facts],
    *,
    now: datetime,
    edited: Mapping[int, Message] | None = None,
) -> dict[int, Draft]:
    """Decide and compose for every customer; ``edited`` are messages a person wrote."""
    verdicts = {pk: gate.decide(facts) for pk, facts in gathered.items()}
    speaking = {pk: one for pk, one in verdicts.items() if one.passed}
    drafts = {pk: Draft(gathered[pk], one) for pk, one in verdicts.items() if pk not in speaking}
    if not speaking:
        return drafts
    customers = Customer.objects.in_bulk(list(speaking))
    links = paylinks.links_for(
        company,
        {pk: [Invoice(pk=line.id) for line in one.lines] for pk, one in speaking.items()},
        now=now,
    )
    library = Library(company)
    for pk, verdict in speaking.items():
        facts = gathered[pk]
        wanted = _wanted(company, customers[pk], facts, verdict, links[pk], now)
        try:
            composed, is_edited, trouble = _words(wanted, library, (edited or {}).get(pk))
        except ComposeRefused as refusal:
            drafts[pk] = Draft(facts, _no_text(verdict, str(refusal)))
            continue
        verdict = gate.decide(facts.with_text(composed.findings))
        drafts[pk] = Draft(facts, verdict, wanted, composed, links[pk], is_edited, trouble)
    return drafts


def lines_of(verdict: gate.Verdict) -> tuple[Line, ...]:
    """The gate's invoices as a text names them."""
    return tuple(
        Line(
            invoice_id=one.id,
            number=one.number,
            amount=one.asked,
            issued_on=one.issued_on,
            due_on=one.due_on,
            set_aside=min(one.disputed, one.balance),
        )
        for one in verdict.lines
    )


def wanted_of(message: Message, *, now: datetime) -> compose.Wanted:
    """What a stored proposal is made of, for judging an edited text."""
    company = message.company
    return compose.Wanted(
        company=company,
        customer=message.customer,
        medium=message.medium,
        key=message.template,
        lines=tuple(
            Line(
                invoice_id=line.invoice_id,
                number=line.invoice.number,
                amount=line.amount,
                issued_on=line.invoice.issued_on,
                due_on=line.invoice.due_on,
            )
            for line in message.lines.select_related("invoice")
        ),
        link=paylinks.url(message.pay_link) if message.pay_link else "",
        today=company.local_date(message.send_after or now),
        address=message.address,
        test_address=message.test_address,
    )


def lock(company: Company) -> None:
    """One run at a time looks at the proposals of a company; free at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [company.pk])


def invoices_of(drafts: Iterable[Draft]) -> set[int]:
    return {line.id for draft in drafts for line in draft.verdict.lines}


def _wanted(company, customer, facts, verdict, link, now) -> compose.Wanted:
    is_text = verdict.channel == Channel.SMS
    test_address = ""
    if facts.company.is_dry_run:
        test_address = company.test_phone if is_text else company.test_email
    return compose.Wanted(
        company=company,
        customer=customer,
        medium=Message.Medium.SMS if is_text else Message.Medium.EMAIL,
        key=verdict.step.template if verdict.step else DEFAULT_KEY,
        lines=lines_of(verdict),
        link=paylinks.url(link),
        today=company.local_date(verdict.not_before or now),
        is_first=not (facts.was_texted if is_text else facts.was_mailed),
        address=verdict.contact.address,
        test_address=test_address,
    )


def _words(wanted, library, edited) -> tuple[compose.Composed, bool, str]:
    fresh = compose.render(wanted, library)
    if edited is None:
        return fresh, False, ""
    kept = compose.finish(
        wanted,
        template=edited.template,
        template_version=edited.template_version,
        subject=edited.subject,
        body=edited.body,
        total=fresh.total,
    )
    # The hash covers recipient, words and every amount: the same hash means nothing moved.
    if kept.content_hash == edited.content_hash and kept.may_leave:
        return kept, True, ""
    return fresh, False, "The facts changed, so the edited text was written anew."


def _no_text(verdict: gate.Verdict, reason: str) -> gate.Verdict:
    stop = Check(WORDS.check, WORDS.name, STOP, "no text", reason, "templates")
    checks = (*[one for one in verdict.checks if one.check != WORDS.check], stop)
    return replace(
        verdict, passed=False, checks=checks, stopped_by=WORDS.check, sentence=reason, until=None
    )
