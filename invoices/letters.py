"""The letter after sixty days: the creditor's own, firm and lawful, released only by a person.

A letter is made from facts once and kept as plain content; text and PDF are drawn from that content
alone, so that what leaves is what was approved.
"""

import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal

from fpdf import FPDF

from arbook import money
from arbook.companies.models import Company
from arbook.web import figures
from customers.models import Customer
from invoices.models import Invoice

DAYS_TO_PAY = timedelta(days=14)


@dataclass(frozen=True)
class Row:
    """One invoice of a letter; amounts as ``$1,234.50``, days in words."""

    number: str
    issued_on: str
    due_on: str
    open: str


@dataclass(frozen=True)
class Letter:
    """Everything a letter says. Plain text throughout, so that it can be fingerprinted."""

    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    dated_on: str
    subject: str
    opening: tuple[str, ...]
    rows: tuple[Row, ...]
    total: str
    closing: tuple[str, ...]
    signed: str

    @property
    def text(self) -> str:
        """The letter in plain words."""
        rows = [
            f"{row.number}   issued {row.issued_on}   due {row.due_on}   {row.open}"
            for row in self.rows
        ]
        parts = [
            "\n".join(self.sender),
            "\n".join(self.recipient),
            self.dated_on,
            self.subject,
            *self.opening,
            "\n".join([*rows, f"Total   {self.total}"]),
            *self.closing,
            f"Sincerely,\n\n{self.signed}",
        ]
        return "\n\n".join(parts)

    def as_content(self) -> dict:
        """The letter as JSON, for an approval to be bound to."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_content(cls, content: dict) -> "Letter":
        """The letter that was put into an approval."""
        fields = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content.items()
        }
        return cls(**fields | {"rows": tuple(Row(**row) for row in content["rows"])})


def compose(
    company: Company,
    customer: Customer,
    invoices: list[Invoice],
    *,
    set_aside: dict[int, Decimal],
    dated_on: date,
    written_before: bool,
) -> Letter:
    """Write the letter about these invoices; contested parts are left out of what it asks for."""
    currency = company.currency
    asked = {row.pk: row.balance - set_aside.get(row.pk, money.ZERO) for row in invoices}
    listed = [row for row in invoices if asked[row.pk] > 0]
    total = money.words(sum(asked[row.pk] for row in listed), currency)
    pay_by = _day(dated_on + DAYS_TO_PAY)
    many = len(listed) > 1
    opening = [
        f"Dear {customer.greeting_name},",
        f"Our records show that the following {'invoices are' if many else 'invoice is'} open and"
        " past due."
        + (
            f" We have written to you about {'them' if many else 'it'} before."
            if written_before
            else ""
        ),
    ]
    closing = [
        f"Please pay {total} by {pay_by}.",
        "If you have already paid, or if any of this looks wrong, tell us what you see and we will"
        " look into it at once. If you cannot pay the whole amount by then, contact us before"
        " that date so that we can agree on a way forward.",
        f"If we hear nothing by {pay_by}, we will decide what further steps the law leaves open"
        " to us, and we would much rather not have to.",
    ]
    if any(set_aside.get(row.pk) for row in invoices):
        closing.insert(1, "Amounts you have told us you contest are not included above.")
    phone = figures.phone(company.phone) if company.phone else ""
    reach = " or ".join(part for part in (company.reply_email, phone) if part)
    if reach:
        closing.append(f"You reach us at {reach}.")
    return Letter(
        sender=tuple(part for part in (company.name, company.reply_email, phone) if part),
        recipient=_address(customer),
        dated_on=_day(dated_on),
        subject=f"Open {'invoices' if many else f'invoice {_number(listed[0])}'}: {total}",
        opening=tuple(opening),
        rows=tuple(
            Row(
                number=_number(row),
                issued_on=_day(row.issued_on),
                due_on=_day(row.ages_from),
                open=money.words(asked[row.pk], currency),
            )
            for row in listed
        ),
        total=total,
        closing=tuple(closing),
        signed=company.name,
    )


def pdf(letter: Letter) -> bytes:
    """The letter on paper: US Letter, one table, as many pages as it needs."""
    page = FPDF(format="letter", unit="mm")
    page.set_margins(25, 22, 25)
    page.set_auto_page_break(True, margin=22)
    page.set_title(_plain(letter.subject))
    page.set_author(_plain(letter.signed))
    page.add_page()
    page.set_font("Times", size=11)
    _block(page, letter.sender, first_bold=True)
    page.ln(8)
    _block(page, letter.recipient)
    page.ln(8)
    _paragraph(page, letter.dated_on)
    page.set_font("Times", style="B", size=12)
    _paragraph(page, letter.subject)
    page.set_font("Times", size=11)
    for paragraph in letter.opening:
        _paragraph(page, paragraph)
    _table(page, letter)
    for paragraph in letter.closing:
        _paragraph(page, paragraph)
    page.ln(2)
    _paragraph(page, "Sincerely,")
    page.ln(10)
    _paragraph(page, letter.signed)
    return bytes(page.output())


def _table(page: FPDF, letter: Letter) -> None:
    with page.table(
        col_widths=(34, 43, 43, 35),
        text_align=("LEFT", "LEFT", "LEFT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        line_height=6.5,
    ) as table:
        for cells in (
            ("Invoice", "Issued", "Due", "Open"),
            *((row.number, row.issued_on, row.due_on, row.open) for row in letter.rows),
            ("Total", "", "", letter.total),
        ):
            line = table.row()
            for cell in cells:
                line.cell(_plain(cell))
    page.ln(5)


def _block(page: FPDF, lines: tuple[str, ...], *, first_bold: bool = False) -> None:
    for index, line in enumerate(lines):
        page.set_font(style="B" if first_bold and index == 0 else "")
        page.multi_cell(0, 5.2, _plain(line), new_x="LMARGIN", new_y="NEXT")
    page.set_font(style="")


def _paragraph(page: FPDF, text: str) -> None:
    page.multi_cell(0, 5.6, _plain(text), align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(2.6)


def _plain(text: str) -> str:
    """Text in the letters that every PDF reader has; others lose their marks, never the page."""
    quotes = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."}
    text = "".join(quotes.get(letter, letter) for letter in text)
    return "".join(_latin(letter) for letter in text)


def _latin(letter: str) -> str:
    for form in (letter, unicodedata.normalize("NFKD", letter)):
        kept = form.encode("latin-1", "ignore").decode("latin-1")
        if kept:
            return kept
    return "" if unicodedata.combining(letter) else "?"


def _address(customer: Customer) -> tuple[str, ...]:
    name = customer.company_name or customer.name
    person = f"{customer.given_name} {customer.family_name}".strip()
    place = " ".join(part for part in (customer.state, customer.postal_code) if part)
    city = ", ".join(part for part in (customer.city, place) if part)
    lines = [name, person if person != name else "", *customer.street.splitlines(), city]
    return tuple(line.strip() for line in lines if line.strip())


def _number(invoice: Invoice) -> str:
    return invoice.number or invoice.quickbooks_id


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
