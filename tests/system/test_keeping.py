"""The logs' screens after words were taken out: what was there is told, and nothing is replayed."""

import json
from datetime import timedelta

import pytest

from arbook.companies.models import Role
from arbook.outbox.models import Effect
from arbook.setup import erasing, persons, retention
from arbook.system.models import Replay
from arbook.webhooks.models import WebhookEvent
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

MAIL = "rosalind@mail.example"


@pytest.fixture
def harbor():
    return factories.company(slug="harbor", name="Harbor")


@pytest.fixture
def event(harbor) -> WebhookEvent:
    return WebhookEvent.objects.create(
        company=harbor,
        vendor="twilio",
        external_id="SM1",
        kind="message",
        content=json.dumps({"Body": "words", "From": MAIL}),
        headers={"X-Twilio-Signature": "s"},
        received_at=NOW,
        not_before=NOW,
        state="done",
    )


@pytest.fixture
def effect(harbor) -> Effect:
    return Effect.objects.create(
        company=harbor,
        kind="alerts.mail",
        key="alert:1",
        payload={"to": MAIL, "title": "words"},
        state="done",
        not_before=NOW,
        created_at=NOW,
        finished_at=NOW,
    )


@pytest.fixture
def replay(harbor, event) -> Replay:
    foretold = {"sentences": [f"A message to {MAIL}"], "parts": []}
    return Replay.objects.create(
        company=harbor, event=event, by=factories.user(), at=NOW, foretold=foretold
    )


def test_an_event_and_an_effect_tell_that_their_words_are_gone(client, harbor, event, effect):
    retention.age_out(harbor, now=NOW + timedelta(days=91))
    client.force_login(factories.member(harbor, Role.OWNER))

    for side, row in (("events", event), ("effects", effect)):
        page = client.get(f"/c/harbor/system/{side}/{row.pk}/").content.decode()
        assert "Removed after 90 days." in page
        assert "words" not in page.split("<main", 1)[1]
        assert "What would a replay do?" not in page


def test_previews_of_replays_go_with_what_they_repeat(harbor, event, replay):
    counts = retention.age_out(harbor, now=NOW + timedelta(days=91))

    replay.refresh_from_db()
    assert counts["previews of replays"] == 1
    assert replay.foretold == {}


def test_an_erasure_reaches_previews_of_replays(harbor, replay):
    one = factories.customer(harbor, name="Rosalind Quimby")
    factories.contact(one, "email", MAIL)

    person = persons.of_customer(one)
    foretold = erasing.preview(person, now=NOW).goes
    done = erasing.erase(person, reason="Letter", by=None, now=NOW)

    replay.refresh_from_db()
    assert foretold["previews of replays"] == done["previews of replays"] == 1
    assert replay.foretold == {}
