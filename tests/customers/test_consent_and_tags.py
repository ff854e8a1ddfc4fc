"""The ledger of consent, and the words that keep reminders silent."""

from datetime import timedelta

import pytest

from arbook.outbox.models import Effect
from customers import consent, mirror, tags
from customers.models import Channel, ConsentEvent, Customer
from tests import factories
from tests.customers.test_contacts import book
from tests.factories import NOW

NUMBER = "+18605550142"


@pytest.fixture
def company(db):
    return factories.company()


def write(act, company, *, at=NOW, source="reply", address=NUMBER, **fields):
    return act(
        company, channel=Channel.SMS, address=address, source=source, by=None, now=at, **fields
    )


def test_without_a_line_consent_is_unknown(company):
    assert consent.standing(company, Channel.SMS, NUMBER).state == "unknown"


def test_the_last_line_decides_and_nothing_is_overwritten(company):
    write(consent.grant, company, wording="Yes")
    write(consent.withdraw, company, at=NOW + timedelta(hours=1), wording="STOP")
    assert consent.standing(company, Channel.SMS, NUMBER).is_withdrawn

    write(consent.grant, company, at=NOW + timedelta(hours=2), source="staff")
    standing = consent.standing(company, Channel.SMS, NUMBER)

    assert standing.is_given and "Nov 20, 2026 by a member of staff" in standing.sentence
    assert ConsentEvent.objects.count() == 3


def test_two_lines_of_the_same_moment_end_with_the_later_one(company):
    write(consent.grant, company)
    write(consent.withdraw, company)

    assert consent.standing(company, Channel.SMS, NUMBER).is_withdrawn


def test_standings_of_many_addresses_are_one_query(company, django_assert_num_queries):
    for number in range(20):
        write(consent.grant, company, address=f"+1860555{number:04}")

    with django_assert_num_queries(1):
        found = consent.standings(
            company, Channel.SMS, [f"+1860555{number:04}" for number in range(40)]
        )

    assert sum(one.is_given for one in found.values()) == 20 and len(found) == 40


def test_consent_stays_within_its_company(company):
    write(consent.grant, company)

    assert consent.standing(factories.company(), Channel.SMS, NUMBER).state == "unknown"


def test_a_withdrawal_has_every_owner_of_the_number_looked_at_again(company):
    owners = [factories.customer(company), factories.customer(company)]
    for one in owners:
        factories.contact(one, Channel.SMS, NUMBER)

    write(consent.withdraw, company, wording="please stop")

    payloads = Effect.objects.filter(kind="messaging.revisit").values_list("payload", flat=True)
    assert {one["customer"] for one in payloads} == {one.pk for one in owners}


@pytest.mark.parametrize(
    ("fields", "is_vip"),
    [
        ({"customer_type": "VIP"}, True),
        ({"customer_type": "vip"}, True),
        ({"customer_type": "VIP - do not dun"}, True),
        ({"customer_type": "Vipers"}, False),
        ({"notes": "Old friend [vip] of the owner"}, True),
        ({"customer_type": "Retail", "notes": "vip lounge"}, False),
    ],
)
def test_quickbooks_marks_a_vip_by_type_or_in_the_notes(company, fields, is_vip):
    mirror.apply(company, [book(**fields)], now=NOW)

    customer = Customer.objects.get()
    assert (customer.pk in tags.silent([customer.pk])) is is_vip


def test_the_books_take_away_only_what_they_placed(company):
    mirror.apply(company, [book(customer_type="VIP")], now=NOW)
    customer = Customer.objects.get()
    tags.put(customer, by=None, now=NOW)

    mirror.apply(company, [book(sync_token="1", customer_type="")], now=NOW)
    assert list(customer.taggings.values_list("source", flat=True)) == ["person"]

    assert tags.take(customer, by=None, now=NOW)
    assert not tags.silent([customer.pk])


def test_a_company_that_marks_vips_otherwise_is_followed(company):
    mirror.apply(company, [book(customer_type="Gold")], now=NOW)
    customer = Customer.objects.get()
    company.vip_customer_type = "Gold"
    company.save()

    tags.refresh(company, now=NOW)
    assert customer.pk in tags.silent([customer.pk])

    company.vip_customer_type = "Gold (A+)"
    tags.refresh(company, now=NOW)
    assert not tags.silent([customer.pk])

    company.vip_customer_type = ""
    tags.refresh(company, now=NOW)
    assert not tags.silent([customer.pk])
