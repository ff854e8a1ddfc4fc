"""The letter: what it asks for, what it does not say, and that its paper holds any name."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from invoices import letters
from messaging import wording
from tests import factories
from tests.factories import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company(
        name="Harbor Lane Studio", reply_email="books@harbor.example", phone="+18605550100"
    )


@pytest.fixture
def customer(company):
    return factories.customer(
        company, name="Birch Café", company_name="Birch Café LLC", given_name="Ann",
        family_name="O'Hara", street="12 Elm St\nSuite 4", city="Hartford", state="CT",
        postal_code="06103",
    )  # fmt: skip


def write(company, customer, invoices, *, set_aside=None, written_before=True):
    return letters.compose(
        company,
        customer,
        invoices,
        set_aside=set_aside or {},
        dated_on=TODAY,
        written_before=written_before,
    )


def test_it_names_every_invoice_its_dates_and_the_total(company, customer):
    rows = [factories.invoice(customer, "100.10"), factories.invoice(customer, "1200")]

    letter = write(company, customer, rows)

    assert letter.total == "$1,300.10"
    assert [row.number for row in letter.rows] == [row.number for row in rows]
    assert "Please pay $1,300.10 by December 4, 2026." in letter.text
    assert letter.recipient == (
        "Birch Café LLC", "Ann O'Hara", "12 Elm St", "Suite 4", "Hartford, CT 06103",
    )  # fmt: skip


def test_contested_parts_are_not_asked_for(company, customer):
    part, whole = factories.invoice(customer, "500"), factories.invoice(customer, "80")

    letter = write(
        company, customer, [part, whole], set_aside={part.pk: Decimal("180"), whole.pk: Decimal(80)}
    )

    assert letter.total == "$320.00"
    assert [row.number for row in letter.rows] == [part.number]
    assert "contest are not included" in letter.text


def test_it_comes_from_the_creditor_and_threatens_nothing(company, customer):
    letter = write(company, customer, [factories.invoice(customer)])

    findings = wording.lint(
        letter.text, business_name=company.name, channel="email", needs_stop_hint=False
    )
    assert [f for f in findings if f.severity == wording.STOP] == []
    for word in ("on behalf of", "collection agency", "lawsuit", "credit report"):
        assert word not in letter.text.lower()


def test_it_speaks_of_earlier_words_only_when_there_were_some(company, customer):
    rows = [factories.invoice(customer)]

    assert "written to you" in write(company, customer, rows).text
    assert "written to you" not in write(company, customer, rows, written_before=False).text


def test_content_survives_json_unchanged(company, customer):
    letter = write(company, customer, [factories.invoice(customer)])

    stored = json.loads(json.dumps(letter.as_content()))

    assert letters.Letter.from_content(stored) == letter


def test_the_paper_is_a_pdf_of_as_many_pages_as_it_needs(company, customer):
    short = write(company, customer, [factories.invoice(customer)])
    long = write(company, customer, [factories.invoice(customer) for _ in range(80)])

    assert letters.pdf(short).startswith(b"%PDF-")
    assert letters.pdf(short).count(b"/Type /Page\n") == 1
    assert letters.pdf(long).count(b"/Type /Page\n") >= 3


@pytest.mark.parametrize("name", ["Žluťoučký kůň", "株式会社", "Łódź “Kraków” – €", "שלום", "a\tb"])
def test_names_of_any_script_do_not_break_the_paper(company, customer, name):
    customer.company_name = name

    letter = write(company, customer, [factories.invoice(customer)])

    assert letters.pdf(letter).startswith(b"%PDF-")
    assert letter.recipient[0] == name.strip()


def test_the_due_date_is_the_issue_date_where_the_books_have_none(company, customer):
    row = factories.invoice(customer, due_on=None, issued_on=TODAY - timedelta(days=70))

    assert write(company, customer, [row]).rows[0].due_on == "September 11, 2026"
