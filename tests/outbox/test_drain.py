"""The outbox: what happens to an effect under every answer a vendor can give."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.gateways import errors
from arbook.outbox import drain, outbox, outcomes
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind, Later, StillUnknown
from tests.factories import NOW, company

pytestmark = pytest.mark.django_db


class Vendor:
    """A vendor of the test's own: answers from a list, and remembers every call."""

    def __init__(self):
        self.calls, self.answers, self.found = [], [], []
        self.outcomes, self.failures = [], []

    def perform(self, effect, prepared):
        self.calls.append((effect.key, prepared))
        answer = self.answers.pop(0) if self.answers else {"ok": True}
        if isinstance(answer, Exception):
            raise answer
        return answer

    def resolve(self, effect, now):
        answer = self.found.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kind(self, name="test.act", **how) -> Kind:
        how.setdefault("then", lambda effect, result, now: self.outcomes.append(result))
        how.setdefault("failed", lambda effect, error, now: self.failures.append(str(error)))
        return Kind(name=name, perform=self.perform, **how)


@pytest.fixture
def vendor():
    made = Vendor()
    KINDS["test.act"] = made.kind()
    yield made
    del KINDS["test.act"]


def _run(at=NOW) -> None:
    drain.drain(now=lambda: at, kinds=["test.act"])


def _enqueue(key="one", **more) -> Effect:
    return outbox.enqueue("test.act", key=key, company=None, now=NOW, **more)


def _state(effect) -> str:
    effect.refresh_from_db()
    return effect.state


def test_saying_it_twice_is_saying_it_once(vendor):
    _enqueue("same")
    _enqueue("same")

    _run()

    assert [key for key, _ in vendor.calls] == ["same"]
    assert vendor.outcomes == [{"ok": True}]


def test_an_effect_waits_for_its_time(vendor):
    effect = _enqueue(not_before=NOW + timedelta(minutes=1))

    _run(NOW + timedelta(seconds=59))
    assert vendor.calls == []

    _run(NOW + timedelta(seconds=60))
    assert _state(effect) == Effect.State.DONE


def test_a_cancelled_effect_never_leaves(vendor):
    effect = _enqueue(not_before=NOW + timedelta(minutes=1))

    cancelled = outbox.cancel(Effect.objects.filter(pk=effect.pk), reason="undo", now=NOW)

    _run(NOW + timedelta(hours=1))
    assert cancelled == 1
    assert vendor.calls == []
    assert _state(effect) == Effect.State.CANCELLED


@pytest.mark.parametrize(
    "trouble", [errors.Unreachable("away"), errors.Throttled("slow", retry_after=30)]
)
def test_what_was_surely_not_done_is_tried_again_later(vendor, trouble):
    vendor.answers = [trouble]
    effect = _enqueue()

    _run()
    assert _state(effect) == Effect.State.PENDING
    assert effect.failure == trouble.failure
    assert effect.not_before > NOW

    _run(NOW + timedelta(hours=2))
    assert _state(effect) == Effect.State.DONE
    assert len(vendor.calls) == 2


def test_a_refusal_waits_for_a_person_and_says_why(vendor):
    vendor.answers = [errors.Refused("no such number", code="21211")]
    effect = _enqueue()

    _run()

    assert _state(effect) == Effect.State.DEAD
    assert vendor.failures == ["no such number (code 21211)"]
    assert outbox.retry(effect, now=NOW)
    _run()
    assert _state(effect) == Effect.State.DONE


def test_a_lost_connection_costs_no_attempt(vendor):
    vendor.answers = [errors.Disconnected("token revoked")] * 40
    effect = _enqueue()

    for minutes in range(0, 600, 16):
        _run(NOW + timedelta(minutes=minutes))

    assert _state(effect) == Effect.State.PENDING
    assert effect.attempts == 0
    assert effect.failure == "disconnected"


def test_attempts_end_and_then_a_person_decides(vendor):
    KINDS["test.act"] = vendor.kind(max_attempts=3)
    vendor.answers = [errors.Unreachable("away")] * 5
    effect = _enqueue()

    for day in range(5):
        _run(NOW + timedelta(days=day))

    assert _state(effect) == Effect.State.DEAD
    assert len(vendor.calls) == 3


