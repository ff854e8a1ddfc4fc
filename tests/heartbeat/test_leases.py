"""Jobs are held by who lives: one that died in a job loses it, one that works keeps it."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from arbook import clock
from arbook.heartbeat import beats, jobs, keeping
from arbook.heartbeat.jobs import Job, run_due, run_orphaned
from arbook.heartbeat.models import Beat, JobRun
from arbook.processes import names
from tests import clocks
from tests.factories import NOW

started: list = []
troubles: list = []
DAILY = Job("daily", "tests.heartbeat.test_leases.work", timedelta(days=1))
SOON = NOW + timedelta(seconds=50)


def work(now) -> None:
    started.append(now)
    for happens in troubles:
        happens(now)
    if slow:
        time.sleep(slow[0])


slow: list = []


@pytest.fixture(autouse=True)
def forget():
    for kept in (started, troubles, slow):
        kept.clear()


def _die_in(*, seconds_ago: float = 1, times: int = 1) -> None:
    """As if the process of the daily job had been killed in it."""
    JobRun.objects.update_or_create(
        name="daily",
        defaults={
            "started_at": NOW,
            "holder": "elsewhere:1",
            "unfinished": times,
            "leased_until": clock.system() - timedelta(seconds=seconds_ago),
        },
    )


@pytest.mark.django_db
def test_a_daily_job_whose_process_died_runs_again_within_the_minute():
    _die_in()

    run_due([DAILY], now=SOON)
    run_due([DAILY], now=SOON)

    assert started == [SOON]
    row = JobRun.objects.get()
    assert (row.holder, row.leased_until, row.unfinished) == ("", None, 0)


@pytest.mark.django_db
def test_orphans_are_found_without_running_what_is_merely_due():
    other = Job("other", DAILY.path, DAILY.every)
    _die_in()

    ran = run_orphaned([DAILY, other], now=SOON)

    assert [one.name for one in ran] == ["daily"]
    assert run_orphaned([DAILY, other], now=SOON) == []


@pytest.mark.django_db
def test_a_job_that_is_being_run_is_left_alone_even_when_everything_shall_run():
    _die_in(seconds_ago=-30)

    run_due([DAILY], now=NOW + timedelta(days=3), everything=True)

    assert started == []


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "runs"), [(1, False), (59, False), (61, True)])
def test_a_job_that_kills_its_process_again_and_again_waits_in_between(ago, runs):
    _die_in(seconds_ago=ago, times=3)

    run_orphaned([DAILY], now=SOON)

    assert bool(started) == runs


@pytest.mark.django_db
def test_a_job_that_the_database_interrupted_runs_again_soon():
    def be_interrupted(now):
        troubles.clear()
        raise OperationalError("terminating connection")

    troubles.append(be_interrupted)

    [first] = run_due([DAILY], now=NOW)
    [second] = run_orphaned([DAILY], now=SOON)

    assert (first.ok, second.ok) == (False, True)
    assert JobRun.objects.get().error == ""


@pytest.mark.django_db(transaction=True)
def test_a_long_job_keeps_its_lease_and_says_that_it_works(monkeypatch):
    monkeypatch.setattr(keeping, "EVERY", 0.1)
    slow.append(1.0)
    beats.beat("schedule")
    JobRun.objects.create(name="daily")
    running = threading.Thread(target=_run_apart)
    running.start()
    try:
        while not started:
            time.sleep(0.01)
        JobRun.objects.update(leased_until=clock.system() + timedelta(seconds=0.5))
        time.sleep(0.6)
        taken_by_another = run_orphaned([DAILY], now=SOON)
        busy_until = Beat.objects.get().busy_until
    finally:
        running.join()

    assert taken_by_another == []
    assert busy_until > clock.system()
    assert len(started) == 1


def _run_apart():
    try:
        run_due([DAILY], now=NOW, busy=lambda seconds: beats.busy("schedule", seconds))
    finally:
        connection.close()


@pytest.mark.django_db
def test_who_lost_the_job_writes_nothing_about_it():
    def steal(now):
        JobRun.objects.update(holder="elsewhere:1", leased_until=clock.system())

    troubles.append(steal)

    run_due([DAILY], now=NOW)

    row = JobRun.objects.get()
    assert (row.holder, row.error, row.ok_at) == ("elsewhere:1", "", None)


@pytest.mark.django_db
def test_who_ends_before_its_jobs_hands_them_back():
    JobRun.objects.create(
        name="daily",
        started_at=NOW,
        holder=names.here(),
        unfinished=1,
        leased_until=clock.system() + timedelta(seconds=30),
    )

    assert jobs.hand_back(names.here()) == 1
    run_orphaned([DAILY], now=SOON)

    assert started == [SOON]


@pytest.mark.django_db
def test_the_dead_are_seen_for_a_while_and_then_forgotten():
    for name, minutes, busy in (("worker@a:1", 9, 0), ("worker@a:2", 11, 0),
                                ("worker@a:3", 11, 30), ("schedule", 60, 0)):  # fmt: skip
        at = clock.system() - timedelta(minutes=minutes)
        Beat.objects.create(name=name, last_at=at, busy_until=at + timedelta(minutes=busy))

    assert beats.forget_the_dead() == 1

    assert set(Beat.objects.values_list("name", flat=True)) == {
        *("worker@a:1", "worker@a:3", "schedule"),
    }


@pytest.mark.django_db
def test_the_liveliest_of_several_workers_counts():
    at = clock.system()
    Beat.objects.create(name="worker@a:1", last_at=at - timedelta(seconds=300))
    Beat.objects.create(name="worker@b:1", last_at=at - timedelta(seconds=3))

    assert 3 <= beats.silence("worker") < 10
    assert beats.silence("schedule") is None
    assert beats.looked_ago() is None


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [10, -10])
def test_machines_whose_clocks_differ_do_not_take_each_others_jobs(monkeypatch, minutes):
    def elsewhere(now):
        troubles.clear()
        clocks.set_off(monkeypatch, timedelta(minutes=minutes))
        again.extend([*run_due([DAILY], now=SOON), *run_orphaned([DAILY], now=SOON)])
        monkeypatch.undo()
        held.append(JobRun.objects.get().leased_until - clock.system())

    again, held = [], []
    clocks.set_off(monkeypatch, timedelta(minutes=minutes))
    troubles.append(elsewhere)
    run_due([DAILY], now=NOW)

    assert (again, started) == ([], [NOW])
    assert timedelta(0) < held[0] <= timedelta(seconds=keeping.SECONDS)
