"""Customers merged in the books."""

import pytest

from arbook import clock
from customers import tags
from customers.models import Customer
from invoices import holds
from invoices.models import Hold, Invoice
from tests.invoices.connected import read_changes, read_in_full

pytestmark = pytest.mark.django_db


def test_a_merge_moves_documents_to_the_survivor(company, books):
    loser, winner = books.add_customer("Mill Inc"), books.add_customer("Mill")
    books.add_invoice(loser["Id"], "100.00", DocNumber="1")
    read_in_full(company)

    books.merge(loser["Id"], winner["Id"])
    read_changes(company)

    assert Invoice.objects.get(number="1").customer.name == "Mill"
    assert Customer.objects.get(quickbooks_id=loser["Id"]).is_deleted


@pytest.mark.parametrize("read", [read_changes, read_in_full])
def test_what_people_decided_survives_a_merge_that_no_webhook_told(company, books, read):
    loser, winner = books.add_customer("Mill Inc"), books.add_customer("Mill")
    books.add_invoice(loser["Id"], "100.00", DocNumber="1")
    read_in_full(company)
    old = Customer.objects.select_related("company").get(quickbooks_id=loser["Id"])
    tags.put(old, by=None, now=clock.now())
    Customer.objects.filter(pk=old.pk).update(is_sensitive=True, language="es")
    holds.place(old, reason=Hold.Reason.PERSON, note="on holiday", by=None, now=clock.now())

    books.merge(loser["Id"], winner["Id"])
    read(company)

    kept = Customer.objects.get(quickbooks_id=winner["Id"])
    old.refresh_from_db()
    assert old.merged_into == kept
    assert Invoice.objects.get(number="1").customer == kept
    assert tags.silent([kept.pk]) == {kept.pk: "VIP"}
    (held,) = holds.active(company, [kept.pk], now=clock.now())[kept.pk]
    assert held.note == "on holiday"
    assert (kept.is_sensitive, kept.language) == (True, "es")
