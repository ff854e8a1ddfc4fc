"""Whoever was erased does not come back, and an opt-out outlives them."""

from datetime import timedelta

import pytest

from arbook.companies import keeping
from arbook.setup import erasing
from customers import book_contacts, consent, contacts, mirror, retention
from customers.models import ConsentEvent, DoNotContact
from customers.person import of_address
from tests import factories
from tests.customers.test_contacts import book as book_customer
from tests.factories import NOW
from tests.setup.persons.traces import MAIL, NUMBER, erase, traces

pytestmark = pytest.mark.django_db


def test_the_books_do_not_bring_the_person_back(harbor, rosalind):
    erase(rosalind)
    row = book_customer(
        id=rosalind.quickbooks_id,
        sync_token="9",
        name="Rosalind Quimby",
        emails=MAIL,
        mobile="860-555-0177",
    )

    mirror.apply(harbor, [row], now=NOW + timedelta(days=1))

    rosalind.refresh_from_db()
    assert rosalind.sync_token == "9"
    assert rosalind.name.startswith("Erased customer")
    assert contacts.best([rosalind.pk], "sms") == contacts.best([rosalind.pk], "email") == {}
    assert traces(but=("customers_consentevent",)) == []


def test_another_customer_of_the_books_does_not_bring_the_address_back(harbor, rosalind):
    erase(rosalind)
    other = factories.customer(harbor)

    book_contacts.refresh(
        harbor, {other.pk: book_customer(id="x", emails=f"{MAIL}, new@mail.example")}, now=NOW
    )

    assert [one.address for one in other.contacts.all()] == ["new@mail.example"]


def test_nobody_enters_the_address_again(harbor, rosalind, boss):
    erase(rosalind)

    with pytest.raises(contacts.ContactRefused, match="erased"):
        contacts.add(rosalind, channel="sms", written=NUMBER, by=boss, now=NOW)


def test_only_hashes_are_remembered_and_every_company_has_its_own(harbor, rosalind):
    erase(rosalind)
    other = factories.company()
    erasing.erase(of_address(other, NUMBER), reason="asked", by=None, now=NOW)

    digests = list(DoNotContact.objects.filter(channel="sms").values_list("digest", flat=True))
    assert len(set(digests)) == 2
    assert all(len(one) == 64 for one in digests)


def test_old_evidence_goes_after_five_years_and_the_opt_out_still_holds(harbor, rosalind):
    consent.withdraw(harbor, channel="sms", address=NUMBER, source="reply", by=None, now=NOW)
    erase(rosalind)

    retention.age_out(harbor, now=keeping.months_before(NOW, -59))
    assert ConsentEvent.objects.exclude(address="").count() == 1
    retention.age_out(harbor, now=keeping.months_before(NOW, -61))

    assert not ConsentEvent.objects.exclude(address="").exists()
    row = book_customer(id=rosalind.quickbooks_id, sync_token="10", mobile=NUMBER)
    mirror.apply(harbor, [row], now=NOW)
    assert contacts.best([rosalind.pk], "sms") == {}
