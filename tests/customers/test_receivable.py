"""How long a customer usually takes to pay."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import receivable
from tests import factories
from tests.factories import TODAY


@given(st.lists(st.integers(-30, 400), min_size=1, max_size=60))
def test_the_spread_holds_the_median_and_never_a_day_below_zero(days):
    found = receivable.spread(days)

    assert 0 <= found.low <= found.median <= found.high <= max(0, *days)
    assert found.count == len(days)


@pytest.mark.django_db
def test_days_to_pay_run_from_issue_to_the_last_payment():
    customer = factories.customer(factories.company())
    for days in (10, 20, 30):
        paid = factories.invoice(customer, "0.00", total=100, issued_on=TODAY - timedelta(days=100))
        for part in (1, days):
            factories.payment(
                customer, "50.00", on={paid: 50}, paid_on=paid.issued_on + timedelta(days=part)
            )
    factories.invoice(customer, "80.00")

    assert receivable.days_to_pay(customer).median == 20
