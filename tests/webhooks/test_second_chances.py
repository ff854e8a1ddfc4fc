"""What a person does with an event: have it handled again, or set it aside; both on record."""

from datetime import timedelta

import pytest

from arbook.audit.models import Entry
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import give_up, replay
from arbook.webhooks.store import Arrival, keep
from tests.factories import NOW, company, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead() -> WebhookEvent:
    keep([Arrival("stripe", "evt_1", "charge.updated", company().pk, {})], now=NOW)
    WebhookEvent.objects.update(state="dead", failure="bug", error="KeyError: 'id'", attempts=8)
    return WebhookEvent.objects.get()


def test_a_replay_is_on_record_with_who_asked_for_it(dead):
    ann = user()

    assert replay(dead, by=ann, now=NOW)

    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.failure, dead.error) == ("received", 0, "", "")
    entry = Entry.objects.about(dead).get()
    assert (entry.verb, entry.by) == ("webhook.replayed", ann)
    assert entry.said == "What Stripe told us (charge.updated) is handled again"


def test_what_is_already_in_line_is_not_put_there_again(dead):
    replay(dead, now=NOW)

    assert not replay(dead, now=NOW)

    assert Entry.objects.about(dead).count() == 1


def test_what_waits_for_its_next_try_may_be_taken_at_once(dead):
    WebhookEvent.objects.update(state="received", not_before=NOW + timedelta(hours=1))

    assert replay(dead, now=NOW)

    dead.refresh_from_db()
    assert dead.not_before == NOW


def test_what_is_set_aside_says_why(dead):
    assert give_up(dead, reason="Not ours", by=user(), now=NOW)

    dead.refresh_from_db()
    assert (dead.state, dead.error) == ("ignored", "Given up: Not ours (was: KeyError: 'id')")
    assert Entry.objects.about(dead).get().verb == "webhook.given_up"
    assert not give_up(dead, reason="again", now=NOW)
