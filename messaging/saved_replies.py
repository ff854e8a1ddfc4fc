"""Answers kept for the next time: a company's own, or the house's until it has changed one.

What a field says is worked out when the reply is chosen: what is open now, not what was open when
somebody wrote the reply.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import transaction
from django.utils.text import slugify

from arbook import money, phones
from arbook.audit import log
from arbook.companies.models import Company, User
from invoices import disputes
from invoices.models import Invoice
from messaging import compose, default_replies, merge_fields, replies, ticks, wording
from messaging.models import SavedReply, Thread
from reconciliation import paylinks

FIELDS = {
    "name": "how they are addressed",
    "business": "the company's name",
    "invoices": "the ticked invoices, else every open one",
    "total": "what is open on them",
    "due": "since when, or by when",
    "link": "where to see and pay them",
    "phone": "the company's telephone",
    "reply_to": "the company's mail address",
}
OF_BILLS = {"invoices", "total", "due", "link"}
FIELD = re.compile(r"\{(\w*)\}")
LONGEST = 2_000


class SavedReplyRefused(Exception):
    """The reply cannot be kept or used. The message is fit for the screen."""


@dataclass(frozen=True)
class Offer:
    """A saved reply as one conversation would have it; ``missing`` says why it cannot."""

    reply: SavedReply
    text: str
    missing: str = ""


def of(company: Company) -> list[SavedReply]:
    """What may be chosen, by name."""
    rows = list(SavedReply.objects.of(company))
    return sorted(
        [row for row in rows or _house(company) if row.is_active],
        key=lambda row: (row.name.casefold(), row.key),
    )


def find(company: Company, key: str) -> SavedReply | None:
    return next((row for row in of(company) if row.key == key), None)


@transaction.atomic
def save(
    company: Company,
    *,
    name: str,
    body: str,
    body_es: str = "",
    key: str = "",
    by: User,
    now: datetime,
) -> SavedReply:
    """Keep a new reply, or new words of the one called ``key``."""
    name, body, body_es = " ".join(name.split()), body.strip(), body_es.strip()
    for text in (body, body_es):
        _must_be_fit(company, text)
    _adopt(company, by=by, now=now)
    rows = SavedReply.objects.of(company)
    row = rows.filter(key=key, is_active=True).first() if key else None
    if key and row is None:
        raise SavedReplyRefused("This reply is gone.")
    if rows.filter(name__iexact=name, is_active=True).exclude(pk=row and row.pk).exists():
        raise SavedReplyRefused(f"There is already a reply called {name}.")
    before = row.body if row else ""
    row = row or SavedReply(company=company, key=_free_key(company, name))
    row.name, row.body, row.body_es = name, body, body_es
    row.changed_by, row.changed_at = by, now
    row.save()
    said = f"Saved reply “{name}” changed" if before else f"Saved reply “{name}” written"
    data = {"body": body, "body_es": body_es, "before": before}
    log.record("saved_reply.changed", f"{said}: {body}", about=[row], by=by, at=now, **data)
    return row


@transaction.atomic
def remove(company: Company, key: str, *, by: User, now: datetime) -> None:
    """Offer a reply no more."""
    _adopt(company, by=by, now=now)
    row = SavedReply.objects.of(company).filter(key=key, is_active=True).first()
    if row is None:
        raise SavedReplyRefused("This reply is gone.")
    row.is_active, row.changed_by, row.changed_at = False, by, now
    row.save()
    log.record(
        "saved_reply.removed", f"Saved reply “{row.name}” removed", about=[row], by=by, at=now
    )


class Values:
    """What the merge fields say in one conversation; asked for only when a reply names them."""

    def __init__(self, thread: Thread, *, now: datetime, with_link: bool = False):
        self.thread, self.now, self.with_link = thread, now, with_link
        self.customer, self.company = thread.customer, thread.company
        self.language = self.customer.language if self.customer else "en"

    def fill(self, text: str) -> str:
        return FIELD.sub(lambda match: self._one(match[1]), text)

    def missing(self, text: str) -> str:
        """Why a text cannot be filled here; empty when it can."""
        named = set(FIELD.findall(text))
        if self.customer is None and named & (OF_BILLS | {"name"}):
            return "whose number it is must be known first"
        if named & OF_BILLS and not self.bills:
            return "nothing is open to speak of"
        return "" if all(self._one(one) for one in named - OF_BILLS) else "a field has no value"

    @cached_property
    def bills(self) -> list[Invoice]:
        """The ticked invoices that are open, else all of them."""
        if self.customer is None:
            return []
        rows = list(
            Invoice.objects.open()
            .filter(customer=self.customer, currency=self.company.currency)
            .order_by("due_on", "pk")
        )
        chosen = ticks.ticked(self.thread, rows)
        return [row for row in rows if row.pk in chosen] or rows

    @cached_property
    def _lines(self) -> list[merge_fields.Line]:
        contested = disputes.disputed_amounts([row.pk for row in self.bills])
        lines = []
        for row in self.bills:
            aside = contested.get(row.pk, money.ZERO)
            named = merge_fields.Line(
                row.pk, row.number, row.balance - aside, row.issued_on, row.due_on, aside
            )
            lines.append(named)
        # What is contested altogether is not asked for, unless it is all there is.
        return [line for line in lines if line.amount > 0] or lines

    def _one(self, field: str) -> str:
        company, language = self.company, self.language
        match field:
            case "name":
                return self.customer.greeting_name if self.customer else ""
            case "business":
                return compose.business_of(company)
            case "phone":
                return phones.display(company.phone) if company.phone else ""
            case "reply_to":
                return company.reply_email
            case "invoices":
                return merge_fields.invoices_words(self._lines, language)
            case "total":
                total = sum((line.amount for line in self._lines), money.ZERO)
                return money.words(total, company.currency)
            case "due":
                today = company.local_date(self.now)
                return merge_fields.due_words(self._lines, today, language) if self._lines else ""
            case "link":
                return self._link()
        return ""

    def _link(self) -> str:
        if not self.with_link:
            return "(pay link)"
        return paylinks.url(paylinks.link_for(self.customer, self.bills, now=self.now))


def offers(thread: Thread, *, now: datetime) -> list[Offer]:
    """Every saved reply with what it would say in this conversation; nothing is written."""
    values, found = Values(thread, now=now), []
    for row in of(thread.company):
        text = _words_of(row, values.language)
        missing = values.missing(text)
        found.append(Offer(row, text if missing else values.fill(text), missing))
    return found


def text_for(thread: Thread, key: str, *, now: datetime) -> str:
    """The words of one saved reply for this conversation; its pay link is made when it is new."""
    row = find(thread.company, key)
    if row is None:
        raise SavedReplyRefused("This reply is gone.")
    values = Values(thread, now=now, with_link=True)
    text = _words_of(row, values.language)
    if missing := values.missing(text):
        raise SavedReplyRefused(f"“{row.name}” does not fit here: {missing}.")
    return values.fill(text)


def _words_of(row: SavedReply, language: str) -> str:
    return row.body_es if language == "es" and row.body_es else row.body


def _house(company: Company) -> Iterable[SavedReply]:
    for one in default_replies.ALL:
        yield SavedReply(
            company=company, key=one.key, name=one.name, body=one.body, body_es=one.body_es
        )


def _adopt(company: Company, *, by: User, now: datetime) -> None:
    """The first change makes the house's replies the company's own."""
    Company.objects.select_for_update().get(pk=company.pk)
    if SavedReply.objects.of(company).exists():
        return
    rows = list(_house(company))
    for row in rows:
        row.changed_by, row.changed_at = by, now
    SavedReply.objects.bulk_create(rows)


def _free_key(company: Company, name: str) -> str:
    stem = slugify(name)[:34] or "reply"
    taken = set(SavedReply.objects.of(company).values_list("key", flat=True))
    # The address of the form that writes a new one is called "new".
    taken.add("new")
    return next(
        key for key in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if key not in taken
    )


def _must_be_fit(company: Company, body: str) -> None:
    if len(body) > LONGEST:
        raise SavedReplyRefused(f"A saved reply has at most {LONGEST:,} characters.")
    unknown = sorted(set(FIELD.findall(body)) - set(FIELDS))
    if unknown:
        raise SavedReplyRefused(f"There is no field {{{unknown[0]}}}.")
    findings = wording.lint(
        body.replace("{link}", ""),
        business_name=compose.business_of(company),
        own_hosts=[compose.own_host()],
        channel="sms",
        needs_stop_hint=False,
    )
    for finding in findings:
        if finding.code in replies.FORBIDDEN:
            raise SavedReplyRefused(f"{finding.sentence} (“{finding.phrase}”)")
