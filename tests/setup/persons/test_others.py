"""Nothing of anybody else is touched."""

from datetime import timedelta

import pytest

from arbook.outbox.models import Effect
from arbook.setup import erasing, persons
from customers import retention
from customers.models import ConsentEvent, Contact
from tests import factories
from tests.factories import NOW
from tests.setup.persons.traces import NUMBER, erase

pytestmark = pytest.mark.django_db


def test_evidence_of_others_is_never_aged_out(harbor):
    contact = factories.contact(factories.customer(harbor), "sms")
    factories.consent(contact, at=NOW - timedelta(days=9000))

    assert retention.age_out(harbor, now=NOW)["lines of consent"] == 0
    assert ConsentEvent.objects.get().address == contact.address


def test_another_company_and_other_customers_keep_theirs(harbor, rosalind):
    twin = factories.company()
    same = factories.contact(factories.customer(twin, name="Rosalind Quimby"), "sms", NUMBER)
    neighbour = factories.contact(factories.customer(harbor), "sms")
    shared = factories.contact(factories.customer(harbor, name="Office"), "sms", NUMBER)

    erase(rosalind)

    for one in (same, neighbour, shared):
        one.refresh_from_db()
    assert same.address == NUMBER
    assert neighbour.address
    # One number is one person, whoever else has it in the books.
    assert (shared.address, shared.state) == ("", Contact.State.REMOVED)


def test_a_short_name_within_other_words_takes_nothing_of_others(harbor):
    lee = factories.customer(harbor, name="Lee")
    for number, title in enumerate(["Fleet Brothers wrote", "Lee wrote"]):
        Effect.objects.create(
            company=harbor,
            kind="alerts.mail",
            key=f"lee:{number}",
            payload={"title": title},
            state="done",
            not_before=NOW,
            created_at=NOW,
            finished_at=NOW,
        )

    assert erasing.preview(persons.of_customer(lee), now=NOW).goes["effects"] == 1
    erase(lee)

    assert Effect.objects.get(key="lee:0").payload == {"title": "Fleet Brothers wrote"}
    assert "Lee" not in str(Effect.objects.get(key="lee:1").payload)
