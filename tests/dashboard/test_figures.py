"""The figures above the list."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook.dashboard import figures
from reconciliation.models import StripePayment
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_the_figures_above_the_list(company):
    customer = factories.customer(company)
    factories.invoice(customer, "100.00", due_on=TODAY - timedelta(days=1))
    factories.invoice(customer, "30.00", due_on=TODAY)
    factories.invoice(customer, "20.00", due_on=TODAY + timedelta(days=6))
    factories.invoice(customer, "7.00", due_on=TODAY + timedelta(days=7))
    factories.invoice(customer, "999.00", currency="CAD")
    factories.payment(customer, "45.00", paid_on=TODAY)
    factories.payment(customer, "44.00", paid_on=TODAY - timedelta(days=1))
    _settled(company, "5.00", NOW - timedelta(hours=2))
    _settled(company, "6.00", NOW - timedelta(hours=11))  # yesterday in New York

    [row] = figures.header([company], now=NOW).figures

    assert row == figures.Figures(
        "USD",
        open=Decimal("157.00"),
        past_due=Decimal("100.00"),
        due_this_week=Decimal("50.00"),
        collected_today=Decimal("50.00"),
    )


def _settled(company, amount, at) -> StripePayment:
    return StripePayment.objects.create(
        company=company,
        intent=f"pi_{amount}",
        amount=Decimal(amount),
        started_at=at,
        state=StripePayment.State.SUCCEEDED,
        settled_at=at,
    )


def test_different_currencies_are_never_added_up():
    here = factories.company(slug="a")
    there = factories.company(slug="b", currency="CAD")
    factories.invoice(factories.customer(here), "100.00")
    factories.invoice(factories.customer(there), "70.00", currency="CAD")

    rows = figures.header([here, there], now=NOW).figures

    assert [(row.currency, row.open) for row in rows] == [("CAD", 70), ("USD", 100)]


def test_without_an_invoice_there_is_one_row_of_zeros(company):
    [row] = figures.header([company], now=NOW).figures

    assert (row.currency, row.open) == ("USD", 0)
