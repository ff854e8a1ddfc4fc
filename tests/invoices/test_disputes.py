"""Disputes: the contested part is set aside, the rest keeps moving."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbook.outbox.models import Effect
from invoices import disputes
from invoices.models import Dispute, Hold, Invoice
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
