"""The only place text is made: a template, what was just read, and the exact words that leave."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string

from arbook import money, phones
from arbook.companies.models import Company
from customers.models import Customer
from messaging import default_templates, segments, wording
from messaging.models import Message, Template

Medium = Message.Medium
FIELD = re.compile(r"\{(\w+)\}")
MOST_NUMBERS = 3
DEFAULT_KEY = "reminder"
LONGEST_BUSINESS = 60
SUBJECT_STAMP = "[Test] "


class ComposeRefused(Exception):
    """The text cannot be made. The message is fit for the screen."""


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice as a message names it."""

    invoice_id: int
    number: str
    amount: Decimal
    issued_on: date
    due_on: date | None
    set_aside: Decimal = Decimal("0.00")
    """The disputed part, not asked for."""


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


@dataclass(frozen=True, slots=True)
class Found:
    key: str
    version: int
    text: default_templates.Text


class Library:
    """The texts in force for one company: its own, else the house's edited ones, else built in."""

    def __init__(self, company: Company):
        rows = Template.objects.filter(Q(company=company) | Q(company=None), is_current=True)
        self._rows: dict[tuple[str, str, str], Template] = {}
        for row in sorted(rows, key=lambda row: row.company_id is not None):
            self._rows[row.key, row.medium, row.language] = row

    def find(self, key: str, medium: str, language: str, *, is_combined: bool = False) -> Found:
        """The text of a step; the ordinary reminder where nobody wrote the step's own."""
        # A step written for texts may leave by mail; both spellings name the same tone.
        for name in dict.fromkeys((key or DEFAULT_KEY, key.removeprefix("text-"), DEFAULT_KEY)):
            names = [f"{name}-combined", name] if is_combined else [name]
            for each in names:
                row = self._rows.get((each, medium, language)) or self._rows.get(
                    (each, medium, "en")
                )
                if row:
                    text = default_templates.Text(row.subject, row.body)
                    return Found(each, row.version, text)
            built_in = default_templates.find(name, medium, language, is_combined=is_combined)
            if built_in:
                return Found(name, default_templates.VERSION, built_in)
        raise ComposeRefused(f"No text is written for the step {key}.")


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


def stop_hint(language: str, *, is_first: bool) -> str:
    """How to stop: in every text, and how to get help in the first."""
    if language == "es":
        return (
            "Responda AYUDA para ayuda, STOP para cancelar."
            if is_first
            else "Responda STOP para cancelar."
        )
    return "Reply HELP for help, STOP to opt out." if is_first else "Reply STOP to opt out."


def business_of(company: Company) -> str:
    """The sender's name as texts write it."""
    return segments.plain(company.name)[:LONGEST_BUSINESS].strip()


def own_host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def pay_label(language: str) -> str:
    return "Ver o pagar" if language == "es" else "View or pay"


def date_words(day: date, language: str) -> str:
    """``Mar 3`` or ``3 de marzo``."""
    if language == "es":
        return f"{day.day} de {_MONTHS_ES[day.month - 1]}"
    return f"{day:%b} {day.day}"


def invoices_words(lines: Iterable[Line], language: str) -> str:
    """``invoice 1042`` or ``3 invoices (1042, 1043, 1044)``."""
    lines = list(lines)
    numbers = [line.number for line in lines if line.number]
    one, many = ("factura", "facturas") if language == "es" else ("invoice", "invoices")
    if len(lines) == 1:
        return f"{one} {numbers[0]}" if numbers else f"1 {one}"
    if len(lines) > MOST_NUMBERS or len(numbers) < len(lines):
        return f"{len(lines)} {many}"
    return f"{len(lines)} {many} ({', '.join(numbers)})"


def due_words(lines: Iterable[Line], today: date, language: str) -> str:
    """``due Mar 3`` or ``past due since Mar 3``, by the oldest. Dates only, never a count of days:
    a text that was approved on Friday says the same on Monday.
    """
    lines = list(lines)
    oldest = min(line.due_on or line.issued_on for line in lines)
    day, several = date_words(oldest, language), len(lines) > 1
    if language == "es":
        if oldest < today:
            return f"vencida{'s' if several else ''} desde el {day}"
        return f"con primer vencimiento el {day}" if several else f"con vencimiento el {day}"
    if oldest < today:
        return f"past due since {day}"
    return f"the first due {day}" if several else f"due {day}"


def _values(wanted: Wanted, language: str) -> dict[str, str]:
    company, customer = wanted.company, wanted.customer
    total = sum((line.amount for line in wanted.lines), money.ZERO)
    aside = sum((line.set_aside for line in wanted.lines), money.ZERO)
    is_mail = wanted.medium != Medium.SMS
    due = due_words(wanted.lines, wanted.today, language) if wanted.lines else ""
    if wanted.key == "receipt":
        due = date_words(wanted.today, language)
    return {
        "business": business_of(company),
        "name": customer.greeting_name,
        "invoices": invoices_words(wanted.lines, language),
        "total": money.words(total, company.currency),
        "due": due,
        "link": wanted.link,
        "lines": _lines_words(wanted, language) if is_mail else "",
        "reply_to": company.reply_email,
        "phone": phones.display(company.phone) if company.phone else "",
        "set_aside": _aside_words(aside, company.currency, language),
    }


def _lines_words(wanted: Wanted, language: str) -> str:
    one = "Factura" if language == "es" else "Invoice"
    words = []
    for line in wanted.lines:
        due = due_words([line], wanted.today, language)
        when = "" if wanted.key == "receipt" else f", {due}"
        amount = money.words(line.amount, wanted.company.currency)
        words.append(f"{one} {line.number or '-'}: {amount}{when}")
    return "\n".join(words)


def _aside_words(aside: Decimal, currency: str, language: str) -> str:
    if not aside:
        return ""
    amount = money.words(aside, currency)
    if language == "es":
        return f"No incluye {amount} que usted disputa; lo estamos revisando."
    return f"This leaves out {amount} that you dispute; we are looking into it."


def _fill(text: str, values: dict[str, str]) -> str:
    unknown = sorted(set(FIELD.findall(text)) - set(values))
    if unknown:
        raise ComposeRefused(f"The text names {{{unknown[0]}}}, which no message has.")
    return FIELD.sub(lambda match: values[match[1]], text)


def _tidy(text: str) -> str:
    """Blank lines and spaces that empty fields leave behind, and a capital at the start."""
    text = re.sub(r"[ \t]{2,}", " ", re.sub(r"\n{3,}", "\n\n", text)).strip()
    return text[:1].upper() + text[1:]


_MONTHS_ES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
