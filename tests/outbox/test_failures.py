"""Each kind of failure: what stands on the row, when it is tried again, and what it costs."""

import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from arbook.encryption import CannotDecrypt
from arbook.gateways import errors
from arbook.outbox import drain, outbox, outcomes
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind, StillUnknown
from tests.factories import NOW

DEADLOCK = OperationalError("deadlock detected")


class Vendor:
    def __init__(self):
        self.calls, self.answers, self.found = 0, [], []

    def perform(self, effect, prepared):
        self.calls += 1
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        return answer

    def resolve(self, effect, now):
        answer = self.found.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def vendor():
    made = Vendor()
    made.use = lambda **how: KINDS.update(
        {"test.act": Kind(name="test.act", perform=made.perform, **how)}
    )
    made.use()
    yield made
    del KINDS["test.act"]


def _run(at=NOW) -> Effect:
    drain.drain(now=lambda: at, kinds=["test.act"])
    return Effect.objects.get()


def _enqueue() -> None:
    outbox.enqueue("test.act", key="one", company=None, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "state", "attempts"),
    [
        (errors.Unreachable("away"), "pending", 1),
        (errors.Throttled("slow down"), "pending", 1),
        (errors.Resting("left alone", retry_after=30), "pending", 0),
        (errors.Disconnected("revoked"), "pending", 0),
        (errors.Unknown("answer lost"), "pending", 1),
        (errors.Refused("never"), "dead", 1),
        (KeyError("id"), "dead", 1),
        (DEADLOCK, "pending", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_the_kind_of_failure_stands_on_the_row(vendor, error, state, attempts):
    vendor.answers = [error]
    _enqueue()

    effect = _run()

    assert (effect.state, effect.attempts) == (state, attempts)
    assert effect.failure == getattr(error, "failure", "bug")
    assert (effect.not_before > NOW) == (state == "pending")


@pytest.mark.django_db
def test_a_vendor_left_alone_costs_no_attempt_however_often(vendor):
    vendor.answers = [errors.Resting("left alone", retry_after=30) for _ in range(40)]
    _enqueue()

    for minute in range(40):
        effect = _run(NOW + timedelta(minutes=minute))

    assert (effect.state, effect.attempts, vendor.calls) == ("pending", 0, 40)


@pytest.mark.django_db
def test_a_vendor_left_alone_while_in_doubt_costs_no_attempt_either(vendor):
    vendor.use(resolve=vendor.resolve, max_attempts=3)
    vendor.answers = [errors.Unknown("answer lost")]
    vendor.found = [errors.Resting("left alone", retry_after=30)] * 9 + [{"sid": "1"}]
    _enqueue()

    for minute in range(0, 55, 5):
        effect = _run(NOW + timedelta(minutes=minute))

    assert (effect.state, effect.result, vendor.calls) == ("done", {"sid": "1"}, 1)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [(30, 30, 36), (0, 1, 5), (-7, 1, 5), (10**9, 3600, 4320), (float("nan"), 60, 72),
     (float("inf"), 60, 72), (None, 60, 72)],
)  # fmt: skip
def test_a_vendors_wish_to_wait_is_kept_within_reason(asked, least, most):
    for _ in range(50):
        wait = outcomes.pause_of(errors.Throttled("slow down", retry_after=asked), 1)

        assert least <= wait.total_seconds() <= most


def test_waits_grow_to_an_hour_and_are_spread():
    waits = {attempts: outcomes.backoff(attempts).total_seconds() for attempts in (1, 5, 200)}
    crowd = {outcomes.backoff(6) for _ in range(20)}

    assert 2.5 <= waits[1] <= 5 and 40 <= waits[5] <= 80 and 1800 <= waits[200] <= 3600
    assert len(crowd) > 10


@pytest.mark.django_db
def test_an_interrupted_act_that_may_have_happened_is_asked_after(vendor):
    vendor.use(resolve=vendor.resolve)
    vendor.answers, vendor.found = [DEADLOCK], [{"id": "7"}]
    _enqueue()

    assert _run().state == "unsure"
    assert _run(NOW + timedelta(minutes=1)).state == "done"
    assert vendor.calls == 1


@pytest.mark.django_db
def test_a_look_that_the_database_interrupted_is_repeated_and_nothing_is_in_doubt(vendor):
    troubles = [DEADLOCK]

    def prepare(company, effects, now):
        if troubles:
            raise troubles.pop()
        return {}

    vendor.use(resolve=vendor.resolve, prepare=prepare)
    _enqueue()

    assert _run().state == "pending"
    assert _run(NOW + timedelta(minutes=1)).state == "done"


@pytest.mark.django_db
def test_a_bug_in_asking_or_in_what_follows_leaves_the_row_to_a_person_and_the_others_run(vendor):
    def failed(effect, error, now):
        raise ValueError("no such posting")

    vendor.use(resolve=vendor.resolve, failed=failed, max_attempts=2)
    vendor.answers = [errors.Unknown("answer lost")]
    vendor.found = [KeyError("id")]
    _enqueue()

    _run()
    effect = _run(NOW + timedelta(hours=1))

    assert (effect.state, effect.failure) == ("dead", "bug")
    assert effect.error == "KeyError: 'id' (and ValueError: no such posting)"


@pytest.mark.django_db
def test_tries_used_up_in_doubt_say_that_nobody_knows_and_a_retry_asks_first(vendor):
    vendor.use(resolve=vendor.resolve, max_attempts=2)
    vendor.answers = [errors.Unknown("answer lost")]
    vendor.found = [StillUnknown(), {"id": "7"}]
    _enqueue()
    _run()
    effect = _run(NOW + timedelta(hours=1))
    assert (effect.state, effect.failure) == ("dead", "unknown")

    outbox.retry(effect, now=NOW + timedelta(hours=1))
    effect = _run(NOW + timedelta(hours=1))

    assert (effect.state, vendor.calls) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_a_real_deadlock_in_the_outcome_heals(vendor, child_environment):
    """The outcome and another process want the same two rows, in the other order."""
    effects = [Effect(kind="rows", key=key, not_before=NOW, created_at=NOW) for key in "ab"]
    a, b = Effect.objects.bulk_create(effects)
    other = psycopg.connect(child_environment["DATABASE_URL"])
    lock = "SELECT 1 FROM outbox_effect WHERE id = %s FOR UPDATE"
    tries = []

    def then(effect, result, now):
        tries.append(effect.attempts)
        with connection.cursor() as cursor:
            if len(tries) == 1:
                cursor.execute("SET LOCAL deadlock_timeout = '50ms'")
                other.execute(lock, [b.pk])
                cursor.execute(lock, [a.pk])
                waits = threading.Thread(target=other.execute, args=[lock, [a.pk]], daemon=True)
                waits.start()
                threads.append(waits)
            cursor.execute(lock, [b.pk])

    threads: list[threading.Thread] = []
    vendor.use(then=then)
    _enqueue()

    drain.drain(now=lambda: NOW, kinds=["test.act"])
    effect = Effect.objects.get(key="one")
    assert (effect.state, effect.failure) == ("pending", "bug")
    assert "deadlock detected" in effect.error
    threads[0].join(10)
    other.close()
    drain.drain(now=lambda: NOW + timedelta(minutes=1), kinds=["test.act"])

    assert Effect.objects.get(key="one").state == "done"
    assert not transaction.get_connection().needs_rollback


@pytest.mark.django_db
def test_a_process_with_the_keys_of_yesterday_leaves_the_effect_to_others(vendor):
    vendor.use()
    vendor.answers = [CannotDecrypt("No key in CREDENTIAL_KEYS opens this value.")]
    outbox.enqueue("test.act", key="sealed", company=None, now=NOW)

    drain.drain(now=lambda: NOW, kinds=["test.act"])
    waiting = Effect.objects.get()
    drain.drain(now=lambda: waiting.not_before, kinds=["test.act"])

    assert (waiting.state, waiting.failure) == ("pending", "bug")
    assert Effect.objects.get().state == "done"