def test_a_lost_answer_is_looked_up_and_never_blindly_repeated(vendor):
    KINDS["test.act"] = vendor.kind(resolve=vendor.resolve)
    vendor.answers = [errors.Unknown("timeout after sending")]
    vendor.found = [StillUnknown(), {"sid": "SM1"}]
    effect = _enqueue()

    _run()
    assert _state(effect) == Effect.State.UNSURE

    _run(NOW + timedelta(hours=1))
    assert _state(effect) == Effect.State.UNSURE

    _run(NOW + timedelta(hours=3))
    assert _state(effect) == Effect.State.DONE
    assert len(vendor.calls) == 1
    assert vendor.outcomes == [{"sid": "SM1"}]


def test_what_the_vendor_never_saw_is_done_after_all(vendor):
    KINDS["test.act"] = vendor.kind(resolve=vendor.resolve)
    vendor.answers = [errors.Unknown("connection lost")]
    vendor.found = [None]
    effect = _enqueue()

    _run()
    _run(NOW + timedelta(hours=1))

    assert _state(effect) == Effect.State.DONE
    assert len(vendor.calls) == 2


def test_a_dead_workers_effect_is_in_doubt_when_the_vendor_has_no_key_of_ours(vendor):
    KINDS["test.act"] = vendor.kind(resolve=vendor.resolve)
    effect = _enqueue()
    drain.begin(drain.claim(KINDS["test.act"], now=NOW))
    Effect.objects.update(leased_until=clock.system() - timedelta(seconds=1))
    vendor.found = [{"sid": "SM2"}]

    _run()

    assert _state(effect) == Effect.State.DONE
    assert vendor.calls == []


def test_a_dead_workers_effect_is_made_again_when_the_vendor_knows_our_key(vendor):
    effect = _enqueue()
    drain.claim(KINDS["test.act"], now=NOW)
    Effect.objects.update(leased_until=clock.system() - timedelta(seconds=1))

    _run()

    assert _state(effect) == Effect.State.DONE
    assert len(vendor.calls) == 1


def test_a_live_lease_is_left_alone(vendor):
    effect = _enqueue()
    drain.claim(KINDS["test.act"], now=NOW)

    _run()

    assert _state(effect) == Effect.State.IN_FLIGHT
    assert vendor.calls == []


def test_who_lost_the_lease_changes_nothing(vendor):
    _enqueue()
    (late,) = drain.claim(KINDS["test.act"], now=NOW)
    Effect.objects.update(leased_until=clock.system() - timedelta(seconds=1))
    _run()

    outcomes.conclude(KINDS["test.act"], late, {"ok": "too late"}, NOW)

    assert vendor.outcomes == [{"ok": True}]


def test_effects_of_one_lane_keep_their_order(vendor):
    vendor.answers = [errors.Unreachable("away")]
    _enqueue("first", lane="a")
    _enqueue("second", lane="a")
    _enqueue("other", lane="b")

    _run()
    assert [key for key, _ in vendor.calls] == ["first", "other"]

    _run(NOW + timedelta(hours=1))
    assert [key for key, _ in vendor.calls][2:] == ["first", "second"]


def test_a_chunk_is_prepared_once_and_some_of_it_may_wait(vendor):
    looks = []

    def prepare(company, effects, now):
        looks.append([effect.key for effect in effects])
        later = Later(now + timedelta(hours=9), "held until nine")
        return {"a": "facts of a", "b": later}

    KINDS["test.act"] = vendor.kind(prepare=prepare)
    _enqueue("a")
    waiting = _enqueue("b")

    _run()

    assert looks == [["a", "b"]]
    assert vendor.calls == [("a", "facts of a")]
    assert _state(waiting) == Effect.State.PENDING
    assert waiting.error == "held until nine"
    assert waiting.attempts == 0


def test_trouble_in_one_company_does_not_stop_another(vendor):
    good, bad = company(), company()

    def prepare(of, effects, now):
        if of == bad:
            raise errors.Disconnected("token revoked")
        return {}

    KINDS["test.act"] = vendor.kind(prepare=prepare)
    outbox.enqueue("test.act", key="bad", company=bad, now=NOW)
    outbox.enqueue("test.act", key="good", company=good, now=NOW)

    _run()

    states = dict(Effect.objects.values_list("key", "state"))
    assert states == {"bad": "pending", "good": "done"}


def test_an_outcome_that_cannot_be_written_is_not_taken_for_done(vendor):
    def then(effect, result, now):
        raise ValueError("bug")

    KINDS["test.act"] = vendor.kind(resolve=vendor.resolve, then=then)
    effect = _enqueue()

    _run()

    assert _state(effect) == Effect.State.UNSURE
    assert effect.error == "ValueError: bug"
