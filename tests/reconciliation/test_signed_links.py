"""Addresses that prove themselves: whose they are, and when they end."""

import pytest

from customers.models import Customer
from invoices.models import Invoice
from reconciliation import signed_links
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_who_had_the_address_of_a_copy_sees_nothing_of_its_next_owner():
    first = factories.customer(factories.company())
    bill = factories.invoice(first)
    written = signed_links.token(signed_links.COPY, bill)
    survivor = factories.customer(first.company)
    Customer.objects.filter(pk=first.pk).update(merged_into=survivor)
    Invoice.objects.update(customer=survivor)
    assert signed_links.find(signed_links.COPY, written, now=NOW) == bill

    Customer.objects.update(merged_into=None)

    assert signed_links.find(signed_links.COPY, written, now=NOW) is None
