"""What screens, metrics and alerts are told about the outbox."""

from datetime import timedelta

import pytest

from arbook.outbox import figures, outbox
from arbook.outbox.models import Effect
from tests.factories import NOW, company

pytestmark = pytest.mark.django_db


def _put(key, of=None, *, kind="test.act", state="pending", lane="", minutes=0, **more):
    at = NOW + timedelta(minutes=minutes)
    effect = outbox.enqueue(kind, key=key, company=of, now=NOW, not_before=at, lane=lane)
    Effect.objects.filter(pk=effect.pk).update(state=state, **more)
    return effect


def test_what_waits_is_counted_by_kind_with_the_age_of_the_oldest():
    _put("a", minutes=-10)
    _put("b", minutes=-2)
    _put("later", minutes=5)
    _put("other", kind="test.other", minutes=-1)

    assert figures.waiting(NOW) == [
        figures.Waiting("test.act", 2, 600.0),
        figures.Waiting("test.other", 1, 60.0),
    ]
    assert figures.states() == {("test.act", "pending"): 3, ("test.other", "pending"): 1}


def test_the_dead_are_counted_by_cause_with_the_latest_error():
    one, other = company(), company()
    _put("a", one, state="dead", failure="refused", error="first", finished_at=NOW)
    _put("b", one, state="dead", failure="refused", error="second")
    _put("c", one, state="dead", failure="bug", error="KeyError: 1")
    _put("d", other, state="dead", failure="refused", error="theirs")

    assert [(one.company_id, one.failure, one.count, one.error) for one in figures.dead(one)] == [
        (one.pk, "bug", 1, "KeyError: 1"),
        (one.pk, "refused", 2, "second"),
    ]
    assert len(figures.dead()) == 3


def test_a_lane_that_waits_for_an_effect_in_doubt_is_named_and_a_dead_one_blocks_nobody():
    head = _put("a", lane="post:1", state="unsure")
    _put("b", lane="post:1")
    _put("c", lane="post:1")
    _put("d", lane="post:2", state="dead")
    _put("e", lane="post:2")
    _put("f", lane="post:3", state="unsure")

    assert figures.blocked_lanes(NOW) == [figures.Blocked("post:1", head.pk, "unsure", 2)]
