"""Word to staff: by mail to who must know, in Slack where it is connected, once."""

import pytest

from arbook.alerts import alerts
from arbook.companies.models import Role
from arbook.outbox.models import Effect
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def tell(company, key="chargeback:1"):
    alerts.tell(company, key=key, title="Card dispute", text="$100.00", url="http://x/", now=NOW)


def sent_to():
    return sorted(effect.payload["to"] for effect in Effect.objects.filter(kind="alerts.mail"))


def test_the_alert_address_gets_the_mail():
    company = factories.company(alert_email="alerts@desk.example")
    factories.member(company, Role.OWNER)

    tell(company)

    assert sent_to() == ["alerts@desk.example"]
    assert not Effect.objects.filter(kind="alerts.slack").exists()


def test_without_an_alert_address_managers_and_owners_get_it():
    company = factories.company()
    people = [factories.member(company, role) for role in Role]

    tell(company)

    assert sent_to() == sorted(person.email for person in people[2:])


def test_the_same_thing_is_told_once():
    company = factories.company(alert_email="alerts@desk.example")

    tell(company)
    tell(company)
    tell(company, key="chargeback:2")

    assert Effect.objects.filter(kind="alerts.mail").count() == 2


def test_slack_is_told_where_it_is_connected():
    company = factories.company(alert_email="alerts@desk.example")
    factories.connection(company, "slack")

    tell(company)

    assert Effect.objects.get(kind="alerts.slack").payload["title"] == "Card dispute"


def test_a_very_long_key_still_fits():
    tell(factories.company(alert_email="a@desk.example"), key="k" * 300)

    assert Effect.objects.count() == 1
