"""Events: the kind of each failure, fair turns between companies, order where it matters."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from arbook import clock
from arbook.gateways import errors
from arbook.webhooks import claiming, figures, store
from arbook.webhooks.lanes import lane_of
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process, process_waiting
from arbook.webhooks.registry import HANDLERS
from arbook.webhooks.store import Arrival, keep
from tests import clocks
from tests.factories import NOW
from tests.factories import company as new_company


class Handler:
    def __init__(self):
        self.troubles, self.seen, self.slow = {}, [], {}

    def __call__(self, event, now):
        self.seen.append(event.external_id)
        time.sleep(self.slow.get(event.company_id, 0))
        if left := self.troubles.get(event.external_id):
            raise left.pop(0)


@pytest.fixture
def handler():
    made = Handler()
    HANDLERS["test", "thing.happened"] = made
    yield made
    del HANDLERS["test", "thing.happened"]


def _arrive(of, *names, lane_of_all=""):
    keep([Arrival("test", name, "thing.happened", of.pk, {}) for name in names], now=NOW)
    if lane_of_all:
        WebhookEvent.objects.filter(external_id__in=names).update(lane=lane_of_all)


def _run(at=NOW, **how):
    process_waiting(now=lambda: at, **how)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "state", "attempts"),
    [
        (errors.Unreachable("away"), "received", 1),
        (errors.Throttled("slow down", retry_after=30), "received", 1),
        (errors.Resting("left alone", retry_after=30), "received", 0),
        (errors.Disconnected("revoked"), "received", 0),
        (errors.Unknown("answer lost"), "received", 1),
        (errors.Refused("no such object"), "dead", 1),
        (KeyError("id"), "received", 1),
        (OperationalError("deadlock detected"), "received", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_the_kind_of_failure_stands_on_the_event(handler, error, state, attempts):
    handler.troubles["e1"] = [error]
    _arrive(new_company(), "e1")

    _run()

    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == (state, attempts)
    assert event.failure == getattr(error, "failure", "bug")


@pytest.mark.django_db
def test_a_failure_is_forgotten_when_it_works(handler):
    handler.troubles["e1"] = [errors.Unreachable("away")]
    _arrive(new_company(), "e1")

    _run()
    _run(NOW + timedelta(hours=1))

    event = WebhookEvent.objects.get()
    assert (event.state, event.failure, event.error) == ("done", "", "")


@pytest.mark.django_db
def test_one_event_of_a_small_company_does_not_wait_behind_thousands(handler):
    big, small = new_company(slug="big"), new_company(slug="small")
    _arrive(big, *(f"b{number}" for number in range(2_000)))
    _arrive(small, "mine")

    _run(rounds=1)

    assert len(handler.seen) == 21
    assert "mine" in handler.seen


@pytest.mark.django_db(transaction=True)
def test_a_vendor_that_hangs_for_one_company_does_not_hold_up_another(handler, settings):
    settings.OUTBOX_THREADS = 2
    slow, quick = new_company(slug="slow"), new_company(slug="quick")
    handler.slow[slow.pk] = 2.0
    _arrive(slow, "slow")
    _arrive(quick, "q1", "q2", "q3")
    running = threading.Thread(target=_run_apart)
    began = time.monotonic()
    running.start()

    while WebhookEvent.objects.filter(company=quick, state="done").count() < 3:
        assert time.monotonic() - began < 1.5, "the quick company waits for the slow one"
        time.sleep(0.02)
    running.join()

    assert not WebhookEvent.objects.exclude(state="done").exists()


def _run_apart():
    try:
        _run()
    finally:
        connection.close()


@pytest.mark.django_db
def test_a_persons_texts_are_handled_in_their_order_and_others_do_not_wait(handler):
    of = new_company()
    _arrive(of, "stop", "start", lane_of_all="twilio:+1860")
    _arrive(of, "other", lane_of_all="twilio:+1212")
    handler.troubles["stop"] = [errors.Unreachable("away")]

    _run()
    assert handler.seen == ["stop", "other"]

    _run(NOW + timedelta(hours=1))
    assert handler.seen[2:] == ["stop", "start"]


@pytest.mark.django_db
def test_a_dead_event_holds_up_nobody_in_its_lane(handler):
    of = new_company()
    _arrive(of, "broken", "next", lane_of_all="twilio:+1860")
    handler.troubles["broken"] = [errors.Refused("no")]

    _run()

    assert handler.seen == ["broken", "next"]


def test_a_text_has_the_lane_of_its_sender_and_a_status_none():
    assert lane_of("twilio", "inbound", {"From": "+18605550142"}) == "twilio:+18605550142"
    assert lane_of("twilio", "inbound", {"From": 7}) == ""
    assert lane_of("twilio", "status", {"From": "+18605550142"}) == ""


@pytest.mark.django_db
def test_an_answer_after_the_lease_was_lost_changes_nothing(handler):
    _arrive(new_company(), "e1")
    [late] = claiming.claim(20, now=NOW)
    WebhookEvent.objects.update(leased_until=clock.system() - timedelta(seconds=1))
    handler.troubles["e1"] = [errors.Refused("no")]
    _run()

    process(late, now=NOW)

    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == ("dead", 2)


@pytest.mark.django_db
def test_an_order_to_stop_gives_back_what_was_not_begun(handler):
    _arrive(new_company(), "e1", "e2", "e3")

    _run(stopping=lambda: bool(handler.seen))

    assert handler.seen == ["e1"]
    assert sorted(WebhookEvent.objects.values_list("state", "attempts", "leased_until")) == [
        ("done", 1, None),
        ("received", 0, None),
        ("received", 0, None),
    ]


@pytest.mark.django_db
def test_an_event_that_kills_its_worker_each_time_ends_with_a_person(handler):
    _arrive(new_company(), "poison")
    for _ in range(8):
        assert claiming.claim(20, now=NOW)
        WebhookEvent.objects.update(leased_until=clock.system() - timedelta(seconds=1))
        claiming.sweep()

    _run()

    event = WebhookEvent.objects.get()
    assert (event.state, event.failure) == ("dead", "unknown")
    assert handler.seen == []


@pytest.mark.django_db
def test_a_claim_among_a_hundred_thousand_events_reads_only_what_it_takes():
    big, small = new_company(slug="big"), new_company(slug="small")
    with connection.cursor() as cursor:
        for of, count in ((big, 100_000), (small, 50)):
            cursor.execute(
                "INSERT INTO webhooks_webhookevent (company_id, vendor, external_id, kind,"
                " content, headers, received_at, state, not_before, attempts, error)"
                " SELECT %s, 'test', 'n' || n, 'k', '{}', '{}', %s, 'received', %s, 0, ''"
                " FROM generate_series(1, %s) AS n",
                [of.pk, NOW, NOW, count],
            )
        cursor.execute("ANALYZE webhooks_webhookevent")
        cursor.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {claiming.CLAIM}",
            {"lease": timedelta(0), "now": NOW, "limit": 20, "companies": 4, "after": -1}
            | {"books": claiming.BOOKS, "of_books": False},
        )
        plan = cursor.fetchone()[0][0]

    assert _rows_read(plan["Plan"]) < 1_000, plan
    assert len(claiming.claim(20, now=NOW)) == 40


def _rows_read(node: dict) -> int:
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return max([own, *(_rows_read(one) for one in node.get("Plans", []))])


@pytest.mark.django_db
def test_what_people_wrote_and_paid_comes_before_the_news_from_the_books(handler):
    of = new_company()
    for vendor, name in [("quickbooks", "b1"), ("quickbooks", "b2"), ("twilio", "t")]:
        store.keep([store.Arrival(vendor, name, "thing", of.pk, {})], now=NOW)

    assert [event.external_id for event in claiming.claim(20, now=NOW)] == ["t"]
    assert claiming.claim(20, now=NOW, with_books=False) == []
    assert [event.external_id for event in claiming.claim(20, now=NOW)] == ["b1", "b2"]


@pytest.mark.django_db
def test_figures_tell_the_lag_and_the_dead_by_cause(handler):
    of = new_company()
    _arrive(of, "e1", "e2", "e3")
    WebhookEvent.objects.filter(external_id="e3").update(
        state="dead", failure="refused", error="no"
    )

    at = NOW + timedelta(seconds=90)
    assert figures.waiting(at) == [figures.Waiting("test", 2, 90.0)]
    assert figures.states() == {("test", "received"): 2, ("test", "dead"): 1}
    [dead] = figures.dead(of)
    assert (dead.vendor, dead.kind, dead.failure, dead.count, dead.error) == (
        *("test", "thing.happened", "refused", 1, "no"),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [10, -10])
def test_machines_whose_clocks_differ_do_not_take_each_others_events(monkeypatch, minutes):
    of = new_company()
    _arrive(of, "here")
    claiming.claim(20, now=NOW)
    clocks.set_off(monkeypatch, timedelta(minutes=minutes))
    _arrive(of, "there")
    taken = claiming.claim(20, now=NOW)

    assert len(taken) == 1
    assert claiming.sweep() == 0
    claiming.renew(taken)
    assert timedelta(seconds=30) < claiming.next_lapse() <= claiming.lease()
    monkeypatch.undo()
    assert claiming.sweep() == 0
