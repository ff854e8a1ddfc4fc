"""What replies ask for goes to whose duty it is, where nobody looks after the customer already."""

import pytest

from arbook.companies.models import Duty
from customers import tags
from invoices.models import Task
from tests import factories
from tests.messaging.talks import NOW, says, somebody


@pytest.fixture
def people(db):
    """Four people by their duty, and one who would get everything else."""
    company = factories.company(slug="harbor", name="Harbor Dental", mode="review")
    factories.member(company)
    found = {}
    for duty in Duty:
        found[duty] = factories.member(company)
        found[duty].memberships.update(duty=duty)
    return company, found


@pytest.mark.parametrize(
    ("words", "duty"),
    [
        ("I already paid this by check last week", Duty.STATUS),
        ("Can I pay in three installments?", Duty.STATUS),
        ("Please send me a copy of the invoice", Duty.STATUS),
        ("Please help", Duty.CONTACTS),
        ("Please send these to our bookkeeper Ada at ada@elm.example", Duty.CONTACTS),
        ("The pump is still leaking, I won't pay for that work", Duty.WORK),
    ],
)
def test_each_reply_finds_whose_work_it_is(people, words, duty):
    company, by_duty = people
    somebody(company, 1, words)
    assert Task.objects.open().get().owner == by_duty[duty]

    # Sensitive customers are looked after by one person, whatever they say.
    vip = factories.customer(company, name="Elm Street Bakery")
    tags.put(vip, by=None, now=NOW)
    factories.consent(factories.contact(vip, "sms", "+12125550777"))
    factories.invoice(vip, "80.00", number="INV-80")
    says(company, "+12125550777", words)
    assert Task.objects.open().get(customer=vip).owner == by_duty[Duty.ACCOUNTS]


def test_who_looks_after_the_customer_or_the_conversation_comes_first(people):
    company, _ = people
    owner = factories.member(company)

    thread = somebody(company, 1, "Please help", owner=owner)

    assert Task.objects.open().get().owner == owner
    other = factories.member(company)
    type(thread).objects.update(owner=other)
    says(company, "+12125550001", "I already paid this by check last week")
    assert Task.objects.open().get(kind=Task.Kind.VERIFY_PAYMENT).owner == other
