"""Fair turns: whoever has ten thousand rows, or a vendor that hangs, makes nobody else wait."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from arbook import clock
from arbook.gateways import errors
from arbook.heartbeat import keeping
from arbook.outbox import claiming, drain, outbox, turns
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind
from tests.factories import NOW, company


class Vendor:
    """Answers at once, but makes the companies in ``slow`` wait."""

    def __init__(self):
        self.calls, self.slow, self.lock = [], {}, threading.Lock()

    def perform(self, effect, prepared):
        with self.lock:
            self.calls.append(effect.key)
        time.sleep(self.slow.get(effect.company_id, 0))
        return {}


@pytest.fixture
def vendor():
    made = Vendor()
    KINDS["test.act"] = Kind(name="test.act", perform=made.perform, chunk=5, rank=90)
    yield made
    del KINDS["test.act"]


def _enqueue(of, count, *, kind="test.act", **more):
    outbox.enqueue_many(
        [outbox.Wanted(kind, f"{of.slug}-{kind}-{n}", of, **more) for n in range(count)], now=NOW
    )


def _served(claimed) -> set:
    return {effect.company.slug for effect in claimed}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "without",
    [
        "",
        "hashagg, sort",
        "hashagg, sort, hashjoin, mergejoin, material, memoize, indexscan, bitmapscan",
    ],
)
def test_a_claim_takes_a_chunk_of_each_company_and_goes_round(without):
    """Whatever way PostgreSQL chooses to go."""
    with connection.cursor() as cursor:
        for way in filter(None, without.split(", ")):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    kind = Kind(name="test.round", perform=None, chunk=2)
    for number in range(6):
        _enqueue(company(slug=f"c{number}"), 5, kind="test.round")

    first, second, third = (claiming.claim(kind, now=NOW) for _ in range(3))

    assert [len(first), len(second), len(third)] == [8, 8, 8]
    assert _served(first) == {"c0", "c1", "c2", "c3"}
    assert _served(second) == {"c4", "c5", "c0", "c1"}
    assert _served(third) == {"c2", "c3", "c4", "c5"}


@pytest.mark.django_db
def test_one_row_of_a_small_company_does_not_wait_behind_ten_thousand(vendor):
    _enqueue(company(slug="big"), 10_000)
    _enqueue(company(slug="small"), 1)

    drain.drain(now=lambda: NOW, kinds=["test.act"], rounds=1)

    assert len(vendor.calls) == 6
    assert "small-test.act-0" in vendor.calls


@pytest.mark.django_db
def test_rows_without_a_company_have_their_turn(vendor):
    _enqueue(company(slug="big"), 20)
    outbox.enqueue("test.act", key="nobodys", company=None, now=NOW)

    drain.drain(now=lambda: NOW, kinds=["test.act"], rounds=1)

    assert "nobodys" in vendor.calls


@pytest.mark.django_db(transaction=True)
def test_a_slow_vendor_of_one_company_does_not_hold_up_another(vendor, settings):
    settings.OUTBOX_THREADS = 2
    slow, quick = company(slug="slow"), company(slug="quick")
    vendor.slow[slow.pk] = 2.0
    _enqueue(slow, 1)
    _enqueue(quick, 5)
    running = threading.Thread(target=_drain_apart)
    began = time.monotonic()
    running.start()

    while Effect.objects.filter(company=quick, state="done").count() < 5:
        assert time.monotonic() - began < 1.5, "the quick company waits for the slow one"
        time.sleep(0.02)
    running.join()

    assert not Effect.objects.exclude(state="done").exists()


def _drain_apart():
    try:
        drain.drain(now=lambda: NOW, kinds=["test.act"])
    finally:
        connection.close()


@pytest.mark.django_db
def test_what_a_turn_had_no_time_for_goes_back_in_line_and_costs_no_attempt(
    vendor, monkeypatch, settings
):
    settings.OUTBOX_THREADS = 1
    monkeypatch.setattr(turns, "LENGTH", 0.05)
    of = company(slug="slow")
    vendor.slow[of.pk] = 0.1
    _enqueue(of, 3)

    drain.drain(now=lambda: NOW, kinds=["test.act"], rounds=1)

    states = list(Effect.objects.order_by("pk").values_list("state", "attempts", "leased_until"))
    assert states == [("done", 1, None), ("pending", 0, None), ("pending", 0, None)]


@pytest.mark.django_db
def test_an_order_to_stop_gives_back_what_was_not_begun(vendor, settings):
    settings.OUTBOX_THREADS = 1
    of = company(slug="one")
    _enqueue(of, 4)

    drain.drain(now=lambda: NOW, kinds=["test.act"], stopping=lambda: len(vendor.calls) >= 2)

    assert len(vendor.calls) == 2
    assert sorted(Effect.objects.values_list("state", "attempts")) == [
        *[("done", 1)] * 2,
        *[("pending", 0)] * 2,
    ]


@pytest.mark.django_db
def test_money_leaves_before_reminders_and_news_is_heard_before_each_chunk(vendor, settings):
    settings.OUTBOX_THREADS = 1
    posting = Kind(name="test.post", perform=vendor.perform, rank=10)
    KINDS["test.post"] = posting
    of = company(slug="one")
    _enqueue(of, 8)

    def news():
        if len(vendor.calls) == 5:
            _enqueue(of, 1, kind="test.post")

    try:
        drain.drain(now=lambda: NOW, kinds=["test.act", "test.post"], news=news)
    finally:
        del KINDS["test.post"]

    assert vendor.calls.index("one-test.post-0") == 5
    assert len(vendor.calls) == 9


@pytest.mark.django_db
def test_a_day_full_of_money_keeps_no_reminder_waiting_for_ever(vendor, settings, monkeypatch):
    settings.OUTBOX_THREADS = 1
    monkeypatch.setattr(turns, "PATIENCE", timedelta(seconds=0.2))
    of, until = company(), time.monotonic() + 5

    def more_money(effect, prepared):
        if time.monotonic() < until and not vendor.calls:
            time.sleep(0.02)
            want("test.money")
        return {}

    def want(kind):
        outbox.enqueue(kind, key=f"{kind}-{time.monotonic_ns()}", company=of, now=NOW)

    def now():
        return NOW + timedelta(seconds=time.monotonic() - began)

    KINDS["test.money"] = Kind(name="test.money", perform=more_money, rank=10)
    began = time.monotonic()
    try:
        want("test.money")
        want("test.act")
        drain.drain(now=now, kinds=["test.money", "test.act"])
    finally:
        del KINDS["test.money"]

    assert len(vendor.calls) == 1
    assert time.monotonic() - began < 4, "it did not wait until the money ended"


@pytest.mark.django_db
def test_a_worker_just_started_knows_what_has_waited_for_long(vendor):
    """Its predecessor was killed before reminders had their turn, and so was the one before."""
    of, money = company(), []
    KINDS["test.money"] = Kind(
        name="test.money", perform=lambda effect, prepared: money.append(effect.key), rank=10
    )
    late = NOW + timedelta(minutes=1)
    try:
        _enqueue(of, 1)
        outbox.enqueue("test.money", key="new", company=of, now=late)
        drain.drain(
            now=lambda: late, kinds=["test.money", "test.act"], stopping=lambda: vendor.calls
        )
    finally:
        del KINDS["test.money"]

    assert vendor.calls and not money


def test_the_products_kinds_are_ranked_as_promised():
    rank = {name: kind.rank for name, kind in KINDS.items()}

    assert rank["reconciliation.post_payment"] < rank["messaging.reply"] < rank["messaging.send"]
    assert rank["reconciliation.expire_checkout"] < rank["messaging.send"]
    assert rank["messaging.send"] == rank["messaging.letter"] == max(rank.values())


@pytest.mark.django_db
def test_a_claim_among_a_hundred_thousand_rows_reads_only_what_it_takes():
    kind = Kind(name="test.many", perform=None, chunk=20)
    big, small = company(slug="big"), company(slug="small")
    with connection.cursor() as cursor:
        for of, count in ((big, 100_000), (small, 30)):
            cursor.execute(
                "INSERT INTO outbox_effect (company_id, kind, key, payload, lane, state,"
                " not_before, attempts, failure, error, result, created_at)"
                " SELECT %s, 'test.many', %s || n, '{}', '', 'pending', %s, 0, '', '', '{}', %s"
                " FROM generate_series(1, %s) AS n",
                [of.pk, of.slug, NOW - timedelta(hours=1), NOW, count],
            )
        cursor.execute("ANALYZE outbox_effect")
        cursor.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {claiming.CLAIM}",
            {"lease": claiming.lease(), "kind": kind.name, "now": NOW, "limit": 20,
             "companies": 4, "after": -1},
        )  # fmt: skip
        plan = cursor.fetchone()[0][0]

    assert _rows_read(plan["Plan"]) < 1_000, plan
    assert len(claiming.claim(kind, now=NOW)) == 30


def _rows_read(node: dict) -> int:
    """The most rows that any step of a plan produced or threw away."""
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return max([own, *(_rows_read(one) for one in node.get("Plans", []))])


@pytest.mark.django_db
def test_the_next_due_instant_is_known_without_reading_every_row():
    of = company(slug="one")
    _enqueue(of, 3)
    later = NOW + timedelta(minutes=7)
    outbox.enqueue("test.act", key="later", company=of, now=NOW, not_before=later)
    outbox.enqueue("test.b", key="latest", company=None, now=NOW, not_before=NOW + timedelta(1))

    assert claiming.next_due(NOW) == later
    assert claiming.next_due(later) == NOW + timedelta(1)
    assert claiming.next_due(NOW + timedelta(2)) is None


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_renewed_while_its_worker_lives(vendor, monkeypatch):
    monkeypatch.setattr(keeping, "EVERY", 0.1)
    of = company(slug="slow")
    vendor.slow[of.pk] = 1.0
    _enqueue(of, 1)
    running = threading.Thread(target=_drain_apart)
    running.start()
    try:
        while not Effect.objects.filter(state="in_flight").exists():
            time.sleep(0.01)
        Effect.objects.update(leased_until=clock.system() + timedelta(seconds=0.5))
        time.sleep(0.6)
        swept = claiming.sweep()
    finally:
        running.join()

    assert swept == 0
    assert Effect.objects.get().state == "done"


@pytest.mark.django_db
def test_who_could_not_renew_its_claim_begins_no_call(vendor, monkeypatch, settings):
    settings.OUTBOX_THREADS = 1
    monkeypatch.setattr(keeping, "SECONDS", settings.VENDOR_TIMEOUT - 1)
    _enqueue(company(slug="one"), 2)

    drain.drain(now=lambda: NOW, kinds=["test.act"], rounds=1)

    assert vendor.calls == []


@pytest.mark.django_db
@pytest.mark.parametrize("resolve", [None, lambda effect, now: None], ids=["repeats", "asks"])
def test_an_effect_that_kills_its_worker_each_time_ends_with_a_person(resolve):
    of = company(slug="one")
    failures = []
    KINDS["test.poison"] = Kind(
        name="test.poison",
        perform=lambda effect, prepared: {},
        resolve=resolve,
        max_attempts=3,
        failed=lambda effect, error, now: failures.append(str(error)),
    )
    _enqueue(of, 1, kind="test.poison")
    try:
        for _ in range(3):
            assert claiming.claim(KINDS["test.poison"], now=NOW)
            Effect.objects.update(leased_until=clock.system() - timedelta(seconds=1))
            claiming.sweep()
        drain.drain(now=lambda: NOW, kinds=["test.poison"])
    finally:
        del KINDS["test.poison"]

    effect = Effect.objects.get()
    assert (effect.state, effect.failure) == ("dead", errors.Unknown.failure)
    assert failures == ["Its worker died in the call, again and again."]
