"""Addresses long out of use."""

from datetime import timedelta

import pytest

from customers.models import Contact
from tests import factories
from tests.factories import NOW
from tests.setup.retention.old import LATER, a_contact, age_out

pytestmark = pytest.mark.django_db


def test_an_address_long_out_of_use_goes_and_its_consent_stays(harbor):
    contact = a_contact(harbor)
    address, consent = contact.address, factories.consent(contact)

    assert age_out(harbor)["contacts"] == 1

    contact.refresh_from_db()
    consent.refresh_from_db()
    assert contact.address == ""
    assert str(contact) == f"Removed after 36 months (no. {contact.pk})"
    assert consent.address == address


@pytest.mark.parametrize(
    "fields",
    [
        {"state": Contact.State.USABLE},
        {"state": Contact.State.BOUNCED},  # the books still have it: it must not come back usable
        {"state": Contact.State.WRONG_PERSON},
        {"state_at": LATER - timedelta(days=300)},
    ],
)
def test_an_address_in_use_or_still_in_the_books_stays(harbor, fields):
    contact = a_contact(harbor, **fields)

    assert age_out(harbor)["contacts"] == 0

    contact.refresh_from_db()
    assert contact.address


def test_two_contacts_of_one_customer_may_both_go(harbor):
    owner = factories.customer(harbor)
    for _ in range(2):
        factories.contact(owner, "sms", state=Contact.State.REMOVED, state_at=NOW)

    assert age_out(harbor)["contacts"] == 2


def test_whoever_still_owes_keeps_their_addresses(harbor):
    contact = a_contact(harbor)
    contact.customer.balance = 5
    contact.customer.save()

    assert age_out(harbor)["contacts"] == 0
