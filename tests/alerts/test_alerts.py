"""Word to staff: by mail to who must know, in Slack where it is connected, once."""

import pytest

from arbook.alerts import alerts
from arbook.companies.models import Role
from arbook.outbox import drain
from arbook.outbox.models import Effect
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_it_arrives_by_mail_and_in_the_channel(sandbox):
    company = factories.company(name="Harbor Lane", alert_email="alerts@desk.example")
    token = sandbox.state.slack.token
    factories.connection(
        company, "slack", secrets={"bot_token": token}, options={"channel": "C0ALERTS"}
    )
    tell(company)

    done = drain.drain(now=lambda: NOW, kinds=["alerts.mail", "alerts.slack"])

    assert done == {"done": 2}
    (letter,) = sandbox.mailbox
    assert letter.to == ["alerts@desk.example"]
    assert "Card dispute" in letter.subject
    (note,) = sandbox.state.slack.notes
    assert note.text == "*Card dispute* (Harbor Lane)\n$100.00\n\nhttp://x/"


def test_a_path_of_ours_becomes_an_address_that_leads_here(settings):
    settings.PUBLIC_URL = "https://desk.example"
    payload = {"title": "Card dispute", "text": "$100.00", "url": "/c/harbor/customers/5/"}

    assert alerts.as_text(payload) == "$100.00\n\nhttps://desk.example/c/harbor/customers/5/"


def test_slack_that_was_taken_away_meanwhile_fails_nothing(sandbox):
    company = factories.company(alert_email="alerts@desk.example")
    slack = factories.connection(company, "slack")
    tell(company)
    slack.delete()

    assert drain.drain(now=lambda: NOW, kinds=["alerts.slack"]) == {"done": 1}
