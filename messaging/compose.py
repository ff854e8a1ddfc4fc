"""The only place text is made: a template, what was just read, and the exact words that leave."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string

from arbook import money, phones
from arbook.companies.models import Company
from customers.models import Customer
from messaging import segments, wording
from messaging.library import ComposeRefused, Library
from messaging.merge_fields import (
    Line,
    aside_words,
    date_words,
    due_words,
    invoices_words,
    list_words,
    stop_hint,
)
from messaging.models import Message

Medium = Message.Medium
FIELD = re.compile(r"\{(\w+)\}")
LONGEST_BUSINESS = 60
SUBJECT_STAMP = "[Test] "


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything a text is made of."""

    company: Company
    customer: Customer
    medium: str
    key: str
    lines: tuple[Line, ...]
    link: str
    today: date
    """The customer's calendar day."""
    is_first: bool = False
    address: str = ""
    test_address: str = ""
    """Set in a dry run: where it really goes, stamped into the text."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The exact words, and the hash that an approval is bound to."""

    medium: str
    template: str
    template_version: int
    subject: str
    body: str
    total: Decimal
    content_hash: str
    findings: tuple[wording.Finding, ...] = field(default=())

    @property
    def may_leave(self) -> bool:
        return wording.may_leave(self.findings)


def render(wanted: Wanted, library: Library) -> Composed:
    """Make the exact text. Raises ComposeRefused for a template that names unknown fields."""
    customer, language = wanted.customer, wanted.customer.language
    combined = len(wanted.lines) > 1
    key = wanted.key
    if customer.is_sensitive and key not in ("receipt", "letter"):
        key = "neutral"
    found = library.find(key, wanted.medium, language, is_combined=combined)
    values = _values(wanted, language)
    subject = _tidy(_fill(found.text.subject, values))
    body = _tidy(_fill(found.text.body, values))
    if wanted.medium == Medium.SMS:
        body = segments.plain(f"{body} {stop_hint(language, is_first=wanted.is_first)}")
    subject, body = stamp(wanted, subject, body)
    total = sum((line.amount for line in wanted.lines), money.ZERO)
    return finish(
        wanted,
        template=found.key,
        template_version=found.version,
        subject=subject,
        body=body,
        total=total,
    )


def finish(
    wanted: Wanted,
    *,
    template: str,
    template_version: int | None,
    subject: str,
    body: str,
    total: Decimal,
) -> Composed:
    """Lint and hash a text, rendered or written by a person."""
    return Composed(
        medium=wanted.medium,
        template=template,
        template_version=template_version or 0,
        subject=subject[:300],
        body=body,
        total=total,
        content_hash=content_hash(wanted, subject[:300], body),
        findings=tuple(
            wording.lint(
                _unstamped(wanted, subject, body),
                business_name=business_of(wanted.company),
                own_hosts=[own_host()],
                channel="sms" if wanted.medium == Medium.SMS else "email",
                is_first=wanted.is_first,
                link=wanted.link,
                known=[wanted.customer.greeting_name, *(line.number for line in wanted.lines)],
            )
        ),
    )


def _unstamped(wanted: Wanted, subject: str, body: str) -> str:
    """What the customer would read: a rehearsal's stamp is no word of the text."""
    body = body.removeprefix(_stamp_words(wanted))
    return body if wanted.medium == Medium.SMS else f"{subject.removeprefix(SUBJECT_STAMP)}\n{body}"


def content_hash(wanted: Wanted, subject: str, body: str) -> str:
    """What an approval is bound to: recipient, words, and the amount of every invoice."""
    content = [
        wanted.medium,
        wanted.address,
        wanted.test_address,
        subject,
        body,
        sorted([line.invoice_id, str(line.amount)] for line in wanted.lines),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def html(company: Company, *, body: str, link: str, label: str, unsubscribe: str = "") -> str:
    """The mail's other half: the same words, with the link as a button."""
    paragraphs = [part.strip() for part in body.split("\n\n") if part.strip()]
    return render_to_string(
        "messaging/mail/message.html",
        {
            "company": company,
            "paragraphs": [part for part in paragraphs if not (link and link in part)],
            "link": link,
            "label": label,
            "unsubscribe": unsubscribe,
        },
    )


def stamp(wanted: Wanted, subject: str, body: str) -> tuple[str, str]:
    """Mark a rehearsal, so that nobody takes it for a message to the customer."""
    if not wanted.test_address:
        return subject, body
    head = f"{SUBJECT_STAMP}{subject}" if wanted.medium != Medium.SMS else subject
    return head, f"{_stamp_words(wanted)}{body}"


def _stamp_words(wanted: Wanted) -> str:
    if not wanted.test_address:
        return ""
    if wanted.medium == Medium.SMS:
        return f"TEST for {phones.display(wanted.address)}. "
    return f"TEST: a dry run. For real this goes to {wanted.address}.\n\n"


def business_of(company: Company) -> str:
    """The sender's name as texts write it."""
    return segments.plain(company.name)[:LONGEST_BUSINESS].strip()


def own_host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def _values(wanted: Wanted, language: str) -> dict[str, str]:
    company, customer, currency = wanted.company, wanted.customer, wanted.company.currency
    total = sum((line.amount for line in wanted.lines), money.ZERO)
    aside = sum((line.set_aside for line in wanted.lines), money.ZERO)
    is_receipt = wanted.key == "receipt"
    due = due_words(wanted.lines, wanted.today, language) if wanted.lines else ""
    if is_receipt:
        due = date_words(wanted.today, language)
    listed = list_words(wanted.lines, wanted.today, currency, language, with_due=not is_receipt)
    return {
        "business": business_of(company),
        "name": customer.greeting_name,
        "invoices": invoices_words(wanted.lines, language),
        "total": money.words(total, currency),
        "due": due,
        "link": wanted.link,
        "lines": listed if wanted.medium != Medium.SMS else "",
        "reply_to": company.reply_email,
        "phone": phones.display(company.phone) if company.phone else "",
        "pay_site": f"{settings.PUBLIC_URL}/",
        "set_aside": aside_words(aside, currency, language, is_short=wanted.medium == Medium.SMS),
    }


def _fill(text: str, values: dict[str, str]) -> str:
    unknown = sorted(set(FIELD.findall(text)) - set(values))
    if unknown:
        raise ComposeRefused(f"The text names {{{unknown[0]}}}, which no message has.")
    return FIELD.sub(lambda match: values[match[1]], text)


def _tidy(text: str) -> str:
    """Blank lines and spaces that empty fields leave behind, and a capital at the start."""
    text = re.sub(r"[ \t]{2,}", " ", re.sub(r"\n{3,}", "\n\n", text)).strip()
    return text[:1].upper() + text[1:]
