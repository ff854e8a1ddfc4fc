"""Why an invoice is quiet: the sentence on its page."""

from datetime import timedelta

from invoices import cadence, holds
from invoices.models import Hold
from messaging import why
from tests import factories
from tests.factories import NOW


def waiting_for_a_review(**fields):
    """An invoice past its last text, whose next touch is a manager's review; books long unread."""
    company = factories.company(**fields)
    factories.books(company, last_read_at=NOW - timedelta(days=9))
    factories.connection(company)
    factories.cadence(company, [(30, "escalate")])
    invoice = factories.invoice(factories.customer(company))
    cadence.plan(company, now=NOW)
    return invoice


def test_a_vip_waits_for_no_manager_even_when_the_books_are_stale(db):
    invoice = waiting_for_a_review()
    factories.vip(invoice.customer)

    said = why.of_invoice(invoice, now=NOW).sentence

    assert said.startswith("Blocked:")
    assert "tagged VIP" in said


def test_a_pause_is_named_before_a_review_that_will_not_come(db):
    invoice = waiting_for_a_review()
    holds.place(invoice.customer, reason=Hold.Reason.PERSON, note="on holiday", by=None, now=NOW)

    said = why.of_invoice(invoice, now=NOW).sentence

    assert said == "Blocked: paused by a person (on holiday)."


def test_what_keeps_only_messages_back_does_not_keep_a_review_back(db):
    invoice = waiting_for_a_review()

    assert why.of_invoice(invoice, now=NOW).sentence.endswith("it waits for a manager.")
