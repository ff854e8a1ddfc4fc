"""What a person does with a dead effect: another life, or rest; both on record, both once."""

import pytest

from arbook.audit.models import Entry
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from tests.factories import NOW, company, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead() -> Effect:
    effect = outbox.enqueue("test.act", key="dead", company=company(), now=NOW)
    Effect.objects.update(state="dead", failure="refused", error="no such number", attempts=12)
    effect.refresh_from_db()
    return effect


def test_another_life_is_on_record_with_who_gave_it(dead):
    ann = user()

    assert outbox.retry(dead, by=ann, now=NOW)

    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.failure) == ("pending", 0, "")
    entry = Entry.objects.about(dead).get()
    assert (entry.verb, entry.by, entry.company) == ("effect.retried", ann, dead.company)
    assert entry.data["error"] == "no such number"


def test_a_second_retry_changes_nothing(dead):
    outbox.retry(dead, now=NOW)
    Effect.objects.update(state="done")

    assert not outbox.retry(dead, now=NOW)

    dead.refresh_from_db()
    assert dead.state == "done"
    assert Entry.objects.about(dead).count() == 1


def test_what_is_given_up_rests_and_says_why(dead):
    assert outbox.give_up(dead, reason="They closed shop", by=user(), now=NOW)

    dead.refresh_from_db()
    assert dead.state == "cancelled"
    assert dead.error == "Given up: They closed shop (was: no such number)"
    assert Entry.objects.about(dead).get().verb == "effect.given_up"
    assert not outbox.retry(dead, now=NOW)
    assert not outbox.give_up(dead, reason="again", now=NOW)
