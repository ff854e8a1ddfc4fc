"""A worker that dies leaves in doubt what it had begun, and nothing else of what it had taken."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from arbook import clock
from arbook.outbox import claiming, drain, outbox
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind
from tests import clocks
from tests.factories import NOW, company

TAKEN, THREADS = 20, 2


class Carrier:
    """Knows no key of ours, and answers nobody until it is let go."""

    def __init__(self):
        self.calls, self.may_answer, self.lock = [], threading.Event(), threading.Lock()

    def perform(self, effect, prepared):
        with self.lock:
            self.calls.append(effect.key)
        self.may_answer.wait(20)
        return {}

    def resolve(self, effect, now):
        return {} if effect.key in self.calls else None


@pytest.fixture
def carrier(settings):
    settings.OUTBOX_THREADS = THREADS
    made = Carrier()
    KINDS["test.send"] = Kind(
        name="test.send", perform=made.perform, resolve=made.resolve, chunk=TAKEN
    )
    yield made
    made.may_answer.set()
    del KINDS["test.send"]


def _drain():
    try:
        drain.drain(now=lambda: NOW, kinds=["test.send"])
    finally:
        connection.close()


def _states() -> dict[str, str]:
    return dict(Effect.objects.values_list("key", "state"))


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_worker_had_not_begun_is_in_no_doubt_and_nothing_is_done_twice(carrier):
    of = company()
    outbox.enqueue_many(
        [outbox.Wanted("test.send", f"send-{n}", of) for n in range(TAKEN)], now=NOW
    )
    silent = threading.Thread(target=_drain)
    silent.start()
    try:
        while len(carrier.calls) < THREADS:
            time.sleep(0.01)
        Effect.objects.update(leased_until=clock.system() - timedelta(seconds=1))

        claiming.sweep()

        states = _states()
        doubtful = {key for key, state in states.items() if state == "unsure"}
        assert set(carrier.calls) <= doubtful
        assert len(doubtful) <= 2 * THREADS
        assert sum(state == "pending" for state in states.values()) == TAKEN - len(doubtful)
    finally:
        carrier.may_answer.set()
        silent.join()
    _drain()
    _drain()

    assert sorted(carrier.calls) == sorted(states)
    assert set(_states().values()) == {"done"}


@pytest.mark.django_db
def test_a_row_that_nobody_has_taken_counts_as_begun_so_that_older_workers_are_not_misread(carrier):
    of = company()
    outbox.enqueue("test.send", key="one", company=of, now=NOW)
    assert Effect.objects.get().begun

    (taken,) = claiming.claim(KINDS["test.send"], now=NOW)
    assert not Effect.objects.get().begun

    claiming.release([taken])
    assert Effect.objects.get().begun


@pytest.mark.django_db
def test_what_only_newer_code_knows_how_to_ask_after_is_left_to_it():
    of = company()
    effect = outbox.enqueue("test.of_tomorrow", key="tomorrow", company=of, now=NOW)
    Effect.objects.filter(pk=effect.pk).update(
        state="in_flight", attempts=1, leased_until=clock.system() - timedelta(minutes=5)
    )

    assert claiming.sweep() == 0
    assert claiming.next_lapse() is None
    assert _states() == {"tomorrow": "in_flight"}


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [10, -10])
def test_machines_whose_clocks_differ_do_not_take_each_others_calls(carrier, monkeypatch, minutes):
    """Who was ahead would give up live calls of others; who was behind would lose its own."""
    of = company()
    outbox.enqueue("test.send", key="here", company=of, now=NOW)
    claiming.claim(KINDS["test.send"], now=NOW)
    clocks.set_off(monkeypatch, timedelta(minutes=minutes))
    outbox.enqueue("test.send", key="there", company=of, now=NOW)
    taken = claiming.claim(KINDS["test.send"], now=NOW)

    assert claiming.sweep() == 0
    claiming.renew(taken)
    assert timedelta(seconds=30) < claiming.next_lapse() <= claiming.lease()
    monkeypatch.undo()
    assert claiming.sweep() == 0
    assert _states() == {"here": "in_flight", "there": "in_flight"}
