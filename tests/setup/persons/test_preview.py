"""What would go, and who else would lose by it, is named before."""

import pytest

from arbook.setup import erasing, persons
from customers.models import Customer
from messaging.models import Message
from reconciliation.models import StripePayment
from tests import factories
from tests.factories import NOW
from tests.setup.persons.traces import NUMBER, erase, whole_database

pytestmark = pytest.mark.django_db


def test_the_preview_is_what_then_happens(harbor, rosalind):
    before = whole_database()

    foretold = erasing.preview(persons.of_customer(rosalind), now=NOW)

    assert whole_database() == before
    done = erase(rosalind)
    sentences = "sentences of the record"
    assert foretold.goes.pop(sentences) <= done.pop(sentences)
    assert foretold.goes == done


def test_those_who_lose_a_shared_address_are_named_before(harbor, rosalind):
    factories.contact(factories.customer(harbor, name="Office"), "sms", NUMBER)

    assert erasing.preview(persons.of_customer(rosalind), now=NOW).others == ["Office"]


def test_jobs_of_the_customer_are_named_as_customers_of_their_own(harbor, rosalind):
    parent = rosalind.quickbooks_id
    factories.customer(harbor, name="Kitchen", is_job=True, parent_quickbooks_id=parent)

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays

    assert "1 job of this customer" in [one.what for one in stays]


def test_who_pays_or_answers_for_others_as_well_is_not_the_person(harbor, rosalind):
    agent = factories.contact(factories.customer(harbor), "email", "agent@books.example")
    StripePayment.objects.update(payer_email=agent.address)

    erase(rosalind)

    agent.refresh_from_db()
    assert agent.address == "agent@books.example"


def test_the_telephone_of_the_house_answers_in_a_dry_run_and_is_nobodys(harbor, rosalind):
    harbor.test_phone = "+18605550999"
    harbor.save()
    Message.objects.filter(direction="in").update(address=harbor.test_phone)

    person = persons.of_customer(Customer.objects.get(pk=rosalind.pk))

    assert harbor.test_phone not in person.addresses
    assert NUMBER in person.addresses
