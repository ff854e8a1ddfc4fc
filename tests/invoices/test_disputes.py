"""Disputes: the contested part is set aside, the rest keeps moving."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from arbook.outbox.models import Effect
from invoices import dispute_inbox, disputes
from invoices.models import Dispute, Evidence, Hold, Invoice
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice():
    return factories.invoice(factories.customer(factories.company()), "500.00")


def contest(invoice, amount="180", **fields):
    fields = {"reason": "Wrong hours", "by": None, "now": NOW} | fields
    return disputes.open_dispute(invoice=invoice, amount=Decimal(amount), **fields)


def test_a_part_is_set_aside_and_the_rest_keeps_moving(invoice):
    contest(invoice)

    assert disputes.disputed_amounts([invoice.pk]) == {invoice.pk: Decimal("180")}
    assert not Hold.objects.exists()
    assert Effect.objects.filter(kind="messaging.revisit").exists()


def test_a_dispute_about_everything_open_silences_the_invoice_alone(invoice):
    contest(invoice, "500")

    hold = Hold.objects.get()
    assert (hold.invoice, hold.reason) == (invoice, Hold.Reason.DISPUTE)


def test_when_the_rest_is_paid_the_contested_part_is_left_in_peace(invoice):
    contest(invoice)
    Invoice.objects.filter(pk=invoice.pk).update(balance=Decimal("180"))

    disputes.settle([invoice.pk], now=NOW)

    assert Hold.objects.active(NOW).get().invoice == invoice


def test_a_closed_dispute_lets_the_invoice_move_again(invoice):
    dispute = contest(invoice, "500")

    with pytest.raises(disputes.DisputeRefused, match="what came of it"):
        disputes.resolve_dispute(dispute, outcome="", by=None, now=NOW)
    disputes.resolve_dispute(dispute, outcome="Credit given", by=None, now=NOW)

    assert disputes.disputed_amounts([invoice.pk]) == {}
    assert not Hold.objects.active(NOW).exists()
    with pytest.raises(disputes.DisputeRefused, match="already closed"):
        disputes.resolve_dispute(dispute, outcome="Again", by=None, now=NOW)


def test_an_invoice_that_is_settled_closes_its_dispute(invoice):
    dispute = contest(invoice)
    Invoice.objects.filter(pk=invoice.pk).update(balance=0)

    assert disputes.settle([invoice.pk], now=NOW) == 1
    dispute.refresh_from_db()
    assert dispute.state == Dispute.State.RESOLVED


@pytest.mark.parametrize(
    ("amount", "reason", "words"),
    [("500.01", "Hours", r"only \$500.00"), ("0", "Hours", "above zero"), ("1", " ", "contested")],
)
def test_a_dispute_that_makes_no_sense_is_refused(invoice, amount, reason, words):
    with pytest.raises(disputes.DisputeRefused, match=words):
        contest(invoice, amount, reason=reason)


def test_one_open_dispute_at_a_time(invoice):
    contest(invoice)

    with pytest.raises(disputes.DisputeRefused, match="already has"):
        contest(invoice)


@given(
    balance=st.decimals("0.01", "9999.99", places=2),
    share=st.integers(1, 100),
    paid=st.integers(0, 100),
)
def test_what_is_contested_is_never_more_than_what_is_open(balance, share, paid):
    contested = (balance * share / 100).quantize(Decimal("0.01"))
    left = (balance * (100 - paid) / 100).quantize(Decimal("0.01"))
    invoice = factories.invoice(factories.customer(factories.company()), balance)
    if not 0 < contested <= balance:
        return
    contest(invoice, str(contested))
    Invoice.objects.filter(pk=invoice.pk).update(balance=left)

    aside = disputes.disputed_amounts([invoice.pk])[invoice.pk]

    assert 0 <= aside <= left


# --- Read back from QuickBooks -------------------------------------------------------------------


def linked_credit(invoice, amount, **fields):
    """A credit memo used on the invoice, as QuickBooks links it: a payment without money."""
    fields = {"books_updated_at": NOW + timedelta(hours=1)} | fields
    factories.payment(invoice.customer, "0", on={invoice: amount}, unapplied=0, **fields)
    Invoice.objects.filter(pk=invoice.pk).update(balance=invoice.balance - Decimal(amount))
    invoice.refresh_from_db()


def test_a_credit_is_believed_when_the_books_show_it(invoice):
    dispute = contest(invoice)
    for ending, words in [("credited", r"credit of \$0.00"), ("partly", "no credit")]:
        with pytest.raises(disputes.DisputeRefused, match=words):
            disputes.resolve_dispute(dispute, ending=ending, outcome="So", by=None, now=NOW)

    linked_credit(invoice, "100")
    assert disputes.settle([invoice.pk], now=NOW) == 0
    assert disputes.disputed_amounts([invoice.pk]) == {invoice.pk: Decimal("80")}
    linked_credit(invoice, "80")
    assert disputes.settle([invoice.pk], now=NOW) == 1

    dispute.refresh_from_db()
    assert (dispute.ending, dispute.credited) == ("credited", Decimal("180"))
    assert disputes.disputed_amounts([invoice.pk]) == {}


def test_money_and_older_credits_are_no_credit_for_the_dispute(invoice):
    linked_credit(invoice, "20", books_updated_at=NOW - timedelta(hours=1))
    dispute = contest(invoice)
    factories.payment(invoice.customer, "180", on={invoice: "180"}, books_updated_at=NOW)

    assert disputes.credited(dispute) == 0


def test_a_corrected_total_counts_as_credit(invoice):
    dispute = contest(invoice)
    Invoice.objects.filter(pk=invoice.pk).update(total="320", balance="320")

    disputes.settle([invoice.pk], now=NOW)

    dispute.refresh_from_db()
    assert dispute.ending == "credited"


# --- Evidence and the inbox ----------------------------------------------------------------------


def test_evidence_is_judged_by_its_bytes_and_comes_back_as_a_download(invoice, client):
    dispute = contest(invoice)
    person = factories.member(invoice.company)
    client.force_login(person)
    place = f"/c/{invoice.company.slug}/invoices/disputes/{dispute.pk}/evidence/"

    page = SimpleUploadedFile("note.pdf", b"<html><script>alert(1)</script>", "application/pdf")
    assert client.post(place, {"file": page}).status_code == 422
    paper = SimpleUploadedFile("../../über mich.html", b"%PDF-1.4 signed", "text/html")
    assert client.post(place, {"file": paper, "note": "Signed"}).status_code == 302
    assert client.post(place, {}).status_code == 422

    row = Evidence.objects.get()
    assert (row.media_type, row.file_name) == ("application/pdf", "über_mich.pdf")
    answer = client.get(f"/c/{invoice.company.slug}/invoices/disputes/evidence/{row.pk}/")
    assert answer.content == b"%PDF-1.4 signed"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_inbox_of_disputes_shows_ages_owners_and_sums_in_few_statements(
    invoice, client, django_assert_max_num_queries
):
    company, person = invoice.company, factories.member(invoice.company)
    contest(invoice, kind="quality", owner=person, now=NOW - timedelta(days=40))
    for _ in range(5):
        contest(factories.invoice(invoice.customer, "500.00"), "20")
    client.force_login(person)
    place = f"/c/{company.slug}/invoices/disputes/"

    with django_assert_max_num_queries(30):
        page = client.get(place).content.decode()
    assert "$280.00" in page and page.count("data-row") >= 6
    asked = {"kind=quality": 1, "owner=me": 1, "age=30": 1, "owner=none": 5, "show=resolved": 0}
    for query, count in asked.items():
        answer = client.get(f"{place}?{query}")
        assert len(answer.context["page"].object_list) == count, query


def test_how_many_were_opened_is_held_against_the_time_before(invoice):
    company = invoice.company
    for days, state in [
        (1, "open"),
        (29, "resolved"),
        (40, "resolved"),
        (3, "undone"),
        (90, "resolved"),
    ]:
        Dispute.objects.create(
            company=company,
            invoice=invoice,
            amount=1,
            reason="Broken",
            state=state,
            opened_at=NOW - timedelta(days=days),
        )

    found = dispute_inbox.figures(company, today=company.local_date(NOW))

    assert (found.opened_lately, found.opened_before) == (2, 1)
