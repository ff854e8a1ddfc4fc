"""Handling what was stored: once it works, again when it does not, and never lost."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.audit import log
from arbook.audit.models import Entry
from arbook.gateways import errors
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process_waiting, replay
from arbook.webhooks.registry import HANDLERS
from arbook.webhooks.store import Arrival, keep
from tests.factories import NOW
from tests.factories import company as new_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def handler():
    """A handler of the test's own: raises what stands in ``troubles``, remembers what it saw."""

    class Handler:
        troubles: list = []
        seen: list = []

        def __call__(self, event, now):
            self.seen.append(event.payload)
            if self.troubles:
                raise self.troubles.pop(0)
            log.record("test.handled", "Handled", about=[event], by=None, at=now)

    made = Handler()
    made.troubles, made.seen = [], []
    HANDLERS["test", "thing.happened"] = made
    yield made
    del HANDLERS["test", "thing.happened"]


def _arrive(of=None, number=1, **content):
    keep([Arrival("test", f"e{number}", "thing.happened", of.pk if of else None, content)], now=NOW)
    return WebhookEvent.objects.get(external_id=f"e{number}")


def _run(at=NOW):
    process_waiting(now=lambda: at)


def test_an_event_is_handled_once_and_is_the_cause_of_what_follows(handler):
    event = _arrive(new_company(), amount=3)

    _run()
    _run()

    event.refresh_from_db()
    assert handler.seen == [{"amount": 3}]
    assert event.state == WebhookEvent.State.DONE
    assert Entry.objects.get(verb="test.handled").cause == event.entry


def test_a_failing_event_is_tried_again_and_then_waits_for_a_person(handler):
    handler.troubles = [RuntimeError("bug")] * 20
    event = _arrive(new_company())

    for day in range(12):
        _run(NOW + timedelta(days=day))

    event.refresh_from_db()
    assert event.state == WebhookEvent.State.DEAD
    assert event.error == "RuntimeError: bug"
    assert len(handler.seen) == 8


def test_a_dead_event_can_be_replayed(handler):
    handler.troubles = [RuntimeError("bug")] * 8
    event = _arrive(new_company())
    for day in range(9):
        _run(NOW + timedelta(days=day))

    assert replay(event, now=NOW)
    _run()

    event.refresh_from_db()
    assert event.state == WebhookEvent.State.DONE


def test_a_lost_connection_costs_no_attempt(handler):
    handler.troubles = [errors.Disconnected("revoked")] * 12
    event = _arrive(new_company())

    for hour in range(12):
        _run(NOW + timedelta(hours=hour))
    event.refresh_from_db()
    assert event.state == WebhookEvent.State.RECEIVED

    _run(NOW + timedelta(hours=13))
    event.refresh_from_db()
    assert event.state == WebhookEvent.State.DONE


def test_an_event_of_a_company_we_do_not_know_is_set_aside(handler):
    event = _arrive(None)

    _run()

    event.refresh_from_db()
    assert event.state == WebhookEvent.State.IGNORED
    assert handler.seen == []


def test_a_dead_workers_event_is_taken_up_again(handler):
    event = _arrive(new_company())
    WebhookEvent.objects.update(
        state="in_flight", attempts=1, leased_until=clock.system() - timedelta(seconds=1)
    )

    _run()

    event.refresh_from_db()
    assert event.state == WebhookEvent.State.DONE


def test_characters_that_databases_refuse_are_kept():
    event = _arrive(new_company(), text="a\x00b \ud800 c")

    assert event.payload["text"] == "a\x00b \ud800 c"
